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
MOST_CAUSES = 6
"""Products of a history tried as causes: the last ones, what was bought first."""


@dataclass(frozen=True, slots=True)
class Causes:
    """Shares of what may be listed, with the whole history and without each of some products.

    `whole` (among,) follows `among`, the numbers of those products; `lost` (tried, among) is the
    share of its lead that each loses without each of `tried`. Source: counterfactual explanation
    by removal, as in Ghazimatin et al., "PRINCE" (2020).
    """

    among: Ints
    tried: tuple[str, ...]
    whole: Floats
    lost: Floats

    @classmethod
    def of(cls, asked: Asked, tried: Sequence[str], among: Ints) -> Causes:
        """`asked`: a history, then the same without each product of `tried`."""
        shares = asked.shares(among)
        return cls(among, tuple(tried), shares[0], leads_lost(shares))

    def cause(self, place: int) -> str | None:
        """The product without which the one at this place of `among` would lose most, if much.

        It would leave the first LISTED, or lose at least MARGIN_LOST of its lead over the first
        that is not listed.
        """
        if not self.tried:
            return None
        best = int(np.argmax(self.lost[:, place]))
        return self.tried[best] if self.lost[best, place] >= MARGIN_LOST else None


def likely_causes(history: Sequence[Touch]) -> tuple[str, ...]:
    """The last different products of a history, those bought before those only looked at."""
    newest = sorted(history, key=lambda t: (t.name == "purchase", t.at), reverse=True)
    return tuple(dict.fromkeys(touch.product for touch in newest))[:MOST_CAUSES]


def leads_lost(shares: Floats) -> Floats:
    """Share of its lead that each product loses: (rows - 1, products), against the first row.

    A lead is what a product is ahead of the best that is not listed. What is no longer listed
    has lost all of it; what was not listed has none to lose.
    """
    last = np.zeros((len(shares), 1))
    if shares.shape[1] > LISTED:
        last = np.partition(shares, -LISTED - 1, axis=1)[:, -LISTED - 1, None]
    leads = shares - last
    whole = leads[0]
    left = np.maximum(leads[1:], 0.0) / np.where(whole > 0, whole, 1.0)
    lost: Floats = np.where(whole > 0, np.clip(1.0 - left, 0.0, 1.0), 0.0)
    return lost


def reason_of(cause: str, history: Sequence[Touch]) -> Reason:
    """A cause as a reason: bought where it was bought, else looked at."""
    bought = any(t.product == cause and t.name == "purchase" for t in history)
    return Reason(ReasonKind.BOUGHT if bought else ReasonKind.VIEWED, cause)
