"""What a session keeps of a turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from engine.types import ActionKind, Band, Part, Route, Session, Touch, Turn

TURNS_KEPT = 6
VIEW = "view_item"
TOUCHES_KEPT = 50
SAME_LOOK = timedelta(hours=12)
"""A product looked at again within this time was looked at once."""


def remember(session: Session, parts: Sequence[Part], at: datetime) -> Session:
    """The session after these parts: questions as understood, products shown, unknowns in a row."""
    turns = session.turns
    for part in parts:
        sources = tuple(citation.id for citation in part.citations) or _offered(part)
        turns = (*turns, Turn(part.question, part.text, part.route, sources))
    shown = tuple(
        source.removeprefix("product:")
        for part in parts
        for source in (citation.id for citation in part.citations)
        if source.startswith("product:")
    )
    described = shown[:1] if any(part.route is Route.DESCRIBE for part in parts) else ()
    lost = any(part.band is Band.UNKNOWN for part in parts)
    return replace(
        session,
        turns=turns[-TURNS_KEPT:],
        products=shown or session.products,
        history=looked_at(session.history, described, at),
        unknown_streak=session.unknown_streak + 1 if lost else 0,
    )


def _offered(part: Part) -> tuple[str, ...]:
    """The near entries a part offers as buttons, as sources."""
    actions = (button.action for button in part.buttons)
    return tuple(a for a in actions if a.startswith(f"{ActionKind.ENTRY}:"))


def looked_at(
    history: tuple[Touch, ...], products: Sequence[str], at: datetime
) -> tuple[Touch, ...]:
    """A history with looks at products added."""
    lately = {t.product for t in history if t.name == VIEW and at - t.at < SAME_LOOK}
    new = (Touch(product, VIEW, at) for product in products if product not in lately)
    return (*history, *new)[-TOUCHES_KEPT:]
