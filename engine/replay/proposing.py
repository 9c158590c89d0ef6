"""Expectations proposed from an answer: few, and such as other words for the same would meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.grounding.quantities import quantities
from engine.replay.answered import Answered
from engine.replay.conversation import Conversation, Expected, Step
from engine.replay.grading import grades
from engine.types import Band, Route

MOST_FACTS = 3
TOLD = (Band.CERTAIN, Band.LIKELY)


def proposed(answer: Answered) -> Expected:
    """What a change should keep of an answer: where it came from and its amounts, not its words."""
    told = answer.route == Route.FAQ and answer.band in TOLD
    first = answer.entries[:1] if answer.route == Route.FAQ else ()
    return Expected(
        route=(answer.route,),
        band=tuple(band.value for band in TOLD) if told else (),
        entry=first,
        facts=facts_of(answer.text) if told else (),
        language=answer.language,
        handoff=answer.handoff,
    )


def facts_of(text: str) -> tuple[str, ...]:
    """The first amounts of a text, as they are written there."""
    return tuple(dict.fromkeys(q.text.strip() for q in quantities(text)))[:MOST_FACTS]


def accepted(expected: Expected, answer: Answered) -> Expected:
    """The expectations with those that failed made what the answer is; the others stay.

    What must or must not be said is given up where it failed. Without any, some are proposed.
    """
    if expected == Expected():
        return proposed(answer)
    failed = {grade.name for grade in grades(expected, answer) if not grade.passed}
    new = proposed(answer)
    values: dict[str, object] = {
        "route": new.route, "band": (answer.band,) if answer.band else (),
        "entry": answer.entries[:1], "products": answer.products,
        "must_say": (), "must_not_say": (), "facts": facts_of(answer.text),
        "language": answer.language, "handoff": answer.handoff or "none", "max_ms": None,
    }  # fmt: skip
    changes = {name: value for name, value in values.items() if name in failed}
    return replace(expected, **changes)  # type: ignore[arg-type]


def with_accepted(
    conversation: Conversation, answers: Sequence[Answered], turns: Sequence[int] | None
) -> Conversation:
    """The conversation expecting those answers, in all of its turns or in those (from 1) named."""
    steps = [
        replace(step, expected=accepted(step.expected, answer))
        if (turns is None or number in turns) and not answer.error
        else step
        for number, (step, answer) in enumerate(zip(conversation.steps, answers, strict=False), 1)
    ]
    rest: tuple[Step, ...] = conversation.steps[len(steps) :]
    return replace(conversation, steps=(*steps, *rest))
