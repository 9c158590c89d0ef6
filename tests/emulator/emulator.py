"""The emulator in process: a world behind a server on a free loopback port."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from .control import perform
from .server import build_app
from .telegram_side import TelegramSide
from .webhook import deliver
from .world import Options, World

HOST = "127.0.0.1"


class Emulator(TelegramSide):
    """`async with Emulator() as tg:` serves the Bot API at `tg.base_url` ("http://…", no path).

    With `judge`, leaving the block raises AssertionError if an independent judge objected.
    """

    def __init__(
        self,
        token: str = "123456:TEST",
        *,
        port: int = 0,
        judge: bool = False,
        refuse_parse_mode: bool = False,
        enforce_flood: bool = False,
        privacy_mode: bool = True,
        username: str = "shopdesk_test_bot",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.token = token
        self.world = World(
            Options(
                token=token,
                username=username,
                refuse_parse_mode=refuse_parse_mode,
                judge=judge,
                enforce_flood=enforce_flood,
                privacy_mode=privacy_mode,
                clock=clock,
            )
        )
        self._port = port
        self._runner: web.AppRunner | None = None
        self._deliverer: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen; sets `base_url`. Raises OSError where the port is taken."""
        self._runner = web.AppRunner(build_app(self.world), access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self._port, reuse_address=True)
        await site.start()
        port = self._runner.addresses[0][1]
        self.base_url = f"http://{HOST}:{port}"
        self._deliverer = asyncio.create_task(deliver(self.world))

    async def stop(self) -> None:
        """Stop listening and delivering."""
        if self._deliverer is not None:
            self._deliverer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._deliverer
        if self._runner is not None:
            await self._runner.cleanup()

    async def do(self, action: str, **params: Any) -> Any:
        """Run one control action on the world."""
        return await perform(self.world, action, params)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()
        if error is None:
            refused = await self.verdicts()
            assert not refused, f"independent judges objected: {refused}"
