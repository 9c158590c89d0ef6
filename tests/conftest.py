"""Equipment all tests share: a real Valkey, emptied before each test that asks for it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from engine import valkey
from engine.idle_threads import share_no_product, wait_awake_briefly

# As the command line has it.
wait_awake_briefly()
share_no_product()
# Its 1.1 GB are downloaded by no test; those that need a second look name an encoder at hand.
os.environ.setdefault("SHOPDESK_RERANKER", "off")
# Tests hold laws, not times: a slow machine is no fault.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what takes minutes, unless it is asked for."""
    if os.environ.get("SHOPDESK_TEST_LONG"):
        return
    left_out = pytest.mark.skip(reason="takes minutes: set SHOPDESK_TEST_LONG=1")
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(left_out)


@dataclass(frozen=True)
class Place:
    """Where the tests' Valkey is: an `engine.valkey.Place`."""

    home: Path
    redis_url: str | None


@pytest.fixture(scope="session")
def store_url() -> Iterator[str]:
    """The URL of a real server for this test run: SHOPDESK_TEST_REDIS_URL, else our own."""
    given = os.environ.get("SHOPDESK_TEST_REDIS_URL")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="desk-") as folder:
        server = valkey.start(Path(folder))
        yield f"unix://{server.socket}"
        server.stop()


@pytest.fixture
def place(store_url: str, tmp_path: Path) -> Place:
    """An empty store and an empty home folder."""
    with Redis.from_url(store_url) as client:
        client.flushall()
    return Place(tmp_path, store_url)


@pytest.fixture
def redis(place: Place) -> Iterator[Redis]:
    """A client of the empty store."""
    with valkey.connect(place) as client:
        yield client


@pytest.fixture
async def async_redis(place: Place) -> AsyncIterator[AsyncRedis]:
    """An asyncio client of the empty store."""
    client = valkey.connect_async(place)
    yield client
    await client.aclose()
