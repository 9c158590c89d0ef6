"""Long polling: an update is confirmed to Telegram only when it lies on our disk."""

from __future__ import annotations

import asyncio
import json
import logging
from urllib.parse import urlencode

from redis.exceptions import RedisError
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter
from telegram.error import TelegramError as ApiError
from telegram.request import BaseRequest

from bot.telegram.connecting import token_refused
from bot.telegram.inbox import Inbox
from bot.telegram.limiter import seconds
from bot.telegram.updates import ALLOWED_UPDATES

log = logging.getLogger(__name__)

READ_SLACK_S = 10.0
"""Longer than Telegram holds a poll, so that only a dead connection runs into it."""
FIRST_PAUSE_S, LAST_PAUSE_S = 0.2, 30.0
PAGE = 100


class Polling:
    """Asks for updates until cancelled. Raises TelegramError when the token is refused."""

    def __init__(
        self, request: BaseRequest, base_url: str, inbox: Inbox, *, timeout_s: int
    ) -> None:
        """`base_url` ends with the token."""
        self._request = request
        self._url = f"{base_url}/getUpdates"
        self._inbox = inbox
        self._timeout_s = timeout_s
        self._offset = 0

    async def run(self) -> None:
        """Store, then confirm with the next offset; back off while Telegram or disk are away."""
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                await self._once()
                pause_s = FIRST_PAUSE_S
                continue
            except InvalidToken:
                raise token_refused() from None
            except RetryAfter as error:
                pause_s = seconds(error)
            except Conflict:
                log.warning("another bot asks for updates with the same token, or a webhook is set")
                pause_s = max(pause_s, 1.0)
            except RedisError as error:
                log.warning("updates cannot be stored (%s)", type(error).__name__)
            except (NetworkError, ApiError) as error:
                log.warning("Telegram cannot be reached (%s); trying again", type(error).__name__)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LAST_PAUSE_S)

    async def _once(self) -> None:
        query = urlencode(
            {
                "offset": self._offset,
                "limit": PAGE,
                "timeout": self._timeout_s,
                "allowed_updates": json.dumps(ALLOWED_UPDATES),
            }
        )
        found = await self._request.post(
            f"{self._url}?{query}", read_timeout=self._timeout_s + READ_SLACK_S
        )
        updates = [update for update in found if "update_id" in update] if found else []  # type: ignore[union-attr]
        if updates:
            await self._inbox.store(updates)  # type: ignore[arg-type]
            self._offset = max(int(update["update_id"]) for update in updates) + 1  # type: ignore[index]
