"""Histories divided in two: what is learned from, and what it is judged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.recommend.histories import Histories
from engine.recommend.lists import Case

VALIDATION_DAYS = 30.0
SEQUENCES = (
    "leave-one-out over whole sequences: learned from all but the last two products of each "
    "shopper; the last but one chose epochs and weights and then was input only; all products "
    "outside a shopper's history were ranked; item_knn is plain cosine, recent_item_knn counts "
    "later products more"
)
EVENTS = (
    "global cut in time: the {days:.3g} days before the cut chose epochs and weights, then all "
    "before it was learned from; judged by the new products of each shopper's first basket after "
    "it; all products outside a shopper's history were ranked; item_knn is plain cosine, "
    "recent_item_knn counts later days and baskets more"
)


@dataclass(frozen=True, slots=True)
class Split:
    """What is learned from first, then what is known when cases are judged."""

    train: Histories
    choosing: Sequence[Case]
    known: Histories
    judging: Sequence[Case]
    refit: bool
    protocol: str
    cold: Sequence[Case] = ()
    """Cases of products that nobody had touched, to be found among those alone."""


def leave_one_out(histories: Histories) -> Split:
    """The split of whole sequences; shoppers with fewer than three products only teach."""
    lengths = np.diff(histories.starts)
    able = np.flatnonzero(lengths >= 3)

    def cases(place: int) -> list[Case]:
        wanted = histories.product[histories.starts[able + 1] - place]
        return [Case(int(s), np.array([w])) for s, w in zip(able, wanted, strict=True)]

    train, known = histories.without_last(2, fewest=3), histories.without_last(1, fewest=3)
    return Split(train, cases(2), known, cases(1), False, SEQUENCES)


def cut_in_time(histories: Histories, cut: float, days: float = VALIDATION_DAYS) -> Split:
    """The split at a day (since 1970).

    Of what lies before it at most the last quarter is chosen on.
    """
    earlier = histories.before(cut)
    days = min(days, (cut - earlier.day.min(initial=cut)) / 4)
    sold = np.bincount(earlier.product, minlength=len(histories.products)) > 0
    judging = first_baskets(histories, cut)
    cold = [Case(case.shopper, case.relevant[~sold[case.relevant]]) for case in judging]
    return Split(
        histories.before(cut - days), first_baskets(earlier, cut - days), earlier, judging, True,
        EVENTS.format(days=days), [case for case in cold if len(case.relevant)],
    )  # fmt: skip


def first_baskets(histories: Histories, cut: float) -> list[Case]:
    """Each shopper with a past, and the new products of the first basket since the cut."""
    found = []
    for shopper in range(len(histories)):
        rows = histories.of(shopper)
        split = rows.start + int(np.searchsorted(histories.day[rows], cut))
        later = next((b for b in histories.baskets(shopper) if b.start >= split), None)
        if split == rows.start or later is None:
            continue
        before = np.unique(histories.product[rows.start : split])
        new = np.setdiff1d(histories.product[later], before)
        if len(new):
            found.append(Case(shopper, new))
    return found
