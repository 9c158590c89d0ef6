"""Chat in the terminal: type a question, type a number to press a button."""

from __future__ import annotations

import asyncio
import sys
import threading
import uuid
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO

from rich.console import Console

from bot.cli.screen import Screen
from bot.cli.words import words_for
from bot.web.buttons import complete
from engine.types import Button, Delta, Message, Reply

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession

    from engine.desk import Desk

ACTIONS = {
    "/human": "human:", "/why": "why:", "/review": "review:", "/unlink": "unlink:",
    "/mydata": "mydata:", "/export": "export:", "/forget": "erase:",
}  # fmt: skip
NAMED = "/review"
"""What may be followed by a product's name, which the assistant reads."""
LEAVE = ("/quit", "/exit", "/bye")


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return uuid.uuid4().hex


async def chat(
    desk: Desk,
    *,
    session: str,
    language: str | None = None,
    source: TextIO | None = None,
    output: TextIO | None = None,
    now: Callable[[], datetime] = _now,
    new_id: Callable[[], str] = _new_id,
) -> None:
    """Talk with the shop until the lines end, /quit, Ctrl-D or Ctrl-C.

    `source` and `output` are standard input and output unless given; only a terminal is asked
    with a prompt and coloured. `session` names the conversation, `language` is a BCP 47 hint.
    """
    source = source or sys.stdin
    screen = Screen(Console(file=output or sys.stdout, highlight=False), words_for(language))
    talk = _Talk(desk, session, language, screen, now, new_id)
    screen.welcome(session)
    lines = _prompted(screen.words.prompt) if source.isatty() else _read(source)
    async with aclosing(lines):
        async for line in lines:
            if line.lower() in LEAVE:
                break
            if line:
                await talk.take(line)
    screen.goodbye()


def talk(desk: Desk, *, session: str, language: str | None = None) -> int:
    """`chat` on standard input and output; the exit status, 0 after Ctrl-C too."""
    with suppress(KeyboardInterrupt):
        asyncio.run(chat(desk, session=session, language=language))
    return 0


class _Talk:
    """One conversation: turns lines into messages, remembers which numbers are buttons."""

    def __init__(
        self,
        desk: Desk,
        session: str,
        language: str | None,
        screen: Screen,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self._desk = desk
        self._conversation = f"terminal:{session}"
        self._language = language
        self._screen = screen
        self._now = now
        self._new_id = new_id
        self._buttons: tuple[Button, ...] = ()

    async def take(self, line: str) -> None:
        """Answer one line: a command, a button's number, or a text."""
        command, _, argument = line.lower().partition(" ")
        if command == "/help":
            self._screen.help()
        elif command == "/language":
            await self._choose_language(argument.strip())
        elif command == "/start":
            await self._send("", f"start:{line.partition(' ')[2].strip()}")
        elif command == NAMED and argument.strip():
            await self._send(line, None)
        elif command in ACTIONS:
            await self._send("", ACTIONS[command])
        elif (button := self._pressed(line)) is not None:
            self._screen.pressed(button)
            await self._send("", button.action)
        else:
            await self._send(line, None)

    async def _choose_language(self, code: str) -> None:
        if not code:
            self._screen.languages()
            return
        self._language = code
        self._screen.words = words_for(code)
        await self._send("", f"language:{code}")

    def _pressed(self, line: str) -> Button | None:
        number = int(line) if line.isdecimal() and len(line) < 4 else 0
        return self._buttons[number - 1] if 0 < number <= len(self._buttons) else None

    async def _send(self, text: str, action: str | None) -> None:
        message = Message(
            id=f"{self._conversation}:{self._new_id()}",
            conversation=self._conversation,
            shopper=self._conversation,
            text=text,
            at=self._now(),
            action=action,
            language_hint=self._language,
            channel="terminal",
        )
        async for part in self._desk.stream(message):
            if isinstance(part, Delta):
                self._screen.delta(part.text)
            else:
                self._show(part)

    def _show(self, reply: Reply) -> None:
        reply = complete(reply, self._screen.words.button)
        self._buttons = self._screen.reply(reply)
        if reply.attachment:
            self._screen.file(reply.attachment)


async def _read(source: TextIO) -> AsyncGenerator[str, None]:
    """Each line of a pipe or file.

    A daemon thread reads: one of asyncio's would keep Ctrl-C waiting for the next line.
    """
    lines: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def pump() -> None:
        with suppress(RuntimeError):  # the loop has closed, nobody reads on
            for line in iter(source.readline, ""):
                loop.call_soon_threadsafe(lines.put_nowait, line)
            loop.call_soon_threadsafe(lines.put_nowait, "")

    threading.Thread(target=pump, daemon=True).start()
    while line := await lines.get():
        yield line.strip()


async def _prompted(prompt: str) -> AsyncGenerator[str, None]:
    """Each line typed at a prompt, until Ctrl-D or Ctrl-C."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.patch_stdout import patch_stdout

    asking: PromptSession[str] = PromptSession()
    with suppress(EOFError, KeyboardInterrupt):
        while True:
            with patch_stdout(raw=True):
                line = await asking.prompt_async(prompt)
            yield line.strip()
