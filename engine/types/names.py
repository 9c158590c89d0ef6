"""The closed lists: routes, bands, reasons, kinds."""

from __future__ import annotations

from enum import StrEnum

CONSOLE = "console"
"""The channel of operators who try questions: these are no shopper's, and never journaled."""


class Route(StrEnum):
    """What kind of help a message, or a part of it, asks for."""

    FAQ = "faq"
    RECOMMEND = "recommend"
    DESCRIBE = "describe"
    ORDER = "order"
    REVIEW = "review"
    OWN_REVIEW = "own_review"
    SMALLTALK = "smalltalk"
    HANDOFF = "handoff"
    UNKNOWN = "unknown"


class Band(StrEnum):
    """How sure a faq answer is; decides who words it."""

    CERTAIN = "certain"
    LIKELY = "likely"
    UNSURE = "unsure"
    UNKNOWN = "unknown"


class HandoffReason(StrEnum):
    """Why a person takes over."""

    ASKED = "asked"
    REPEATED_UNKNOWN = "repeated_unknown"
    UPSET = "upset"


class WordedBy(StrEnum):
    """Who wrote the words of a reply."""

    OPERATOR = "operator"
    MODEL = "model"
    TEMPLATE = "template"


class SourceKind(StrEnum):
    """Where a passage comes from."""

    ENTRY = "entry"
    PRODUCT = "product"
    ORDER = "order"
    REVIEW = "review"


class ActionKind(StrEnum):
    """The first half of a button's action, "kind:argument"."""

    ENTRY = "entry"
    SOURCE = "source"
    DETAILS = "details"
    SIMILAR = "similar"
    DISLIKE = "dislike"
    FORGET = "forget"
    MYDATA = "mydata"
    EXPORT = "export"
    ERASE = "erase"
    WHY = "why"
    RATE_UP = "rate_up"
    RATE_DOWN = "rate_down"
    HUMAN = "human"
    LANGUAGE = "language"
    START = "start"
    REVIEW = "review"
    LINK = "link"
    UNLINK = "unlink"


MENU = (ActionKind.HUMAN, ActionKind.WHY, ActionKind.REVIEW, ActionKind.START, ActionKind.LANGUAGE)
"""What stands in every front's menu and needs no answer that shows it."""
OWN_DATA = (
    ActionKind.MYDATA, ActionKind.EXPORT, ActionKind.ERASE, ActionKind.LINK, ActionKind.UNLINK,
)  # fmt: skip
"""What shoppers do with their own data and account; it asks nothing of the shop's knowledge."""
