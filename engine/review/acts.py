"""What is done in a claim: returned, refunded, delivered."""

from __future__ import annotations

from collections.abc import Iterable

from engine.grounding.reading import Token

_NAMES = (
    "return refund exchange warranty cancel delivery pay deposit claim repair expire process"
    " tracking pickup stay book wash dry invoice account password register membership"
    " save_keep email phone chat contact"
)
ACTS = frozenset(_NAMES.split())
"""What is done; two claims that each name another are of two things."""
SAME = {"shipfee": "delivery", "receipt": "delivery"}
"""What is but another word for an act."""


def acts(tokens: Iterable[Token]) -> frozenset[str]:
    """The acts that words name."""
    return frozenset(SAME.get(t.concept, t.concept) for t in tokens) & ACTS
