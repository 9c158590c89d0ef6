"""Prompts as text: one fixed, versioned layout, the same for training and serving.

[system][passages, best first][conversation][question] in plain lines, ending where the
answer begins. What changes least comes first, so that its prefix can be reused. Passages and
messages are flattened to one line each: text inside them can never open a line of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.types import Passage, Prompt, Route

LAYOUT_VERSION = 1
"""Raise with any change of the text below: an adapter belongs to one layout."""
BUDGET_TOKENS = 1024
STOP = "\n"
"""An answer is one line; its end is the end of the turn."""

DECLINED = "<unused0>"
"""One token that no text has: what the adapter learns to say where the passages do not answer. It
says so too often to be asked, so an answer is written without it (docs/lab-notes.md)."""

TASKS = (Route.FAQ, Route.RECOMMEND, Route.DESCRIBE, Route.REVIEW)
_TITLE_LENGTH = 120
_SHORTEST_CUT = 40

CountTokens = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Words:
    """The fixed words of the layout in one language."""

    system: str
    tasks: dict[Route, str]
    shopper: str
    assistant: str
    reason: str
    colon: str


WORDS: dict[str, Words] = {
    "en": Words(
        system="You are a shop's assistant. Use only the facts below. Reply in English.",
        tasks={
            Route.FAQ: "Task: answer the question",
            Route.RECOMMEND: "Task: recommend every product below, in this order",
            Route.DESCRIBE: "Task: describe the product",
            Route.REVIEW: "Task: sum up the reviews",
        },
        shopper="Shopper",
        assistant="Assistant",
        reason="Reason",
        colon=": ",
    ),
    "zh": Words(
        system="你是商店的客服。只用下面的资料，用中文回答。",
        tasks={
            Route.FAQ: "任务：回答问题",
            Route.RECOMMEND: "任务：按顺序推荐下面每件商品",
            Route.DESCRIBE: "任务：介绍商品",
            Route.REVIEW: "任务：总结评价",
        },
        shopper="顾客",
        assistant="客服",
        reason="理由",
        colon="：",
    ),
}


def render(
    prompt: Prompt, *, count: CountTokens | None = None, budget_tokens: int = BUDGET_TOKENS
) -> str:
    """The text of a prompt, of at most about `budget_tokens` tokens as `count` counts them.

    Over budget, the oldest conversation goes first, then the least passages, then the end of
    the best passage; never the question. Without `count` nothing is dropped. Raises ValueError
    for a task that no model words.
    """
    words = WORDS.get(prompt.language, WORDS["en"])
    if prompt.task not in words.tasks:
        raise ValueError(f"no prompt layout for the task {prompt.task}")
    passages = [_passage(p, words) for p in prompt.passages]
    conversation = _conversation(prompt.conversation, words)
    if count is not None:
        fixed = count(_layout(prompt, words, [], []))
        passages, conversation = _fit(passages, conversation, budget_tokens - fixed, count)
    return _layout(prompt, words, passages, conversation)


def system_prefix(language: str, task: Route) -> str:
    """The lines every prompt of that language and task begins with."""
    words = WORDS.get(language, WORDS["en"])
    return f"{words.system}\n{words.tasks[task]}\n"


def _layout(
    prompt: Prompt, words: Words, passages: Sequence[str], conversation: Sequence[str]
) -> str:
    lines = [f"[{number}] {text}" for number, text in enumerate(passages, 1)]
    lines += conversation
    if prompt.reason:
        lines.append(f"{words.reason}{words.colon}{one_line(prompt.reason)}")
    lines.append(f"{words.shopper}{words.colon}{one_line(prompt.question)}")
    # No space at the end: the answer's first token carries it.
    lines.append(f"{words.assistant}{words.colon.rstrip()}")
    return system_prefix(prompt.language, prompt.task) + "\n".join(lines)


def one_line(text: str) -> str:
    """The text with every run of white space, line ends included, as one space."""
    return " ".join(text.split())


def _passage(passage: Passage, words: Words) -> str:
    title, text = one_line(passage.title)[:_TITLE_LENGTH], one_line(passage.text)
    if not title or text.startswith(title):
        return text
    return f"{title}{words.colon}{text}"


def _conversation(said: Sequence[str], words: Words) -> list[str]:
    """Past lines, oldest first; the last is the assistant's."""
    names = (words.assistant, words.shopper)
    return [
        f"{names[(len(said) - 1 - place) % 2]}{words.colon}{one_line(text)}"
        for place, text in enumerate(said)
    ]


def _fit(
    passages: list[str], conversation: list[str], room: int, count: CountTokens
) -> tuple[list[str], list[str]]:
    sizes = [count(line) + 4 for line in passages]
    talk = [count(line) + 1 for line in conversation]
    while talk and sum(sizes) + sum(talk) > room:
        talk, conversation = talk[2:], conversation[2:]
    while len(sizes) > 1 and sum(sizes) > room:
        sizes, passages = sizes[:-1], passages[:-1]
    if passages and sizes[0] > room:
        passages = [_cut(passages[0], room - 4, count)]
    return passages, conversation


def _cut(text: str, room: int, count: CountTokens) -> str:
    while count(text) > room and len(text) > _SHORTEST_CUT:
        text = text[: max(_SHORTEST_CUT, int(len(text) * min(0.9, room / count(text))))]
    return text
