"""One answer as replays see it: what can be told apart, without what differs from run to run."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from engine.types import ActionKind, Button, Reply

ENTRY, PRODUCT = "entry:", "product:"


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer. `entries`: those told, else those offered; `products`: those shown, by id.

    `error`: why there is none, such as a button pressed that was not shown.
    """

    text: str
    route: str = ""
    band: str = ""
    language: str = ""
    entries: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    handoff: str = ""
    buttons: tuple[Button, ...] = ()
    confidence: float = 0.0
    snapshot: str = ""
    worded_by: str = ""
    took_ms: float = 0.0
    error: str = ""


def answered(reply: Reply, took_ms: float = 0.0) -> Answered:
    """A reply as an answer; the text with the cards' captions, as the shopper reads them."""
    told = [c.id.removeprefix(ENTRY) for c in reply.citations if c.id.startswith(ENTRY)]
    cards = [card.buttons for card in reply.products]
    offered = [
        button.action.partition(":")[2]
        for button in reply.buttons
        if button.action.startswith(f"{ActionKind.ENTRY}:")
    ]
    return Answered(
        text="\n".join([reply.text, *(card.caption for card in reply.products)]),
        route=reply.route.value,
        band=reply.band.value if reply.band else "",
        language=reply.language,
        entries=tuple(told or offered),
        products=tuple(c.id.removeprefix(PRODUCT) for c in reply.citations
                       if c.id.startswith(PRODUCT)),
        handoff=reply.handoff.value if reply.handoff else "",
        buttons=(*reply.buttons, *(button for shown in cards for button in shown)),
        confidence=reply.confidence,
        snapshot=reply.receipt.snapshot,
        worded_by=reply.receipt.worded_by.value,
        took_ms=round(took_ms, 1),
    )  # fmt: skip


def differences(before: Answered, after: Answered) -> tuple[str, ...]:
    """In what two answers to the same message differ for the shopper; empty where in nothing."""
    named = ("error", "route", "band", "entries", "products", "language", "handoff")
    found = [name for name in named if getattr(before, name) != getattr(after, name)]
    if plain(before.text) != plain(after.text):
        found.append("text")
    if [button.label for button in before.buttons] != [button.label for button in after.buttons]:
        found.append("buttons")
    return tuple(found)


def plain(text: str) -> str:
    """A text for comparing: one form of each letter, small letters, single spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"\s+", " ", folded).strip()
