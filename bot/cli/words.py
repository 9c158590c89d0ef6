"""The terminal chat's own words, English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words. `buttons` are keyed like the shop's reply texts."""

    prompt: str
    welcome: str
    help: str
    languages: str
    goodbye: str
    in_stock: str
    out_of_stock: str
    source: str
    buttons: Mapping[str, str]

    def button(self, key: str) -> str:
        """The label of a button that the chat adds by itself."""
        return self.buttons[key]


EN = Words(
    prompt="you › ",
    welcome="Chat “{session}”. Ask anything about the shop; /help shows how this works.",
    help=(
        "Type a question and press Enter.\n"
        "Type a number to press the button that carries it.\n"
        "/language en or zh   choose the language\n"
        "/human               ask for a person\n"
        "/why                 see what is known about your taste, and have it forgotten\n"
        "/review              word a review of your own, from your own points\n"
        "/mydata              see what is kept of you; /export and /forget\n"
        "/unlink              undo the link to your account at the shop\n"
        "/start               greet the shop anew, or open a link to your account\n"
        "/quit, Ctrl-D        leave"
    ),
    languages="Type /language en for English, or /language zh for Chinese.",
    goodbye="Goodbye!",
    in_stock="in stock",
    out_of_stock="out of stock",
    source="Source",
    buttons={"button_source": "Source", "button_up": "Helpful", "button_down": "Not helpful"},
)

ZH = Words(
    prompt="您 › ",
    welcome="对话“{session}”。店里的问题都可以问；输入 /help 查看用法。",
    help=(
        "输入问题后按回车。\n"
        "输入数字，就相当于按下带这个数字的按钮。\n"
        "/language en 或 zh   选择语言\n"
        "/human               找人工客服\n"
        "/why                 看看我了解您什么，也可以让我忘掉\n"
        "/review              把您自己的看法写成评价\n"
        "/mydata              查看保存的您的信息；/export 获取副本，/forget 删除\n"
        "/unlink              取消与店铺账户的关联\n"
        "/start               重新开始，或打开账户关联链接\n"
        "/quit 或 Ctrl-D      离开"
    ),
    languages="输入 /language zh 使用中文，输入 /language en 使用英文。",
    goodbye="再见！",
    in_stock="有现货",
    out_of_stock="暂时缺货",
    source="出处",
    buttons={"button_source": "出处", "button_up": "有用", "button_down": "没用"},
)


def words_for(language: str | None) -> Words:
    """The words of a language (BCP 47); English where there are none."""
    return ZH if (language or "").lower().split("-")[0] == "zh" else EN
