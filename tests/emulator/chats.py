"""A chat as the server keeps it: messages, old keyboards, topics, draft and actions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .errors import ApiError, bad_request
from .text import Json

DRAFT_LIFETIME_S = 30.0


@dataclass
class Topic:
    """One forum topic; `service` is the message that created it."""

    thread_id: int
    name: str
    icon_color: int
    service: Json
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A streamed preview; gone at `until` (unix seconds)."""

    draft_id: int
    text: str
    until: float


@dataclass
class Chat:
    """One chat. `profile` is its Chat object; `ids` counts its message ids."""

    id: int
    profile: Json
    ids: Iterator[int]
    started: bool = True
    """Whether the bot may write here: a private chat opens with the user's first message."""
    blocked: bool = False
    member: bool = True
    bot_admin: bool = False
    messages: dict[int, Json] = field(default_factory=dict)
    keyboards: dict[int, list[Json]] = field(default_factory=dict)
    """Every keyboard a message ever had: a slow client may still show an old one."""
    topics: dict[int, Topic] = field(default_factory=dict)
    draft: Draft | None = None
    actions: list[Json] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """private, group or supergroup."""
        return str(self.profile["type"])

    @property
    def forum(self) -> bool:
        """Whether it has topics."""
        return bool(self.profile.get("is_forum"))

    def require_writable(self) -> None:
        """Raise the 403 or 400 a bot gets where it may not write."""
        if self.kind == "private" and not self.started:
            raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")
        if self.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if not self.member:
            raise ApiError(403, f"Forbidden: bot was kicked from the {self.kind} chat")

    def message(self, message_id: int, missing: str) -> Json:
        """A message by id; raises 400 `missing` where there is none."""
        found = self.messages.get(message_id)
        if found is None:
            raise bad_request(missing)
        return found

    def topic(self, thread_id: int) -> Topic | None:
        """The topic to write to, None outside topics; raises 400 for an unknown one."""
        if not thread_id:
            return None
        found = self.topics.get(thread_id)
        if found is None:
            raise bad_request("message thread not found")
        return found

    def remember_keyboard(self, message: Json) -> None:
        """Keep the message's present keyboard among those once shown."""
        if "reply_markup" in message:
            shown = self.keyboards.setdefault(message["message_id"], [])
            shown.append(message["reply_markup"])
