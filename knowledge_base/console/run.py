"""`shopdesk console`: the operators' pages of this shop."""

from __future__ import annotations

import contextlib
from functools import partial

from engine.errors import StoreError
from engine.settings import Settings
from engine.sign_in_links import SETUP_TTL_S, console_address, make_link
from engine.web.server import listen, server
from knowledge_base.console.app import build_console
from knowledge_base.console.house import House, open_house


async def run_console(settings: Settings) -> None:
    """Serve the console until SIGTERM or SIGINT; while there is no admin, say how to be the first.

    Raises SettingsError where the port is in use, StoreError, KnowledgeError for a broken shop.
    """
    from engine.desk import QueueDesk
    from engine.valkey import connect_async

    redis = connect_async(settings)
    house = open_house(settings, QueueDesk(redis), engines=partial(_any_engine, settings))
    try:
        # Before it listens: `shopdesk run` says that all is ready when it does.
        tell_set_up(house)
        listening = listen(settings.console_host, settings.console_port, "CONSOLE")
        with contextlib.closing(listening):
            await server(build_console(house)).serve(sockets=[listening])
    finally:
        house.close()
        await redis.aclose()


def _any_engine(settings: Settings) -> bool:
    from engine.engines import engine_ready
    from engine.valkey import attach

    try:
        with contextlib.closing(attach(settings)) as redis:
            return engine_ready(redis)
    except StoreError:
        return False


def tell_set_up(house: House) -> None:
    """Print the first admin's link, where there is none yet."""
    if house.people.nobody_yet():
        token = make_link(house.key, 0, house.clock().timestamp(), SETUP_TTL_S)
        print(f"Console   make yourself the first admin (for 24 hours): "
              f"{console_address(house.settings)}/setup/{token}", flush=True)  # fmt: skip
