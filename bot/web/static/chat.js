// The chat page: keeps the conversation, wires page, line and view together.

import { subject } from "./cards.js";
import { Composer } from "./composer.js";
import { Frame } from "./frame.js";
import { Line } from "./line.js";
import { load, save } from "./store.js";
import { joined } from "./text.js";
import { View } from "./view.js";
import { firstLanguage, wordsFor } from "./words.js";

const memory = load();
memory.language = firstLanguage(memory.language, navigator.languages || [navigator.language]);

const frame = new Frame({ onLanguage: chooseLanguage, onPerson: () => ask("action", "human:", words().person), onSuggest: send });
const view = new View(document.getElementById("log"), { press, again });
const composer = new Composer({ onSend: send, onDraft: (draft) => keep({ draft }) });
const line = new Line(memory.waiting, { onFrame: receive, onState: (state) => frame.state(state), onChange: () => keep({}) });

function words() {
  return wordsFor(memory.language);
}

function keep(change) {
  Object.assign(memory, change);
  save(memory);
}

function show() {
  document.documentElement.lang = words().code === "zh" ? "zh-Hans" : words().code;
  frame.speak(words());
  composer.speak(words());
  view.all(memory.items, words());
  frame.welcome(memory.items.length === 0);
}

function chooseLanguage(code) {
  keep({ language: code });
  show();
  if (frame.serves(code)) ask("action", `language:${code}`, words().name);
}

function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function send(text) {
  ask("text", text, text);
}

/** Sends a message that stands in the conversation as the shopper's own. */
function ask(type, value, shown) {
  const id = newId();
  const message = { type, id, language: memory.language, [type]: value };
  const item = { kind: "me", key: `me-${id}`, id, text: shown, at: Date.now(), state: "sending", message };
  memory.items.push(item);
  frame.welcome(false);
  view.add(item);
  frame.toEnd();
  line.send(message);
}

function again(item) {
  memory.items.splice(memory.items.indexOf(item), 1);
  view.all(memory.items, words());
  ask(item.message.type, item.message[item.message.type], item.text);
  composer.focus();
}

/** A pressed button: sources and thumbs answer in place, all others as a message. */
function press(item, one, card) {
  const [kind, argument] = one.action.split(":");
  if (kind === "language" && wordsFor(argument).code === argument) chooseLanguage(argument);
  else if (kind === "source") openSource(item, one.action);
  else if (kind === "rate_up" || kind === "rate_down") rate(item, kind, one.action);
  else ask("action", one.action, card ? `${one.label} · ${subject(one, card)}` : one.label);
}

function openSource(item, action) {
  const known = item.opened?.[action];
  item.opened = { ...item.opened, [action]: { ...known, open: !known?.open } };
  if (!known?.text && !known?.asked) aside(item, action, "source");
  view.update(item);
  if (item.opened[action].open) reveal(item);
  keep({});
}

/** An opened source may lie below the edge: it is brought into sight. */
function reveal(item) {
  const panels = view.element(item)?.querySelectorAll(".panel") ?? [];
  panels[panels.length - 1]?.scrollIntoView({ block: "nearest" });
}

function rate(item, kind, action) {
  if (item.rated === kind) return;
  item.rated = kind;
  aside(item, action, "rate");
  view.update(item);
  keep({});
}

function aside(item, action, use) {
  if (use === "source") item.opened[action].asked = true;
  line.send({ type: "action", id: newId(), language: memory.language, action }, { use, of: item.key });
}

function receive(frameIn, about) {
  if (frameIn.type === "hello") return frame.hello(frameIn, words());
  if (!about) return undefined;
  if (about.use) return receiveAside(frameIn, about);
  const handlers = { accepted: onAccepted, typing: onTyping, delta: onDelta, reply: onReply, error: onError };
  const stays = frame.atEnd();
  handlers[frameIn.type]?.(frameIn);
  if (stays) frame.toEnd(view.element(answerTo(frameIn.id)));
  return undefined;
}

function receiveAside(frameIn, about) {
  const item = memory.items.find((one) => one.key === about.of);
  if (!item || !["reply", "error"].includes(frameIn.type)) return;
  const text = frameIn.type === "reply" ? frameIn.text : words().errors[frameIn.code] || frameIn.text;
  if (about.use === "rate") {
    item.thanks = text;
    if (frameIn.type === "error") item.rated = "";
  } else {
    item.opened[about.frame.action] = { open: true, text, language: frameIn.language, asked: frameIn.type === "reply" };
  }
  view.update(item);
  if (about.use !== "rate") reveal(item);
}

function mineOf(id) {
  return memory.items.find((item) => item.kind === "me" && item.id === id);
}

function answerTo(id) {
  return memory.items.find((item) => item.kind === "shop" && item.id === id);
}

function mark(id, state, error) {
  const item = mineOf(id);
  if (!item || (item.state === state && item.error === error)) return;
  Object.assign(item, { state, error });
  view.update(item);
}

function onAccepted({ id }) {
  mark(id, "sent");
}

function onTyping({ id }) {
  mark(id, "sent");
  frame.typing(id);
}

function onDelta({ id, text }) {
  const item = answerTo(id);
  if (!item) return begin(id, { draft: text });
  const draft = joined(item.draft, text);
  view.extend(item, draft.slice(item.draft.length));
  item.draft = draft;
  return undefined;
}

function begin(id, fields) {
  const item = { kind: "shop", key: `shop-${id}`, id, at: Date.now(), draft: "", reply: null, ...fields };
  memory.items.push(item);
  view.add(item);
}

function onReply(reply) {
  mark(reply.id, "sent");
  frame.typing("");
  if (mineOf(reply.id)?.message.action === "erase:yes" && !reply.buttons.length) forgetAll(reply.id);
  const item = answerTo(reply.id);
  if (!item) return begin(reply.id, { reply });
  Object.assign(item, { reply, draft: "" });
  view.update(item);
  return undefined;
}

/** What was deleted at the shop is not kept in this tab either. */
function forgetAll(id) {
  const last = mineOf(id);
  memory.items.splice(0, memory.items.length, ...(last ? [last] : []));
  view.all(memory.items, words());
}

function onError({ id, code }) {
  frame.typing("");
  const draft = answerTo(id);
  if (draft && !draft.reply) {
    memory.items.splice(memory.items.indexOf(draft), 1);
    view.all(memory.items, words());
  }
  mark(id, "failed", code);
}

/** A shop's own pages open the chat with a signed link behind the #, which no server's log keeps. */
function openLink() {
  const [, payload] = location.hash.match(/^#start=(_[A-Za-z0-9_-]{1,63})$/) || [];
  if (!payload) return;
  history.replaceState(null, "", location.pathname + location.search);
  ask("text", `/start ${payload}`, words().link);
}

composer.fill(memory.draft);
show();
frame.toEnd();
line.open();
openLink();
window.addEventListener("hashchange", openLink);
composer.focus();
