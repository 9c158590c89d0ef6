"""Showing a reply while it is being written: best effort, never in the reply's way."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from redis.exceptions import RedisError
from telegram.constants import ChatAction
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bot.telegram import utf16
from bot.telegram.inbox import Inbox
from bot.telegram.options import Streaming
from bot.telegram.sender import Bot
from bot.telegram.updates import Incoming

log = logging.getLogger(__name__)

TYPING_EVERY_S = 4.0
"""Telegram shows "typing" for about five seconds."""
TYPING_AFTER_S = 0.2
"""A reply that is there at once needs no sign of life."""
DRAFT_EVERY_S = 1.0
EDIT_EVERY_S = 1.2
_NO_SPACE_AFTER = "。？！…，、；：”』」）"
_Show = Callable[[str], Awaitable[None]]


class Preview:
    """The words so far, shown at most every `every_s` seconds."""

    def __init__(self, show: _Show | None, every_s: float) -> None:
        self._show = show
        self._every_s = every_s
        self._shown_at = 0.0
        self._text = ""

    async def add(self, words: str) -> None:
        """Append one more sentence and show the text if it is time to."""
        glue = "" if not self._text or self._text[-1] in _NO_SPACE_AFTER else " "
        self._text += glue + words
        now = time.monotonic()
        if self._show is None or now - self._shown_at < self._every_s:
            return
        self._shown_at = now
        try:
            await self._show(utf16.truncate(self._text, utf16.TEXT_LIMIT))
        except (TelegramError, RedisError) as error:
            log.debug("no preview: %s", type(error).__name__)
            self._show = None


class Previews:
    """Opens previews the way chosen; drafts are given up where Telegram does not know them."""

    def __init__(self, bot: Bot, inbox: Inbox, streaming: Streaming) -> None:
        self._bot = bot
        self._inbox = inbox
        self._streaming = streaming

    def open(self, turn: Incoming, first_update: int) -> Preview:
        """A preview of the reply to one turn."""
        if self._streaming is Streaming.DRAFT and turn.private:
            return Preview(self._draft(turn, first_update), DRAFT_EVERY_S)
        if self._streaming is Streaming.EDITS:
            return Preview(self._edits(turn, first_update), EDIT_EVERY_S)
        return Preview(None, DRAFT_EVERY_S)

    def _draft(self, turn: Incoming, first_update: int) -> _Show:
        async def show(text: str) -> None:
            try:
                await self._bot.send_message_draft(
                    turn.chat_id, first_update or 1, text, message_thread_id=turn.thread_id
                )
            except (InvalidToken, BadRequest, Forbidden) as error:
                # A method the server does not know is answered 404, which reads as InvalidToken.
                if isinstance(error, InvalidToken):
                    log.info("this Telegram server knows no drafts; replies come whole")
                    self._streaming = Streaming.OFF
                raise

        return show

    def _edits(self, turn: Incoming, first_update: int) -> _Show:
        async def show(text: str) -> None:
            shown = await self._inbox.preview(first_update)
            if shown:
                await self._bot.edit_message_text(text, turn.chat_id, shown)
                return
            message = await self._bot.send_message(
                turn.chat_id, text, message_thread_id=turn.thread_id, disable_notification=True
            )
            await self._inbox.set_preview(first_update, message.message_id)

        return show


@asynccontextmanager
async def typing(bot: Bot, turn: Incoming) -> AsyncIterator[None]:
    """Show "typing" in the turn's chat and topic until the block ends."""
    task = asyncio.create_task(_keep_typing(bot, turn))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _keep_typing(bot: Bot, turn: Incoming) -> None:
    await asyncio.sleep(TYPING_AFTER_S)
    while True:
        with suppress(TelegramError):
            await bot.send_chat_action(
                turn.chat_id, ChatAction.TYPING, message_thread_id=turn.thread_id
            )
        await asyncio.sleep(TYPING_EVERY_S)
