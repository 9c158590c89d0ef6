"""What a test holds in its hands: the service, its people and their chats."""

from __future__ import annotations

import asyncio
import base64
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from .faults import Violation
from .people import ChatView, User
from .records import Call, Verdict
from .text import Json

POLL_S = 0.02


class TelegramSide(ABC):
    """Everything behind the Bot API, the same in process (Emulator) and over HTTP (client)."""

    base_url: str
    token: str

    @abstractmethod
    async def do(self, action: str, **params: Any) -> Any:
        """Run one control action; raises EmulatorMisuseError for what makes no sense."""

    def user(
        self,
        user_id: int = 1001,
        first_name: str = "Mia",
        language_code: str | None = "en",
        *,
        username: str = "",
    ) -> User:
        """A person; known to the service from the first thing they do."""
        profile: Json = {"id": user_id, "first_name": first_name, "username": username}
        return User(self, {**profile, "is_bot": False, "language_code": language_code})

    async def group(
        self,
        chat_id: int = -500,
        title: str = "Friends",
        *,
        kind: str = "group",
        forum: bool = False,
        bot_admin: bool = False,
    ) -> ChatView:
        """A group or supergroup (`kind`) with the bot in it; `forum` gives it topics."""
        await self.do(
            "open_group", chat_id=chat_id, kind=kind, title=title, forum=forum, bot_admin=bot_admin
        )
        return ChatView(self, chat_id)

    async def staff_group(self, chat_id: int = -1001234567890, title: str = "Staff") -> ChatView:
        """A forum supergroup where the bot is an administrator."""
        return await self.group(chat_id, title, kind="supergroup", forum=True, bot_admin=True)

    async def calls(self, method: str = "", *, chat_id: int = 0, after: int = 0) -> list[Call]:
        """What the bot called, but getUpdates; `after`: only later than that call number."""
        rows = await self.do("calls", method=method, chat_id=chat_id, after=after)
        return [Call(**row) for row in rows]

    async def wait_for(
        self,
        predicate: Callable[[Call], bool],
        timeout_s: float = 5.0,
        *,
        chat_id: int = 0,
        after: int = 0,
    ) -> Call:
        """The first call that fits; raises TimeoutError telling what was called instead."""
        deadline = time.monotonic() + timeout_s
        while True:
            version = await self.do("version")
            seen = await self.calls(chat_id=chat_id, after=after)
            found = next(filter(predicate, seen), None)
            if found is not None:
                return found
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                told = [(call.method, call.text[:80], call.description) for call in seen]
                raise TimeoutError(f"no such call in {timeout_s} s; the bot called {told}")
            await self.do("wait", version=version, timeout_s=left_s)

    async def fail(self, kind: str = "error", **order: Any) -> None:
        """Order a failure: kind error (code, description, retry_after_s), drop_before,
        drop_after or slow (delay_s); for a method, chat_id, times, skip (calls let pass).
        """
        await self.do("fail", kind=kind, **order)

    async def refuse_with_429(self, retry_after_s: int = 1, **order: Any) -> None:
        """Order "Too Many Requests"; a bot that does not wait commits a violation."""
        await self.fail("error", code=429, retry_after_s=retry_after_s, **order)

    async def clear_faults(self) -> None:
        """Forget the failures still to come."""
        await self.do("clear_faults")

    async def enforce_flood_limits(self, enforce: bool = True) -> None:
        """Answer 429 past the flood limits; without, passing them is only counted."""
        await self.do("enforce_flood", enforce=enforce)

    async def violations(self) -> list[Violation]:
        """Flood limits passed so far."""
        return [Violation(**row) for row in await self.do("violations")]

    async def verdicts(self) -> list[Verdict]:
        """Objections of the independent judges (none without `judge`)."""
        return [Verdict(**row) for row in await self.do("verdicts")]

    async def answer(self, query_id: str, timeout_s: float = 5.0) -> Json:
        """What the bot answered to a pressed button; raises TimeoutError."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            found: Json | None = await self.do("answer", query_id=query_id)
            if found is not None:
                return found
            await asyncio.sleep(POLL_S)
        raise TimeoutError(f"query {query_id} was not answered in {timeout_s} s")

    async def commands(self, scope: str = "default", language: str = "") -> list[Json]:
        """The command menu of a scope ("chat:ID:" for one chat) and language."""
        found: list[Json] = await self.do("commands", scope=scope, language=language)
        return found

    async def status(self) -> Json:
        """pending (unconfirmed updates), polls, webhook, last_update_id, calls, orders."""
        found: Json = await self.do("status")
        return found

    async def wait_confirmed(self, timeout_s: float = 5.0) -> None:
        """Wait until the bot has confirmed every update; raises TimeoutError."""
        deadline = time.monotonic() + timeout_s
        while (await self.status())["pending"]:
            if time.monotonic() > deadline:
                raise TimeoutError(f"updates still unconfirmed after {timeout_s} s")
            await asyncio.sleep(POLL_S)

    async def repeat_update(self, update_id: int) -> None:
        """Deliver an update a second time, even if it was confirmed."""
        await self.do("repeat", update_id=update_id)

    async def serve_address(self, url: str, data: bytes) -> None:
        """Put a picture at a web address that Telegram can then fetch."""
        await self.do("serve_address", url=url, data=base64.b64encode(data).decode())
