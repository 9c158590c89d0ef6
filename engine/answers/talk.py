"""Replies that need no source: greetings, hand-over, unknown, and a pressed language button."""

from __future__ import annotations

from dataclasses import replace

from engine.accounts import ASK
from engine.types import (
    ActionKind,
    Band,
    Button,
    Citation,
    HandoffReason,
    Part,
    Route,
    Session,
    WordedBy,
)
from knowledge_base.shop_file import Replies

OFFER_AFTER = 2
"""Unknowns in a row after which a person is offered more plainly."""


def phrase(
    replies: Replies, key: str, language: str, route: Route, question: str, **values: object
) -> Part:
    """A set phrase as a Part."""
    text = replies.text(key, language, **values)
    return Part(question, route, language, text, WordedBy.TEMPLATE)


def human_button(replies: Replies, language: str) -> Button:
    """The button that asks for a person."""
    return Button(replies.text("button_human", language), f"{ActionKind.HUMAN}:")


def link_button(replies: Replies, language: str) -> Button:
    """The button that asks to link the account that an order has just proved."""
    return Button(replies.text("button_link", language), ASK)


def smalltalk(replies: Replies, kind: str, language: str, question: str) -> Part:
    """A greeting, thanks, goodbye, who is speaking, or other small talk."""
    key = {
        "greeting": "greeting",
        "identity": "greeting",
        "thanks": "thanks",
        "goodbye": "goodbye",
    }
    return phrase(replies, key.get(kind, "smalltalk_other"), language, Route.SMALLTALK, question)


def handoff(replies: Replies, staffed: bool, contact: str, language: str, question: str) -> Part:
    """A person takes over where one can; else the shop's contact entry, promising nothing."""
    if staffed:
        part = phrase(replies, "handoff_done", language, Route.HANDOFF, question)
        return replace(part, handoff=HandoffReason.ASKED)
    part = phrase(replies, "handoff_none", language, Route.HANDOFF, question)
    cited = (Citation(f"entry:{contact}", replies.text("button_source", language)),)
    return replace(part, citations=cited if contact else ())


def unsold(replies: Replies, thing: str, language: str, question: str) -> Part:
    """The catalogue has nothing of that name; a person is offered."""
    part = phrase(replies, "goods_none", language, Route.UNKNOWN, question, wish=thing)
    return replace(part, band=Band.UNKNOWN, confidence=0.0,
                   buttons=(human_button(replies, language),))  # fmt: skip


def unknown(
    replies: Replies, session: Session, language: str, question: str, confidence: float
) -> Part:
    """No reliable answer; a person is offered."""
    part = phrase(replies, "unknown", language, Route.UNKNOWN, question)
    offer = replies.text("handoff_offer", language)
    return replace(
        part,
        band=Band.UNKNOWN,
        confidence=confidence,
        closing=offer if session.unknown_streak + 1 >= OFFER_AFTER else "",
        buttons=(human_button(replies, language),),
    )
