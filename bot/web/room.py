"""One session's room: its open pages, its waiting messages, one turn at a time."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisError

from bot.web import limits, protocol
from bot.web.buttons import complete, languages
from bot.web.connection import Connection
from bot.web.issued import IssuedActions, actions_of
from bot.web.protocol import Asked, Code, Refused, Resume
from engine.types import Delta, Message, Reply, Route
from knowledge_base.shop_file import Replies

if TYPE_CHECKING:
    from engine.desk import Desk

COMMAND = re.compile(
    r"^/(human|why|review|unlink|start|language|mydata|export|forget)"
    r"(?: +([a-z]{2,3}(?:-[a-z0-9]{2,8})?))?\s*$"
)
OPENED = re.compile(r"^/start +([A-Za-z0-9_-]{1,64})\s*$", re.ASCII)
"""A product's id or a signed link; a capital is another character of it."""
LOCAL = {"/help": "help", "/language": "language_ask"}
"""Commands answered here, with the shop's text of this key."""
log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class House:
    """What all rooms share.

    `languages` are the shop's, its default first; `standing` actions need not have been shown.
    """

    desk: Desk
    issued: IssuedActions
    replies: Replies
    languages: tuple[str, ...]
    standing: frozenset[str]
    now: Callable[[], datetime] = field(default=_now)


class Room:
    """Everything of one session in this process."""

    def __init__(self, conversation: str, house: House) -> None:
        self.conversation = conversation
        self.connections: set[Connection] = set()
        self._house = house
        self._waiting: asyncio.Queue[Asked] = asyncio.Queue(limits.MAX_WAITING)
        self._open: set[str] = set()
        self._finished: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._bucket = limits.TokenBucket(limits.MESSAGES_PER_S, limits.MESSAGE_BURST)
        self._hurries: set[asyncio.Task[None]] = set()
        self._worker = asyncio.create_task(self._work())

    @property
    def idle(self) -> bool:
        """Nobody is looking and nothing is being answered."""
        return not self.connections and not self._open

    def stop(self) -> None:
        """Take no more turns."""
        self._worker.cancel()

    async def close(self) -> None:
        """Stop the turn that runs and send every page away."""
        self.stop()
        await asyncio.gather(self._worker, return_exceptions=True)
        for connection in self.connections:
            connection.close()

    async def receive(self, frame: str, connection: Connection) -> None:
        """Take one frame from a page; too many refused ones in a row close it."""
        try:
            if not self._bucket.take():
                raise Refused(Code.SLOW_DOWN, _id_of(frame))
            asked = protocol.read_frame(frame)
            if isinstance(asked, Resume):
                self._resume(asked, connection)
            else:
                await self._accept(asked, connection)
            connection.strikes = 0
        except Refused as refused:
            connection.post(protocol.error(refused.code, refused.id))
            connection.strikes += 1
            if connection.strikes >= limits.MAX_STRIKES:
                connection.close()

    def _resume(self, asked: Resume, connection: Connection) -> None:
        for id in asked.ids:
            if id in self._open:
                connection.post(protocol.about("accepted", id))
            elif id in self._finished:
                connection.post(self._finished[id])
            else:
                connection.post(protocol.error(Code.UNKNOWN_MESSAGE, id))

    async def _accept(self, asked: Asked, connection: Connection) -> None:
        if asked.action and not await self._may_press(asked, asked.action):
            raise Refused(Code.NOT_ISSUED, asked.id)
        if asked.id in self._open or asked.id in self._finished:
            # The page sends a message again when it saw no "accepted" before the line broke.
            self._resume(Resume((asked.id,)), connection)
            return
        if self._waiting.full():
            raise Refused(Code.BUSY, asked.id)
        if not asked.action:
            self._hurry()
        self._waiting.put_nowait(asked)
        self._open.add(asked.id)
        self._post(protocol.about("accepted", asked.id))

    async def _may_press(self, asked: Asked, action: str) -> bool:
        if action in self._house.standing:
            return True
        try:
            return await self._house.issued.holds(self.conversation, action)
        except (RedisError, OSError):
            log.exception("cannot look up buttons")
            raise Refused(Code.UNAVAILABLE, asked.id) from None

    def _hurry(self) -> None:
        """Who writes again is not to wait for a model's words on what was asked before."""
        for id in self._open:
            task = asyncio.create_task(self._house.desk.hurry(f"{self.conversation}:{id}"))
            self._hurries.add(task)
            task.add_done_callback(self._hurries.discard)

    def _post(self, frame: dict[str, Any]) -> None:
        for connection in self.connections:
            connection.post(frame)

    async def _work(self) -> None:
        while True:
            asked = await self._waiting.get()
            self._finish(asked.id, await self._answered(asked))

    def _finish(self, id: str, frame: dict[str, Any]) -> None:
        self._open.discard(id)
        self._finished[id] = frame
        while len(self._finished) > limits.REPLIES_KEPT:
            self._finished.popitem(last=False)
        self._post(frame)

    async def _answered(self, asked: Asked) -> dict[str, Any]:
        self._post(protocol.about("typing", asked.id))
        try:
            async with asyncio.timeout(limits.TURN_DEADLINE_S):
                reply = await self._turn(asked)
                await self._house.issued.add(self.conversation, actions_of(reply))
            return protocol.reply_frame(asked.id, reply)
        except Exception as error:
            log.error("no answer in %s: %s", self.conversation, type(error).__name__)
            return protocol.error(Code.UNAVAILABLE, asked.id)

    async def _turn(self, asked: Asked) -> Reply:
        command = asked.text if asked.text.startswith("/") else ""
        if key := LOCAL.get(command.lower()):
            return self._own_reply(key, asked.language or self._house.languages[0])
        reply: Reply | None = None
        async for part in self._house.desk.stream(self._message(asked, command)):
            if isinstance(part, Delta):
                self._post(protocol.about("delta", asked.id, text=part.text))
            else:
                reply = part
        if reply is None:
            raise RuntimeError("the desk ended without a reply")
        return complete(reply, lambda key: self._house.replies.text(key, reply.language))

    def _own_reply(self, key: str, language: str) -> Reply:
        choices = languages(self._house.languages) if key == "language_ask" else ()
        text = self._house.replies.text(key, language)
        return Reply(text, Route.SMALLTALK, None, 1.0, language, buttons=choices)

    def _message(self, asked: Asked, command: str) -> Message:
        action = command_action(command) or asked.action
        return Message(
            id=f"{self.conversation}:{asked.id}",
            conversation=self.conversation,
            shopper=self.conversation,
            text="" if action else asked.text,
            at=self._house.now(),
            action=action,
            language_hint=asked.language,
            channel="web",
        )


def command_action(command: str) -> str | None:
    """The action that a typed "/human", "/why" or "/language zh" stands for, or None."""
    if opened := OPENED.match(command):
        return f"start:{opened[1]}"
    match = COMMAND.match(command.lower())
    if match is None:
        return None
    name = "erase" if match.group(1) == "forget" else match.group(1)
    return f"{name}:{match.group(2) or ''}"


def _id_of(frame: str) -> str | None:
    try:
        asked = protocol.read_frame(frame)
    except Refused as refused:
        return refused.id
    return asked.id if isinstance(asked, Asked) else None
