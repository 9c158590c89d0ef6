"""Staff are told of each outage once, and once that it is over."""

from __future__ import annotations

from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.cli.staff_news import tell_staff
from bot.telegram.parts import Delivery
from bot.telegram.trouble import TroubleWatch
from engine import keys
from engine.errors import KnowledgeError
from engine.settings import Settings


@pytest.fixture
def told() -> list[str]:
    return []


def watch(redis: Redis, told: list[str], folder: Path, least: int = 0) -> TroubleWatch:
    async def send(delivery: Delivery) -> None:
        told.append(delivery.text)

    return TroubleWatch(redis, -1, send, folder, least)


async def test_a_generator_that_is_down_is_told_once_and_once_when_it_is_back(
    redis: Redis, told: list[str], tmp_path: Path
) -> None:
    await redis.set(keys.trouble("generator"), "gpu-1 failed several times in a row")
    for _ in range(2):
        await watch(redis, told, tmp_path).look()
    await redis.delete(keys.trouble("generator"))
    for _ in range(2):
        await watch(redis, told, tmp_path).look()
    assert len(told) == 2
    assert "gpu-1 failed" in told[0]
    assert told[1] == "The generator answers again."


async def test_a_disk_nearly_full_is_told_once_and_once_when_it_has_room(
    redis: Redis, told: list[str], tmp_path: Path
) -> None:
    for least in (2**62, 2**62, 0, 0):
        await watch(redis, told, tmp_path, least).look()
    assert len(told) == 2
    assert "nearly full" in told[0]
    assert "room again" in told[1]


async def test_a_publish_that_failed_is_told_where_a_shop_runs(
    redis: Redis, told: list[str], tmp_path: Path, valkey_socket: Path
) -> None:
    error = KnowledgeError("two answers in en", where="faq/a.md:3")
    place = {"SHOPDESK_HOME": str(tmp_path), "REDIS_URL": f"unix://{valkey_socket}"}
    tell_staff(Settings.load(place, tmp_path / "none"), "`shopdesk kb publish`", error)
    staffed = Settings.load({**place, "OPERATOR_CHAT_ID": "-1"}, tmp_path / "none")
    tell_staff(staffed, "`shopdesk kb publish`", error)
    for _ in range(2):
        await watch(redis, told, tmp_path).look()
    assert told == ["`shopdesk kb publish` failed: faq/a.md:3: two answers in en"]
