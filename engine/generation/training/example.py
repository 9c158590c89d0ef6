"""One example: a prompt as the engine makes it, and the answer to learn."""

from __future__ import annotations

from dataclasses import dataclass

from engine.generation.prompts import one_line
from engine.grounding.reply import check_sentence, sources_of
from engine.grounding.sentences import SentenceSplitter
from engine.types import Prompt


@dataclass(frozen=True, slots=True)
class Example:
    """`topic` is what it is about (whole topics are held out), `source` where it comes from."""

    prompt: Prompt
    answer: str
    topic: str
    source: str


def refusal(example: Example) -> str:
    """Why grounding refuses the answer, or "" where every sentence may be sent."""
    sources = sources_of(example.prompt)
    splitter = SentenceSplitter()
    for sentence in [*splitter.feed(one_line(example.answer)), *splitter.flush()]:
        check = check_sentence(sentence.strip(), sources)
        if sentence.strip() and not check.passed:
            return check.reason
    return ""
