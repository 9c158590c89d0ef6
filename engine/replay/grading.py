"""What was expected of an answer against what was answered: one grade for each expectation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.grounding.quantities import quantities
from engine.replay.answered import Answered, plain
from engine.replay.conversation import ANY_HANDOFF, NO_HANDOFF, Expected


@dataclass(frozen=True, slots=True)
class Grade:
    """One expectation: what was wanted, what was there instead, and whether that is right."""

    name: str
    passed: bool
    wanted: str
    got: str


def grades(expected: Expected, answer: Answered) -> tuple[Grade, ...]:
    """A grade for each expectation, in the order they are written in a file.

    An answer that could not be got at all fails as such, whatever was expected.
    """
    if answer.error:
        return (Grade("played", False, "an answer", answer.error),)
    return tuple(_grades(expected, answer))


def _grades(expected: Expected, answer: Answered) -> Iterator[Grade]:
    first = answer.entries[0] if answer.entries else ""
    for name, allowed, got in (
        ("route", expected.route, answer.route),
        ("band", expected.band, answer.band),
        ("entry", expected.entry, first),
    ):
        if allowed:
            yield Grade(name, got in allowed, " or ".join(allowed), got or "none")
    for product in expected.products:
        shown = ", ".join(answer.products) or "none"
        yield Grade("products", product in answer.products, product, shown)
    said = plain(answer.text)
    for words in expected.must_say:
        yield Grade("must_say", plain(words) in said, words, answer.text)
    for words in expected.must_not_say:
        yield Grade("must_not_say", plain(words) not in said, f"not: {words}", answer.text)
    yield from _facts(expected.facts, answer.text)
    if expected.language:
        yield Grade("language", answer.language == expected.language, expected.language,
                    answer.language)  # fmt: skip
    if expected.handoff:
        got = answer.handoff or NO_HANDOFF
        right = got != NO_HANDOFF if expected.handoff == ANY_HANDOFF else got == expected.handoff
        yield Grade("handoff", right, expected.handoff, got)
    if expected.max_ms is not None:
        yield Grade("max_ms", answer.took_ms <= expected.max_ms, f"{expected.max_ms:g}",
                    f"{answer.took_ms:g}")  # fmt: skip


def _facts(facts: tuple[str, ...], text: str) -> Iterator[Grade]:
    """Each amount of a fact must be said, in whatever writing: "30 days", "thirty days", 30 天."""
    if not facts:
        return
    told = {quantity.key: quantity.text.strip() for quantity in quantities(text)}
    for fact in facts:
        wanted = {quantity.key for quantity in quantities(fact)}
        yield Grade("facts", wanted <= set(told), fact, ", ".join(told.values()) or "no amount")
