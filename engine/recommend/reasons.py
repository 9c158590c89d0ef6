"""Why a product is shown: what it would lose without one thing the shopper did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.recommend.histories import Floats, Ints
from engine.recommend.learned import Asked
from engine.recommend.picks import Reason, ReasonKind
from engine.types import Touch

LISTED = 10
MARGIN_LOST = 0.2
"""Least share of its lead over the first product not listed that it loses without the cause."""
MOST_CAUSES = 12
"""Products of a history tried as causes: the last ones, what was bought first."""


@dataclass(frozen=True, slots=True)
class Causes:
    """Shares of what may be listed, with the whole history and without each of some products.

    `whole` (among,) and `without` (tried, among) follow `among`, the numbers of those products.
    Source: counterfactual explanation by removal, as in Ghazimatin et al., "PRINCE" (2020).
    """

    among: Ints
    tried: tuple[str, ...]
    whole: Floats
    without: Floats

    @classmethod
    def of(cls, asked: Asked, tried: Sequence[str], among: Ints) -> Causes:
        """`asked`: a history, then the same without each product of `tried`; see variants."""
        shares = asked.shares(among)
        return cls(among, tuple(tried), shares[0], shares[1:])

    def cause(self, place: int) -> str | None:
        """The product without which the one at this place of `among` would lose most, if much.

        It would leave the first LISTED, or lose at least MARGIN_LOST of its lead over the first
        that is not listed.
        """
        lost = [margin_lost(self.whole, row, place) for row in self.without]
        best = int(np.argmax(lost)) if lost else -1
        return self.tried[best] if best >= 0 and lost[best] >= MARGIN_LOST else None


def variants(history: Sequence[Touch], tried: Sequence[str]) -> list[Sequence[Touch]]:
    """A history, then the same without each of some products."""
    return [history, *([t for t in history if t.product != product] for product in tried)]


def likely_causes(history: Sequence[Touch]) -> tuple[str, ...]:
    """The last different products of a history, those bought before those only looked at."""
    newest = sorted(history, key=lambda t: (t.name == "purchase", t.at), reverse=True)
    return tuple(dict.fromkeys(touch.product for touch in newest))[:MOST_CAUSES]


def margin_lost(whole: Floats, without: Floats, place: int) -> float:
    """Share of a listed product's lead that is lost, 1 where it is no longer listed."""
    lead, left = _lead(whole, place), _lead(without, place)
    if lead <= 0:
        return 0.0
    return 1.0 if left <= 0 else max(0.0, 1.0 - left / lead)


def _lead(shares: Floats, place: int) -> float:
    """What a product is ahead of the best that does not stand in the list (below 0: behind)."""
    if len(shares) <= LISTED:
        return float(shares[place])
    eleventh = float(np.partition(shares, -LISTED - 1)[-LISTED - 1])
    return float(shares[place]) - eleventh


def reason_of(cause: str, history: Sequence[Touch]) -> Reason:
    """A cause as a reason: bought where it was bought, else looked at."""
    bought = any(t.product == cause and t.name == "purchase" for t in history)
    return Reason(ReasonKind.BOUGHT if bought else ReasonKind.VIEWED, cause)
