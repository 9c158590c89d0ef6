"""The emulator from another process: the same hands, over the control API."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import aiohttp

from .errors import EmulatorMisuseError
from .telegram_side import TelegramSide

TIMEOUT_S = 30.0


class EmulatorClient(TelegramSide):
    """`async with EmulatorClient(base_url) as tg:` steers a `python -m tests.emulator`."""

    def __init__(self, base_url: str, token: str = "123456:TEST") -> None:
        self.base_url = base_url.rstrip("/")
        self.token = token
        self._session: aiohttp.ClientSession | None = None

    async def do(self, action: str, **params: Any) -> Any:
        """Run one control action on the server; raises EmulatorMisuseError as it does."""
        if self._session is None:
            raise RuntimeError("use EmulatorClient in an async with block")
        async with self._session.post(f"{self.base_url}/control/{action}", json=params) as answer:
            body = await answer.json()
        if not body["ok"]:
            raise EmulatorMisuseError(body["description"])
        return body["result"]

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()
