"""`shopdesk run`: everything a shop needs, under one supervisor."""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.cli.common import RUN_LOCK, load_settings
from bot.cli.regular_work import RegularWork, every, nightly
from bot.cli.supervisor import Child, Supervisor
from engine.errors import SettingsError, StoreError
from engine.locks import held_alone
from engine.settings import Settings

if TYPE_CHECKING:
    from redis import Redis


def run_command(arguments: argparse.Namespace) -> int:
    """Start everything and keep it running until Ctrl-C or SIGTERM."""
    settings = load_settings(arguments)
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(message)s")
    with only_one(settings.home):
        return build_house(settings).run()


def build_house(settings: Settings, *, engine: tuple[str, ...] = ()) -> Supervisor:
    """The supervisor of this home's processes; `engine` takes another engine's command line.

    Raises SettingsError when the chat page's port is in use, StoreError, KnowledgeError.
    """
    from engine.valkey import Valkey, connect, start
    from engine.web.server import listen
    from knowledge_base.store import ensure_shop

    listen(settings.web_host, settings.web_port).close()
    listen(settings.console_host, settings.console_port, "CONSOLE").close()
    # Once, before several processes would copy the demo shop at the same time.
    ensure_shop(settings.home, settings.kb)
    env = {**os.environ, "SHOPDESK_HOME": str(settings.home)}
    if settings.kb:
        env["SHOPDESK_KB"] = str(settings.kb)
    store: Valkey | None = None
    if settings.redis_url is None:
        store = start(settings.home)
        # Children must wait for this one when it is away, and never start one of their own.
        settings = replace(settings, redis_url=f"unix://{store.socket}")
        env["REDIS_URL"] = str(settings.redis_url)
    redis, children = connect(settings), _children(settings, engine)
    return Supervisor(
        children=children,
        env=env,
        is_ready=lambda: _is_ready(redis, settings, children[0]),
        tell=lambda: _tell(settings),
        store=store,
        start_store=partial(start, settings.home) if store else None,
        works=(_training(settings, env), _imports(settings, env)),
    )


def _children(settings: Settings, engine: tuple[str, ...]) -> tuple[Child, ...]:
    children = [
        Child("engine", engine or _argv("engine")),
        Child("web", _argv("web")),
        Child("console", _argv("console")),
    ]
    if settings.telegram_token:
        children.append(Child("bot", _argv("bot")))
    if _may_rerank(settings):
        children.append(Child("prepare", _argv("prepare", "--background"), once=True))
    return tuple(children)


def _training(settings: Settings, env: Mapping[str, str]) -> RegularWork:
    """The recommender is learned anew in the night of the shop."""
    from bot.web.app import read_shop_texts

    zone = ZoneInfo(read_shop_texts(settings)[0].time_zone)
    mark = settings.home / "recommender" / "last-night"
    return RegularWork(
        "training", _argv("train", "recommender"), env, mark, nightly, lambda: datetime.now(zone)
    )


def _imports(settings: Settings, env: Mapping[str, str]) -> RegularWork:
    """What shop.yaml names as imports is imported when it is due; it may name them later."""
    from knowledge_base.imports_field import names_imports
    from knowledge_base.store import ensure_shop

    folder = ensure_shop(settings.home, settings.kb)
    return RegularWork(
        "scheduled import", _argv("kb", "refresh"), env, settings.home / "imports.begun",
        every(timedelta(minutes=15)), lambda: datetime.now(UTC), lambda: names_imports(folder),
    )  # fmt: skip


def _may_rerank(settings: Settings) -> bool:
    """Whether the default re-ranking encoder is wanted and still to be prepared or used."""
    from engine.retrieval.reranker import prepared_reranker
    from engine.retrieval.snapshot import lacks_reranker, read_live

    if settings.reranker is not None:
        return False
    live = settings.home / "snapshots" / (read_live(settings.home) or "none")
    return prepared_reranker(settings) is None or lacks_reranker(live)


def _argv(*command: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "bot.cli.main", *command)


def _is_ready(redis: Redis, settings: Settings, engine: Child) -> bool:
    from redis.exceptions import RedisError

    from engine.engines import ready_engines

    try:
        ready = engine.full_name in ready_engines(redis) and _bot_is_at_work(redis, settings)
    except (StoreError, RedisError):
        return False
    pages = ((settings.web_host, settings.web_port), (settings.console_host, settings.console_port))
    return ready and all(_listens(*page) for page in pages)


def _bot_is_at_work(redis: Redis, settings: Settings) -> bool:
    """Whether Telegram took the token, where there is one: only then a bot gets its lease."""
    from bot.telegram.keys import LEASE
    from bot.telegram.lease import is_dead

    holder = redis.get(LEASE) if settings.telegram_token else ""
    return not settings.telegram_token or bool(holder and not is_dead(str(holder)))


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((_reachable(host), port), 0.5).close()
    except OSError:
        return False
    return True


def _reachable(host: str) -> str:
    """An address to open, where the page listens on all."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104


def _tell(settings: Settings) -> None:
    """In four lines, where to chat, and where operators work."""
    telegram = (
        "your bot is online"
        if settings.telegram_token
        else "set TELEGRAM_TOKEN (from @BotFather) and start again"
    )
    print(f"Browser   {_address(settings.web_host, settings.web_port)}")
    console = settings.public_url or _address(settings.console_host, settings.console_port)
    print(f"Console   {console}")
    print(f"Terminal  {_ourselves()} chat")
    print(f"Telegram  {telegram}", flush=True)


def _address(host: str, port: int) -> str:
    host = _reachable(host)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _ourselves() -> str:
    """How the shopper's side of the terminal calls us: the bare name where the shell finds it."""
    program = Path(sys.argv[0])
    if shutil.which("shopdesk") or program.name != "shopdesk":
        return "shopdesk"
    return os.path.relpath(program)


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Holds the home's lock. Raises SettingsError when another `shopdesk run` has it."""
    with ExitStack() as held:
        try:
            held.enter_context(held_alone(home / RUN_LOCK))
        except BlockingIOError:
            raise SettingsError(
                "`shopdesk run` runs already for this folder",
                where=str(home),
                mend="use the one that runs, or name another folder with --home.",
            ) from None
        yield
