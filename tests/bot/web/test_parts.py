"""The page's parts with plain values: issued buttons, keys, ports, rates."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.identity import Identity, session_key
from bot.web.images import image_address
from bot.web.issued import ISSUED_MAX, IssuedActions, MemoryIssuedActions, RedisIssuedActions
from bot.web.limits import TokenBucket
from bot.web.protocol import Asked, Refused, Resume, read_frame, reply_frame
from bot.web.room import command_action
from engine import valkey
from engine.errors import SettingsError
from engine.keys import ISSUED_TTL_S
from engine.types import Money, ProductCard, Reply, Route
from engine.web.server import listen
from tests.bot.web.conftest import settings_for

ROOT = Path(__file__).parents[3]


class Clock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "redis"])
async def issued(
    request: pytest.FixtureRequest, tmp_path: Path, clock: Clock
) -> AsyncIterator[IssuedActions]:
    if request.param == "memory":
        yield MemoryIssuedActions(clock)
        return
    server = valkey.start(tmp_path)
    redis = valkey.connect_async(settings_for(tmp_path))
    try:
        yield RedisIssuedActions(redis, clock)
    finally:
        await redis.aclose()
        server.stop()


async def test_an_action_holds_for_its_conversation_only(issued: IssuedActions) -> None:
    await issued.add("web:a", ["entry:x", "details:y"])
    await issued.add("web:a", [])
    assert await issued.holds("web:a", "entry:x")
    assert not await issued.holds("web:a", "entry:z")
    assert not await issued.holds("web:b", "entry:x")


async def test_an_action_is_forgotten_after_its_time(issued: IssuedActions, clock: Clock) -> None:
    await issued.add("web:a", ["entry:x"])
    clock.now += ISSUED_TTL_S - 1
    assert await issued.holds("web:a", "entry:x")
    clock.now += 2
    assert not await issued.holds("web:a", "entry:x")
    await issued.add("web:b", ["entry:y"])
    assert not await issued.holds("web:a", "entry:x")


async def test_only_the_newest_actions_are_kept(issued: IssuedActions, clock: Clock) -> None:
    for number in range(0, ISSUED_MAX + 10, 10):
        clock.now += 1
        await issued.add("web:a", [f"entry:{number + n}" for n in range(10)])
    assert not await issued.holds("web:a", "entry:0")
    assert await issued.holds("web:a", "entry:10")
    assert await issued.holds("web:a", f"entry:{ISSUED_MAX + 9}")


async def test_buttons_outlive_a_killed_valkey(tmp_path: Path) -> None:
    server = valkey.start(tmp_path)
    redis = valkey.connect_async(settings_for(tmp_path))
    issued = RedisIssuedActions(redis)
    await issued.add("web:a", ["entry:x"])
    assert server.process is not None
    server.process.kill()
    server.process.wait()
    server = valkey.start(tmp_path)
    assert await issued.holds("web:a", "entry:x")
    await redis.aclose()
    server.stop()


def test_the_fronts_load_no_torch() -> None:
    script = "import bot.web.run, bot.cli.chat, sys; raise SystemExit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT).returncode == 0


def test_a_bucket_lets_a_burst_through_and_then_one_a_second(clock: Clock) -> None:
    bucket = TokenBucket(1.0, 5, clock)
    assert [bucket.take() for _ in range(6)] == [True] * 5 + [False]
    clock.now += 1
    assert [bucket.take() for _ in range(2)] == [True, False]
    clock.now += 3600
    assert [bucket.take() for _ in range(6)] == [True] * 5 + [False]


def test_the_session_key_is_kept_and_must_be_private(tmp_path: Path) -> None:
    key = session_key(tmp_path)
    assert session_key(tmp_path) == key
    path = tmp_path / "web_session.key"
    path.chmod(0o644)
    with pytest.raises(SettingsError, match="others can read"):
        session_key(tmp_path)


def test_a_session_of_another_key_is_not_ours() -> None:
    cookie = Identity(b"a" * 32).new()
    assert Identity(b"a" * 32).read(cookie) == cookie.split(".")[0]
    assert Identity(b"b" * 32).read(cookie) is None
    assert Identity(b"a" * 32).read(f"{cookie}é") is None


def test_a_port_in_use_is_told_with_its_mend() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match="in use") as raised:
            listen("127.0.0.1", port)
    assert "WEB_PORT" in raised.value.mend
    with pytest.raises(SettingsError, match="cannot listen"):
        listen("203.0.113.7", 8080)


@given(st.text())
def test_no_frame_breaks_the_reader(frame: str) -> None:
    with suppress(Refused):
        assert isinstance(read_frame(frame), Asked | Resume)


@pytest.mark.parametrize(
    ("typed", "action"),
    [
        ("/human", "human:"),
        ("/human ", "human:"),
        ("/why", "why:"),
        ("/review", "review:"),
        ("/review nordic desk lamp", None),
        ("/forget", "erase:"),
        ("/mydata", "mydata:"),
        ("/export", "export:"),
        ("/erase", None),
        ("/start", "start:"),
        ("/Unlink", "unlink:"),
        ("/start _aW04qClydn6QQk6-XqwlM ", "start:_aW04qClydn6QQk6-XqwlM"),
        (f"/start _{'a' * 63}", f"start:_{'a' * 63}"),
        (f"/start _{'a' * 64}", None),
        ("/start a b", None),
        ("/language zh", "language:zh"),
        ("/language zh-hant", "language:zh-hant"),
        ("/language <script>", None),
        ("/humans", None),
        ("human", None),
    ],
)
def test_a_typed_command_stands_for_a_button(typed: str, action: str | None) -> None:
    assert command_action(typed) == action


@pytest.mark.parametrize(
    ("image", "address"),
    [
        ("images/a.png", "images/a.png"),
        ("images/../shop.yaml.png", ""),
        ("https://elsewhere.example/a.png", ""),
        ("images/a.svg", ""),
        ("", ""),
    ],
)
def test_a_card_shows_only_pictures_of_the_shop(image: str, address: str) -> None:
    assert image_address(image) == address


def test_a_card_links_only_to_web_addresses() -> None:
    card = ProductCard("s", "n", Money(Decimal(1), "EUR"), True, "javascript:alert(1)", "", "")
    frame = reply_frame("id", Reply("t", Route.FAQ, None, 1.0, "en", products=(card,)))
    assert frame["products"][0]["url"] == ""
