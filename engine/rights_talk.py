"""A shopper's rights in the chat: what is kept, a copy of it, and its deletion."""

from __future__ import annotations

import json
import logging
from typing import Protocol

from engine.errors import StoreError
from engine.rights import Rights
from engine.types import ActionKind, Button, Message, Reply, Route

KINDS = (ActionKind.MYDATA, ActionKind.EXPORT, ActionKind.ERASE)
YES, NO = f"{ActionKind.ERASE}:yes", f"{ActionKind.ERASE}:no"

log = logging.getLogger(__name__)


class Phrases(Protocol):
    """The shop's set phrases."""

    def text(self, key: str, language: str, **values: object) -> str:
        """A phrase in a language, else in the shop's own."""


class RightsTalk:
    """Answers the three commands; only in private, and only with set phrases."""

    def __init__(self, rights: Rights, keep_days: int) -> None:
        """`keep_days`: after how many days conversations are deleted anyway."""
        self._rights = rights
        self._keep_days = keep_days

    def reply(self, message: Message, language: str, phrases: Phrases) -> Reply:
        """The answer to a command or a pressed yes or no; what fails is told, not raised."""
        kind, _, choice = (message.action or "").partition(":")

        def say(key: str, *buttons: Button, attachment: str = "", **values: object) -> Reply:
            text = phrases.text(key, language, **values)
            return Reply(text, Route.SMALLTALK, None, 1.0, language, buttons=buttons,
                         attachment=attachment)  # fmt: skip

        if not message.private:
            return say("group_hint")
        try:
            if kind == ActionKind.EXPORT:
                return say("mydata_export", attachment=_json(self._rights.export(message.shopper)))
            if kind == ActionKind.MYDATA:
                return self._told(message, say)
            if choice == "yes":
                self._rights.forget(message.shopper, message.conversation)
                return say("mydata_erased")
        except (StoreError, OSError) as error:
            log.error("%s failed: %s", kind, getattr(error, "what", type(error).__name__))
            again = Button(phrases.text("button_erase_yes", language), YES)
            return say("mydata_failed", *([again] if choice == "yes" else []))
        if choice == "no":
            return say("mydata_kept")
        return say(
            "mydata_erase_ask",
            Button(phrases.text("button_erase_yes", language), YES),
            Button(phrases.text("button_erase_no", language), NO),
        )

    def _told(self, message: Message, say: Say) -> Reply:
        kept = self._rights.kept(message.shopper)
        if not any((kept.turns, kept.events, kept.feedback)):
            return say("mydata_none")
        since = f"{kept.since or message.at:%Y-%m-%d}"
        return say("mydata_told", turns=kept.turns, since=since, events=kept.events,
                   thumbs=kept.feedback, days=self._keep_days)  # fmt: skip


class Say(Protocol):
    """Makes a reply of a phrase."""

    def __call__(self, key: str, *buttons: Button, attachment: str = "", **values: object) -> Reply:
        """The phrase of a key, with buttons and a file."""


def _json(kept: object) -> str:
    return json.dumps(kept, ensure_ascii=False, indent=1, default=str)
