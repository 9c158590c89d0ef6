"""The state of the emulated service: users, chats, files, queries, updates and records."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .chats import DRAFT_LIFETIME_S, Chat, Draft, Topic
from .errors import bad_request
from .faults import Faults, FloodGate
from .files import FileStore
from .records import Call
from .signals import Signal
from .text import Json
from .updates import UpdateQueue

if TYPE_CHECKING:
    from .judges import Judges

QUERY_LIFETIME_S = 60.0
"""How long a callback query may be answered (unix seconds)."""


@dataclass(frozen=True, slots=True)
class Options:
    """How strict and how hostile the emulator is."""

    token: str = "123456:TEST"
    username: str = "shopdesk_test_bot"
    refuse_parse_mode: bool = False
    judge: bool = False
    enforce_flood: bool = False
    privacy_mode: bool = True
    """In groups the bot sees only commands, mentions of it and replies to it, unless admin."""
    clock: Callable[[], float] = time.time


@dataclass
class Query:
    """A pressed button waiting for its answer."""

    chat_id: int
    until: float
    answer: Json | None = None


@dataclass
class Webhook:
    """The webhook in force; no `url`, no webhook."""

    url: str = ""
    secret: str = ""
    max_connections: int = 40
    last_error: str = ""
    last_error_at: int = 0


@dataclass
class World:
    """Everything the service remembers. One event loop, so each call is atomic."""

    options: Options
    users: dict[int, Json] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    descriptions: dict[tuple[str, str], str] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    files: FileStore = field(default_factory=FileStore)
    updates: UpdateQueue = field(default_factory=UpdateQueue)
    faults: Faults = field(default_factory=Faults)
    webhook: Webhook = field(default_factory=Webhook)
    recorded: Signal = field(default_factory=Signal)
    webhook_set: Signal = field(default_factory=Signal)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _other_ids: Iterator[int] = field(default_factory=lambda: itertools.count(9_000_001))

    def __post_init__(self) -> None:
        self.flood = FloodGate(self.options.clock, enforce=self.options.enforce_flood)
        self.judges = _judges(self.options)
        bot_id = int(self.options.token.split(":")[0])
        self.bot: Json = {
            "id": bot_id,
            "is_bot": True,
            "first_name": "Shop",
            "username": self.options.username,
        }

    def now(self) -> float:
        """Unix seconds by the injected clock."""
        return self.options.clock()

    def next_id(self) -> int:
        """A fresh number for files, queries and albums."""
        return next(self._other_ids)

    def message_ids(self, kind: str) -> Iterator[int]:
        """A supergroup counts its own messages; all other chats share one count."""
        return itertools.count(1) if kind == "supergroup" else self._ids

    def chat(self, chat_id: Any) -> Chat:
        """A chat by id or @username; raises 400 where the bot does not know it."""
        key = str(chat_id)
        if key.lstrip("-").isdigit() and int(key) in self.chats:
            return self.chats[int(key)]
        for chat in self.chats.values():
            public = chat.profile.get("username") if chat.kind != "private" else None
            if public and key.lower() == f"@{public}".lower():
                return chat
        raise bad_request("chat not found" if key else "chat_id is empty")

    def post(
        self,
        chat: Chat,
        sender: Json,
        content: Json,
        *,
        topic: Topic | None = None,
        reply_to: Json | None = None,
    ) -> Json:
        """Put a new message into a chat and return its Message object."""
        message: Json = {
            "message_id": next(chat.ids),
            "from": sender,
            "chat": chat.profile,
            "date": int(self.now()),
        }
        if topic is not None:
            message |= {"message_thread_id": topic.thread_id, "is_topic_message": True}
        # A topic's messages that answer nothing carry the topic's first message as their parent.
        parent = reply_to or (topic.service if topic else None)
        if parent is not None:
            message["reply_to_message"] = _without_parent(parent)
        message |= content
        chat.messages[message["message_id"]] = message
        chat.remember_keyboard(message)
        if sender["id"] == self.bot["id"]:
            chat.draft = None
        return message

    def set_draft(self, chat: Chat, draft_id: int, text: str) -> None:
        """Show a draft for the next 30 seconds."""
        chat.draft = Draft(draft_id, text, self.now() + DRAFT_LIFETIME_S)

    def draft_text(self, chat: Chat) -> str | None:
        """The draft a client shows now."""
        draft = chat.draft
        return draft.text if draft and draft.until > self.now() else None

    def record(self, call: Call) -> None:
        """Keep a call and wake whoever waits for one."""
        self.calls.append(call)
        self.recorded.notify()


def _judges(options: Options) -> Judges | None:
    if not options.judge:
        return None
    # aiogram takes seconds to load, which an emulator without judges need not wait for.
    from .judges import Judges

    return Judges(options.token)


def _without_parent(message: Json) -> Json:
    return {key: value for key, value in message.items() if key != "reply_to_message"}
