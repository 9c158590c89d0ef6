"""One example: a prompt as the engine makes it, and the answers to learn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine.generation.prompts import DECLINED, one_line
from engine.grounding.opening import opening_judged
from engine.grounding.reply import check_sentence, sources_of
from engine.grounding.sentences import SentenceSplitter
from engine.types import Prompt

Turn = tuple[str, str]
"""A question with its answer."""


@dataclass(frozen=True, slots=True)
class Example:
    """`topic` is what it is about (whole topics are held out), `source` where it comes from.

    `more` are further turns on the same passages: the passages, most of the work, are read once.
    """

    prompt: Prompt
    answer: str
    topic: str
    source: str
    more: tuple[Turn, ...] = ()

    def turns(self) -> Iterator[tuple[Prompt, str]]:
        """Every prompt of the example, each after all turns before it, with its answer."""
        prompt, answer = self.prompt, self.answer
        yield prompt, answer
        for question, following in self.more:
            said = (*prompt.conversation, prompt.question, answer)
            prompt, answer = replace(prompt, conversation=said, question=question), following
            yield prompt, answer


def refusal(prompt: Prompt, answer: str) -> str:
    """Why grounding refuses the answer, or "" where every sentence may be sent."""
    sources = sources_of(prompt)
    splitter = SentenceSplitter()
    for number, sentence in enumerate([*splitter.feed(one_line(answer)), *splitter.flush()]):
        check = (
            check_sentence(sentence.strip(), sources)
            if number
            else opening_judged(sentence.strip(), sources, sure=True)
        )
        if sentence.strip() and not check.passed:
            return check.reason
    return ""


def passed(example: Example) -> tuple[Example | None, list[str]]:
    """The example without the turns that grounding refuses, and the reasons."""
    kept: list[Turn] = []
    reasons: list[str] = []
    for prompt, answer in example.turns():
        reason = "" if answer == DECLINED else refusal(prompt, answer)
        if reason:
            reasons.append(reason)
        else:
            kept.append((prompt.question, answer))
    if not kept:
        return None, reasons
    (question, answer), *more = kept
    first = replace(example.prompt, question=question)
    return replace(example, prompt=first, answer=answer, more=tuple(more)), reasons
