"""Handles of a test on one person and on one chat."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .records import Call, Shown
from .text import Json

if TYPE_CHECKING:
    from .telegram_side import TelegramSide


@dataclass(frozen=True, slots=True)
class ChatView:
    """One chat as its members see it, and what the bot called for it."""

    tg: TelegramSide
    id: int

    async def calls(self, method: str = "", *, after: int = 0) -> list[Call]:
        """The bot's calls for this chat, refused ones too."""
        return await self.tg.calls(method, chat_id=self.id, after=after)

    async def messages(self) -> list[Shown]:
        """All messages shown now, oldest first: edits applied, deleted ones gone."""
        return [Shown.of(row) for row in await self.tg.do("messages", chat_id=self.id)]

    async def bot_messages(self) -> list[Shown]:
        """The bot's messages shown now."""
        return [message for message in await self.messages() if message.from_bot]

    async def draft(self) -> str | None:
        """The streamed draft shown now."""
        return str(text) if (text := (await self._view())["draft"]) is not None else None

    async def actions(self) -> list[Json]:
        """The chat actions so far: action, message_thread_id, at."""
        found: list[Json] = (await self._view())["actions"]
        return found

    async def topics(self) -> list[Json]:
        """The forum topics: thread_id, name, closed."""
        found: list[Json] = (await self._view())["topics"]
        return found

    async def wait_for(
        self, predicate: Callable[[Call], bool], timeout_s: float = 5.0, *, after: int = 0
    ) -> Call:
        """The first call for this chat that fits; raises TimeoutError."""
        return await self.tg.wait_for(predicate, timeout_s, chat_id=self.id, after=after)

    async def wait_for_text(self, part: str, timeout_s: float = 5.0, *, after: int = 0) -> Call:
        """The first accepted call for this chat whose text or caption holds `part`."""
        return await self.wait_for(
            lambda call: call.ok and part in call.text and call.method != "sendMessageDraft",
            timeout_s,
            after=after,
        )

    async def delete_topic(self, thread_id: int) -> None:
        """A person deletes a topic with all its messages; the bot is not told."""
        await self.tg.do("delete_topic", chat_id=self.id, thread_id=thread_id)

    async def remove_bot(self) -> None:
        """Take the bot out of the group."""
        await self.tg.do("set_member", chat_id=self.id, member=False)

    async def _view(self) -> Json:
        found: Json = await self.tg.do("view", chat_id=self.id)
        return found


@dataclass(frozen=True, slots=True)
class User:
    """One person. Every act takes `chat`; left out, it is the private chat with the bot."""

    tg: TelegramSide
    profile: Json

    @property
    def id(self) -> int:
        """The user id, also the id of the private chat."""
        return int(self.profile["id"])

    @property
    def chat(self) -> ChatView:
        """The private chat with the bot."""
        return ChatView(self.tg, self.id)

    async def send(self, text: str, chat: ChatView | None = None, **more: Any) -> int:
        """Send a text (more: entities, reply_to, thread_id); the (last) message's id."""
        return await self._write(chat, text=text, **more)

    async def start(self, payload: str = "") -> int:
        """Press Start, with a deep link's payload."""
        return await self.send(f"/start {payload}".strip())

    async def send_photo(
        self, data: bytes, caption: str = "", chat: ChatView | None = None, **more: Any
    ) -> int:
        """Send a picture (PNG, JPEG…); `album` joins several."""
        media = {**_file("photo", data), "album": more.pop("album", "")}
        return await self._write(chat, media=media, text=caption, **more)

    async def send_sticker(self, emoji: str = "👍", chat: ChatView | None = None) -> int:
        """Send a sticker."""
        media = {**_file("sticker", b"RIFF sticker " + emoji.encode()), "emoji": emoji}
        return await self._write(chat, media=media)

    async def send_voice(self, duration_s: int = 3, chat: ChatView | None = None) -> int:
        """Send a voice message."""
        media = {**_file("voice", b"OggS" + bytes(duration_s)), "duration_s": duration_s}
        return await self._write(chat, media=media)

    async def send_document(
        self, name: str, data: bytes, caption: str = "", chat: ChatView | None = None
    ) -> int:
        """Send a file."""
        media = {**_file("document", data), "name": name}
        return await self._write(chat, media=media, text=caption)

    async def send_location(
        self, latitude: float = 59.91, longitude: float = 10.75, chat: ChatView | None = None
    ) -> int:
        """Send a place."""
        media = {"kind": "location", "latitude": latitude, "longitude": longitude}
        return await self._write(chat, media=media)

    async def send_raw(self, fields: Json, chat: ChatView | None = None) -> int:
        """Send anything else, given as Message fields ({"dice": …}, {"contact": …})."""
        return await self._write(chat, media={"raw": fields})

    async def send_forwarded(
        self, text: str, from_name: str = "Someone", chat: ChatView | None = None
    ) -> int:
        """Forward a text of a person who hides their account."""
        origin = {"type": "hidden_user", "sender_user_name": from_name}
        return await self._write(chat, text=text, forward_of=origin)

    async def forward(self, source: ChatView, message_id: int, chat: ChatView | None = None) -> int:
        """Forward a message the service knows."""
        sent = await self._do("forward", chat, from_chat_id=source.id, message_id=message_id)
        return int(sent)

    async def edit(self, message_id: int, text: str, chat: ChatView | None = None) -> None:
        """Edit one's own text or caption."""
        await self._do("edit", chat, message_id=message_id, text=text)

    async def press(
        self,
        label: str,
        chat: ChatView | None = None,
        *,
        message_id: int = 0,
        stale: bool = False,
    ) -> str:
        """Press a button by label on the newest message that shows it; the query's id.

        `stale`: also one since replaced or deleted, which a slow client may still show.
        """
        pressed = await self._do("press", chat, label=label, message_id=message_id, stale=stale)
        return str(pressed)

    async def open_topic(self, name: str, chat: ChatView) -> int:
        """Open a topic in a forum; its thread id."""
        return int(await self._do("open_topic", chat, name=name))

    async def block(self) -> None:
        """Block the bot."""
        await self.tg.do("set_blocked", user=self.profile, blocked=True)

    async def unblock(self) -> None:
        """Unblock the bot."""
        await self.tg.do("set_blocked", user=self.profile, blocked=False)

    async def _write(self, chat: ChatView | None, **message: Any) -> int:
        sent: list[int] = await self._do("write", chat, **message)
        return sent[-1]

    async def _do(self, action: str, chat: ChatView | None, **params: Any) -> Any:
        place = chat.id if chat else self.id
        return await self.tg.do(action, user=self.profile, chat_id=place, **params)


def _file(kind: str, data: bytes) -> Json:
    return {"kind": kind, "data": base64.b64encode(data).decode()}
