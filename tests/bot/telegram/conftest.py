"""A real Valkey, the strict emulator and a front between them."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from PIL import Image
from redis.asyncio import Redis

from bot.telegram.front import Account, Front, Parts
from bot.telegram.limiter import Limits
from bot.telegram.options import Options
from bot.telegram.pseudonyms import Pseudonyms
from engine import valkey
from engine.journal import Journal
from engine.live import LiveAssistant
from knowledge_base.problems import Problems
from knowledge_base.shop_file import read_replies, read_shop
from knowledge_base.store import DEMO_SHOP
from tests.bot.telegram.rule_desk import RuleDesk
from tests.emulator import Emulator

FAST = Limits(overall=1000, chat_pause_s=0.0, group=1000)
STAFF_CHAT = -1001234567890


@dataclass(frozen=True, slots=True)
class PastTurn:
    """A turn as the journal gives it back."""

    question: str
    answer: str
    id: str = ""


@dataclass
class Clock:
    """A clock a test moves."""

    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Bench:
    """What a test of the front works with."""

    telegram: Emulator
    redis: Redis
    parts: Parts
    desk: RuleDesk
    clock: Clock
    account: Account
    turns: list[PastTurn] = field(default_factory=list)

    @asynccontextmanager
    async def running(
        self, *, operator: int | None = None, **options: object
    ) -> AsyncIterator[Front]:
        """A front at work until the block ends; `options` differ from the defaults here."""
        changed = replace(self.parts.options, **options)  # type: ignore[arg-type]
        account = replace(self.account, operator_chat=operator)
        front = Front(account, replace(self.parts, options=changed))
        task = asyncio.create_task(front.run())
        try:
            yield front
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@pytest.fixture(autouse=True)
def durations(monkeypatch: pytest.MonkeyPatch) -> None:
    """python-telegram-bot's coming type of durations, as the bot itself chooses it."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture(scope="session")
def valkey_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    server = valkey.start(tmp_path_factory.mktemp("home"))
    yield server.socket
    server.stop()


@pytest.fixture
async def redis(valkey_socket: Path) -> AsyncIterator[Redis]:
    client = Redis(unix_socket_path=str(valkey_socket), decode_responses=True)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
async def telegram() -> AsyncIterator[Emulator]:
    async with Emulator(judge=True, refuse_parse_mode=True) as emulator:
        yield emulator


def picture() -> bytes:
    """A small PNG."""
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(data, "PNG")
    return data.getvalue()


@pytest.fixture
def shop_folder(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "lamp.png").write_bytes(picture())
    return tmp_path


def shop_words() -> tuple[object, object]:
    problems = Problems()
    shop = read_shop(DEMO_SHOP / "shop.yaml", problems)
    assert shop is not None
    path = DEMO_SHOP / "replies.yaml"
    return shop, read_replies(path, shop, path, problems)


@pytest.fixture
def bench(telegram: Emulator, redis: Redis, shop_folder: Path) -> Bench:
    shop, replies = shop_words()
    desk, clock = RuleDesk(), Clock()
    turns: list[PastTurn] = []
    parts = Parts(
        shop=shop,  # type: ignore[arg-type]
        replies=replies,  # type: ignore[arg-type]
        folder=shop_folder,
        desk=desk,
        redis=redis,
        pseudonyms=Pseudonyms(b"k" * 32),
        last_turns=lambda _, limit: turns[-limit:],
        mask=lambda text: text.replace("mia@example.com", "⟦email:1⟧"),
        options=Options(
            burst_window_s=0.0,
            limits=FAST,
            sweep_every_s=0.05,
            stop_grace_s=0.5,
            look_for_trouble_every_s=0.05,
        ),
        clock=clock,
    )
    account = Account(telegram.token, telegram.base_url)
    return Bench(telegram, redis, parts, desk, clock, account, turns)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> LiveAssistant:
    """Of a small part of the demo shop: real encoders and retrieval, no generator."""
    from tests.bot.telegram.small_shop import small_assistant

    return small_assistant(tmp_path_factory.mktemp("shop"), tmp_path_factory.mktemp("home"))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    opened = Journal(f"sqlite:///{tmp_path}/journal.sqlite3")
    yield opened
    opened.close()
