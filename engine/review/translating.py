"""A drafted translation of an entry's answer, sentence by sentence, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.errors import GeneratorError
from engine.generation.generator import Generator
from engine.grounding.doubt import Sureness, doubt
from engine.grounding.facts import Fact
from engine.grounding.marks import mark_key
from engine.grounding.reading import Reading, read
from engine.grounding.reply import check_sentence, sources_of
from engine.grounding.sentences import split_sentences
from engine.grounding.text import is_han
from engine.review.numbers import retold, values_of
from engine.review.wording import told
from engine.types import Entry, Passage, Prompt, Route, SourceKind

MAX_TOKENS = 120
KEPT = frozenset({"place", "material", "colour", "fit", "topic"})
"""Kinds of words that a translation may not leave out."""


@dataclass(frozen=True, slots=True)
class Translation:
    """A draft to approve, or None; then `key` and `values` word why, and `original` is to hand."""

    original: str
    language: str
    text: str | None
    key: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    def told(self, language: str) -> str:
        """Why there is no draft, in the operator's words; "" where there is one."""
        return told(self.key, self.values, language) if self.key else ""


class _RefusedError(Exception):
    """A sentence that may not be offered: the key of its wording, and what is wrong in it."""

    def __init__(self, key: str, detail: str = "") -> None:
        super().__init__(key, detail)
        self.key, self.detail = key, detail


def drafted(
    entry: Entry, source: str, target: str, generator: Generator, *, deadline_s: float
) -> Translation:
    """A draft of an entry's answer in `target` from the one in `source`, all of it or none.

    It is worded as shoppers of another language are answered: from the passage, judged by
    grounding. `deadline_s` is for each sentence.
    """
    original = entry.answers[source]
    try:
        said = [
            _sentence(entry, piece.strip(), source, target, generator, deadline_s, number)
            for number, piece in enumerate(split_sentences(original))
            if piece.strip()
        ]
    except _RefusedError as refused:
        return Translation(original, target, None, refused.key, {"one": refused.detail})
    return Translation(original, target, ("" if target == "zh" else " ").join(said))


def _sentence(
    entry: Entry, text: str, source: str, target: str, generator: Generator, deadline_s: float,
    number: int,
) -> str:  # fmt: skip
    title = entry.titles.get(source, "")
    asked = next(iter(entry.questions.get(target) or entry.questions.get(source) or (title,)))
    passage = Passage(f"entry:{entry.id}", SourceKind.ENTRY, title, text, source)
    prompt = Prompt(Route.FAQ, target, asked, (passage,), ())
    sureness, pieces = Sureness(), []
    request = f"translate:{entry.id}:{target}:{number}"
    try:
        for piece in generator.stream(
            prompt, request_id=request, deadline_s=deadline_s, max_tokens=MAX_TOKENS
        ):
            sureness.wrote(piece, getattr(piece, "log_probs", ()))
            pieces.append(piece)
    except GeneratorError as error:
        raise _RefusedError("draft_failed", str(error)) from error
    draft = "".join(pieces).strip()
    _judge(draft, prompt, target)
    if unsure := doubt(sureness.of(draft)):
        raise _RefusedError("draft_unsure", unsure)
    return draft


def _judge(draft: str, prompt: Prompt, target: str) -> None:
    if not draft:
        raise _RefusedError("draft_empty")
    if is_han(draft) != (target == "zh"):
        raise _RefusedError("draft_language", draft)
    sources = sources_of(prompt)
    for sentence in split_sentences(draft):
        check = check_sentence(sentence.strip(), sources)
        if not check.passed:
            raise _RefusedError("draft_added", check.reason.partition(":")[2] or sentence.strip())
    for lost in _lost(read(prompt.passages[0].text), [read(s) for s in split_sentences(draft)]):
        raise _RefusedError("draft_lost", lost)


def _lost(original: Reading, draft: list[Reading]) -> Iterator[str]:
    """Values, links, addresses and names of a sentence that its translation lacks."""
    ours: list[Fact] = [fact for reading in draft for fact in values_of(reading)]
    for fact in values_of(original):
        if not any(retold(fact, other) for other in ours):
            yield fact.label
    marks = {mark_key(m.kind, m.text) for reading in draft for m in reading.marks}
    yield from (m.text for m in original.marks if mark_key(m.kind, m.text) not in marks)
    words = {t.concept for reading in draft for t in reading.tokens}
    yield from (t.word for t in original.tokens if t.kind in KEPT and t.concept not in words)
    whole = " ".join(reading.text for reading in draft).lower()
    for token in original.tokens:
        name = not token.word.islower() and token.word.isascii() and token.start > 0
        if token.kind == "word" and name and token.word.lower() not in whole:
            yield token.word
