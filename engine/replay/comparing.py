"""The same conversations played twice: what is the same, better, worse, or only different."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

from engine.replay.answered import Answered, differences
from engine.replay.playing import Played, PlayedTurn


class Verdict(StrEnum):
    """What a change made of one answer."""

    SAME = "same"
    BETTER = "better"
    WORSE = "worse"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One turn (counted from 1) before and after. `what` names the fields that differ."""

    conversation: str
    turn: int
    asked: str
    verdict: Verdict
    what: tuple[str, ...]
    before: Answered
    after: Answered


def compare(before: Sequence[Played], after: Sequence[Played]) -> list[Change]:
    """Every turn of the conversations that both have, in the order of `after`.

    Better or worse is what passed only after or only before; where that did not change an answer
    that differs has changed.
    """
    known = {played.conversation.id: played for played in before}
    found = []
    for played in after:
        if old := known.get(played.conversation.id):
            pairs = zip_longest(old.turns, played.turns)
            found += [
                _change(played.conversation.id, number, one, other)
                for number, (one, other) in enumerate(pairs, 1)
                if one is not None and other is not None
            ]
    return found


def flipped(changes: Sequence[Change]) -> list[Change]:
    """Those in which the shopper is answered something else."""
    return [change for change in changes if change.verdict is not Verdict.SAME]


def counted(changes: Sequence[Change]) -> dict[str, int]:
    """How many turns there are of each verdict."""
    found = Counter(change.verdict.value for change in changes)
    return {verdict.value: found[verdict.value] for verdict in Verdict}


def _change(name: str, number: int, before: PlayedTurn, after: PlayedTurn) -> Change:
    what = differences(before.answer, after.answer)
    verdict = Verdict.CHANGED if what else Verdict.SAME
    if before.passed != after.passed:
        verdict = Verdict.BETTER if after.passed else Verdict.WORSE
    asked = after.step.say or f"[{after.step.press}]"
    return Change(name, number, asked, verdict, what, before.answer, after.answer)
