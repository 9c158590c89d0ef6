"""Webhook intake: 200 only when the update lies on our disk; strangers are turned away."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from redis.exceptions import RedisError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.telegram.inbox import Inbox
from engine.errors import TelegramError

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a name, no secret.
MAX_BODY_BYTES = 1024 * 1024
"""Many times the largest update."""
START_TIMEOUT_S = 10.0


class Webhook:
    """The one address Telegram calls."""

    def __init__(self, inbox: Inbox, secret: str, url: str) -> None:
        """Serves the path of the public `url`."""
        self._inbox = inbox
        self._secret = secret.encode()
        self._path = urlsplit(url).path or "/"

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(routes=[Route(self._path, self.receive, methods=["POST"])])

    async def receive(self, request: Request) -> Response:
        """Check, store, and only then say yes."""
        given = request.headers.get(SECRET_HEADER, "").encode()
        if not hmac.compare_digest(given, self._secret):
            return PlainTextResponse("forbidden", 403)
        body = await _read(request)
        if body is None:
            return PlainTextResponse("too large", 413)
        update = _parse(body)
        if update is None:
            return PlainTextResponse("not an update", 400)
        try:
            await self._inbox.store([update])
        except RedisError as error:
            log.warning("an update cannot be stored (%s)", type(error).__name__)
            return PlainTextResponse("try again", 503)
        return Response(status_code=200)


@asynccontextmanager
async def serving(app: Starlette, host: str, port: int) -> AsyncIterator[int]:
    """Serve an app beside our own signal handling; gives the port.

    Raises TelegramError when the port is taken.
    """
    config = uvicorn.Config(
        app, host=host, port=port, log_level="warning", access_log=False, lifespan="off"
    )
    server = _Server(config)
    task = asyncio.create_task(_serve(server))
    try:
        async with asyncio.timeout(START_TIMEOUT_S):
            while not server.started:
                if task.done():
                    raise TelegramError(
                        f"cannot listen on {host}:{port}",
                        where="TELEGRAM_WEBHOOK_PORT",
                        mend="end what uses that port, or choose another one.",
                    )
                await asyncio.sleep(0.01)
        yield int(server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        await asyncio.wait([task])


class _Server(uvicorn.Server):
    """Leaves signals to the bot."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Installs no handlers."""
        yield


async def _serve(server: _Server) -> None:
    try:
        await server.serve()
    except SystemExit:
        log.error("the webhook server could not start")


async def _read(request: Request) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return None
    return bytes(body)


def _parse(body: bytes) -> dict[str, Any] | None:
    try:
        update = json.loads(body)
    except ValueError:
        return None
    known = isinstance(update, dict) and type(update.get("update_id")) is int
    return update if known else None
