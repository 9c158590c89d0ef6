"""`shopdesk web`: the chat page of this shop, answered by the engines behind Redis."""

from __future__ import annotations

import contextlib

from bot.web.app import build_app, read_shop_texts
from bot.web.limits import MAX_FRAME_BYTES
from engine.settings import Settings
from engine.web.server import listen, server


async def run_web(settings: Settings) -> None:
    """Serve the chat page until SIGTERM or SIGINT.

    Raises SettingsError where the port is in use, StoreError where Redis cannot be reached,
    KnowledgeError for a broken shop.
    """
    from engine.desk import QueueDesk
    from engine.valkey import connect_async, store_errors

    with contextlib.closing(listen(settings.web_host, settings.web_port)) as listening:
        _, replies = read_shop_texts(settings)
        redis = connect_async(settings)
        try:
            with store_errors():
                await redis.ping()
            app = build_app(settings, QueueDesk(redis, replies), redis)
            await server(app, frame_bytes=MAX_FRAME_BYTES).serve(sockets=[listening])
        finally:
            await redis.aclose()
