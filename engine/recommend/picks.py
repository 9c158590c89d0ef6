"""A product to show, with the true reason for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ReasonKind(StrEnum):
    """Why a product is shown; the words for each are in replies.yaml under "reason_…"."""

    MATCHES = "matches"
    BOUGHT = "bought"
    VIEWED = "viewed"
    POPULAR = "popular"
    SIMILAR = "similar"
    NEW = "new"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason with what fills its words: the shopper's words, or a product's id."""

    kind: ReasonKind
    value: str = ""


@dataclass(frozen=True, slots=True)
class Pick:
    """A product to show, its blended score and its reason."""

    product: str
    score: float
    reason: Reason
