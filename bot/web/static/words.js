// The page's own words, English and Chinese. What the shop says comes from the server.

const EN = {
  code: "en",
  name: "English",
  short: "EN",
  language: "Language",
  chat: "Chat",
  conversation: "Conversation",
  online: "Automatic assistant",
  connecting: "Connecting…",
  offline: "Connection lost, trying again. Nothing you wrote is lost.",
  person: "Ask a person",
  welcomeTitle: "Hello! How can I help?",
  welcomeText:
    "I am the shop's automatic assistant. Ask me about delivery, returns or an order, or tell me what you are looking for.",
  suggestions: ["How much is shipping?", "How do I return something?", "Where is my order?"],
  suggestCategory: (category) => `What do you have in ${category}?`,
  box: "Your message",
  placeholder: "Ask something…",
  send: "Send",
  hint: "Enter sends, Shift + Enter starts a new line",
  count: (used, most) => `${used} of ${most} characters`,
  tooLong: (used, most) => `${used} characters: please shorten it to ${most}`,
  you: "You",
  shop: "Assistant",
  writing: "The assistant is writing",
  link: "Link my account",
  today: "Today",
  yesterday: "Yesterday",
  inStock: "In stock",
  outOfStock: "Out of stock",
  open: "View in shop",
  newTab: "opens in a new tab",
  products: "Products",
  answers: "Quick replies",
  source: "Source",
  waiting: "Sending…",
  again: "Try again",
  errors: {
    malformed: "The shop did not understand this message.",
    empty: "The message was empty.",
    too_long: "The message is too long.",
    not_issued: "This button is no longer valid. Please ask again in your own words.",
    slow_down: "That was a bit quick. Please wait a moment.",
    busy: "Several of your messages are still waiting.",
    unavailable: "Something went wrong on our side.",
    unknown_message: "This message got lost on the way.",
  },
};

const ZH = {
  code: "zh",
  name: "中文",
  short: "中文",
  language: "语言",
  chat: "聊天",
  conversation: "对话",
  online: "自动助手",
  connecting: "正在连接…",
  offline: "连接中断，正在重试。您写的内容不会丢失。",
  person: "人工客服",
  welcomeTitle: "您好！有什么可以帮您？",
  welcomeText: "我是本店的自动助手。配送、退换货、订单问题都可以问我；想买什么，说说看，我来帮您挑。",
  suggestions: ["运费多少？", "怎么退货？", "我的订单到哪里了？"],
  suggestCategory: (category) => `推荐几款${category}吧`,
  box: "您的消息",
  placeholder: "想问点什么…",
  send: "发送",
  hint: "回车发送，Shift + 回车换行",
  count: (used, most) => `${used} / ${most} 字`,
  tooLong: (used, most) => `已有 ${used} 字，请缩短到 ${most} 字以内`,
  you: "您",
  shop: "助手",
  writing: "助手正在输入",
  link: "关联我的账户",
  today: "今天",
  yesterday: "昨天",
  inStock: "有现货",
  outOfStock: "暂时缺货",
  open: "去店里看",
  newTab: "在新标签页打开",
  products: "商品",
  answers: "快捷回复",
  source: "出处",
  waiting: "发送中…",
  again: "重试",
  errors: {
    malformed: "店铺没能读懂这条消息。",
    empty: "消息是空的。",
    too_long: "消息太长了。",
    not_issued: "这个按钮已失效，请直接打字提问。",
    slow_down: "发得有点快，请稍等片刻。",
    busy: "您还有几条消息在等待回复。",
    unavailable: "我们这边出了点问题。",
    unknown_message: "这条消息在途中丢失了。",
  },
};

const ALL = { en: EN, zh: ZH };

/** The words of a language, English where there are none. */
export function wordsFor(language) {
  return ALL[(language || "").split("-")[0]] || EN;
}

/** The language to begin with: the one chosen before, else the browser's first known one. */
export function firstLanguage(chosen, browser) {
  const wanted = [chosen, ...browser].map((code) => (code || "").toLowerCase().split("-")[0]);
  return wanted.find((code) => code in ALL) || "en";
}

/** The interface's languages, in the order of their buttons. */
export function languages() {
  return Object.values(ALL);
}
