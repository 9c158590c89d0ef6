"""How long a shopper waits: first checked word and whole reply, per band and route."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from engine.turn import Answering
from engine.types import Answer, Delta, Message, Reply, Session, WordedBy

MODEL_ROUTES = ("likely", "recommend", "describe")


@dataclass(frozen=True, slots=True)
class Timed:
    """One reply with its times in milliseconds."""

    reply: Reply
    first_word_ms: float
    whole_ms: float

    @property
    def kind(self) -> str:
        """The band of a faq answer, else the route."""
        return self.reply.band.value if self.reply.band else self.reply.route.value


def ask_all(
    assistant: Answering,
    questions: Sequence[Mapping[str, str]],
    repeat: int,
    step: Callable[[int, int], None],
) -> list[Timed]:
    """Ask every question `repeat` times, each time of a shopper who just arrived.

    Lines that share a "session" are one conversation, in order.
    """
    timed: list[Timed] = []
    for number in range(repeat):
        sessions: dict[str, Session] = {}
        for place, line in enumerate(questions):
            name = f"bench-{number}-{line.get('session', place)}"
            before = sessions.get(name, Session(name))
            message = Message(f"{name}-{place}", name, name, line["text"], datetime.now(UTC))
            answer, one = _timed(assistant, message, before)
            sessions[name] = answer.session
            timed.append(one)
            step(number * len(questions) + place + 1, repeat * len(questions))
    return timed


def _timed(assistant: Answering, message: Message, session: Session) -> tuple[Answer, Timed]:
    started = time.perf_counter()
    first = 0.0
    for piece in assistant.answer(message, session):
        passed = (time.perf_counter() - started) * 1000
        if isinstance(piece, Delta):
            first = first or passed
        else:
            return piece, Timed(piece.reply, first or passed, passed)
    raise ValueError("an assistant ended without an answer")


def summary(timed: Iterable[Timed]) -> dict[str, Any]:
    """Percentiles per band or route, and who worded the replies a model may word."""
    groups: dict[str, list[Timed]] = defaultdict(list)
    for one in timed:
        groups[one.kind].append(one)
    kinds = {
        kind: {
            "n": len(ones),
            "first_word_ms": _percentiles([one.first_word_ms for one in ones]),
            "whole_ms": _percentiles([one.whole_ms for one in ones]),
            "worded_by": _count(one.reply.receipt.worded_by.value for one in ones),
            "rejected": sum(not c.passed for one in ones for c in one.reply.receipt.checks),
        }
        for kind, ones in sorted(groups.items())
    }
    wordable = [one for kind in MODEL_ROUTES for one in groups.get(kind, []) if _drafted(one)]
    by_model = sum(one.reply.receipt.worded_by is WordedBy.MODEL for one in wordable)
    share = round(by_model / len(wordable), 3) if wordable else None
    return {"kinds": kinds, "drafted": len(wordable), "worded_by_model_share": share}


def _drafted(one: Timed) -> bool:
    """Whether a draft was tried: price-only answers and empty lists are code's alone."""
    return bool(one.reply.receipt.checks)


def _percentiles(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    pick = {"p50": 0.5, "p95": 0.95}
    return {
        name: round(ordered[min(int(q * len(ordered)), len(ordered) - 1)], 1)
        for name, q in pick.items()
    }


def _count(values: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for value in values:
        counts[value] += 1
    return dict(counts)
