"""POST /events takes in signed events, a thousand at a time, and never shows a traceback."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from bot.web.events import EventIntake
from bot.web.limits import (
    EVENT_BODIES_AT_ONCE,
    EVENT_POSTS_PER_S,
    MAX_EVENTS,
    MAX_EVENTS_BYTES,
)
from engine.event_log import EventLog
from engine.journal import Journal
from engine.types import Event
from knowledge_base.store import DEMO_SHOP
from tests.bot.web.conftest import Page, served, settings_for

KEY = "a-key-of-the-shop-s-server"
LAMP = "nordic-desk-lamp"
VIEW = {"shopper": "ann", "event": "view_item", "product": LAMP, "time": "2026-01-02T10:00Z"}


def signed(body: bytes, at: float | None = None, key: str = KEY) -> dict[str, str]:
    """The headers of a request, as docs/accounts.md says to make them."""
    stamp = str(int(time.time() if at is None else at))
    mac = hmac.new(key.encode(), stamp.encode() + b"." + body, hashlib.sha256)
    return {"X-Shopdesk-Timestamp": stamp, "X-Shopdesk-Signature": f"sha256={mac.hexdigest()}"}


def bytes_of(content: object) -> bytes:
    return content if isinstance(content, bytes) else json.dumps(content).encode()


async def post(page: Page, content: object, **headers: str) -> httpx.Response:
    """A signed post; `headers` come beside the signature."""
    body = bytes_of(content)
    return await send(page, body, {**signed(body), **headers})


async def send(page: Page, body: bytes, headers: dict[str, str]) -> httpx.Response:
    raw = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
    async with httpx.AsyncClient() as client:
        return await client.post(f"{page.address}/events", content=body, headers=raw)


def kept(home: Path) -> list[Event]:
    journal = Journal.open(SimpleNamespace(home=home, database_url=None))
    events = list(EventLog(journal).all())
    journal.close()
    return events


async def test_events_are_kept_once_and_bad_ones_are_told(tmp_path: Path) -> None:
    given = [VIEW, {**VIEW, "product": "none"}, "no event", {**VIEW, "shopper": "chat:tg:1"}]
    async with served(tmp_path, EVENTS_KEY=KEY) as page:
        answer = await post(page, {"events": given})
        again = await post(page, {"events": [VIEW]})
    told = answer.json()
    assert (answer.status_code, told["added"], told["same"]) == (200, 2, 0)
    assert [refused["index"] for refused in told["refused"]] == [1, 2]
    assert again.json() == {"added": 0, "same": 1, "refused": []}
    shoppers = {event.shopper for event in kept(tmp_path)}
    assert "tg:1" in shoppers
    assert "ann" not in shoppers


async def test_a_ga4_event_without_a_time_is_of_now(tmp_path: Path) -> None:
    event = {"event_name": "purchase", "user_id": "ann", "items": [{"item_id": LAMP}]}
    async with served(tmp_path, EVENTS_KEY=KEY) as page:
        assert (await post(page, event)).json()["added"] == 1
        bare = {name: value for name, value in VIEW.items() if name != "time"}
        assert (await post(page, {"events": [bare]})).json()["added"] == 1
    assert all(abs((event.at - datetime.now(UTC)).total_seconds()) < 60 for event in kept(tmp_path))


async def test_without_a_key_set_there_is_no_such_address(page: Page) -> None:
    assert (await post(page, {"events": [VIEW]})).status_code == 404


BODY = bytes_of([VIEW])
STAMP, SIGNATURE = signed(BODY)
Headers = dict[str, str]


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda good: {},
        lambda good: {STAMP: good[STAMP]},
        lambda good: {SIGNATURE: good[SIGNATURE]},
        lambda good: {"authorization": f"Bearer {KEY}"},
        lambda good: signed(BODY, key="another key of another shop"),
        lambda good: signed(bytes_of([{**VIEW, "quantity": 2}])),
        lambda good: {**good, SIGNATURE: good[SIGNATURE].removeprefix("sha256=")},
        lambda good: {**good, SIGNATURE: good[SIGNATURE].upper()},
        lambda good: {**good, SIGNATURE: f"{good[SIGNATURE][:-1]}\xe9"},
        lambda good: {**good, STAMP: str(int(good[STAMP]) + 1)},
        lambda good: {**good, STAMP: f"{good[STAMP]}.0"},
        lambda good: {**good, STAMP: f"{good[STAMP]}9999999"},
        lambda good: signed(BODY, at=time.time() - 301),
        lambda good: signed(BODY, at=time.time() + 900),
    ],
)
async def test_what_is_not_signed_by_the_key_just_now_is_refused(
    tmp_path: Path, spoilt: Callable[[Headers], Headers]
) -> None:
    async with served(tmp_path, EVENTS_KEY=KEY) as page:
        # Signed now: a suite may take longer than a signature holds.
        answer = await send(page, BODY, spoilt(signed(BODY)))
    assert answer.status_code == 401
    assert set(answer.json()) == {"error", "mend"}
    assert KEY not in answer.text
    assert kept(tmp_path) == []


async def test_a_call_played_back_stores_nothing_twice(tmp_path: Path) -> None:
    headers = signed(BODY)
    async with served(tmp_path, EVENTS_KEY=KEY) as page:
        answers = [(await send(page, BODY, headers)).json() for _ in range(3)]
    assert [(told["added"], told["same"]) for told in answers] == [(1, 0), (0, 1), (0, 1)]
    assert len(kept(tmp_path)) == 1


async def test_nobody_reads_events_and_no_foreign_page_posts_them(tmp_path: Path) -> None:
    async with served(tmp_path, EVENTS_KEY=KEY) as page:
        async with httpx.AsyncClient() as client:
            read = await client.get(f"{page.address}/events", headers=signed(b""))
            asked = await client.options(
                f"{page.address}/events", headers={"origin": "http://evil.example"}
            )
        foreign = await post(page, {"events": [VIEW]}, origin="http://evil.example")
        server = await post(page, {"events": []}, host="shopdesk:8080")
    assert (read.status_code, asked.status_code, foreign.status_code) == (405, 403, 403)
    assert "access-control-allow-origin" not in asked.headers
    assert server.status_code == 200
    assert kept(tmp_path) == []


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (b"{", 400, "no JSON"),
        (b"\xff\xfe", 400, "no JSON"),
        (b"[" * 100_000, 400, "no JSON"),
        (b"3", 400, "no events"),
        (b'{"events": {}}', 400, "no events"),
        (bytes_of({"events": [{}] * (MAX_EVENTS + 1)}), 413, "1,000"),
        (b"{}\n" * (MAX_EVENTS + 1), 413, "1,000"),
        (b" " * (MAX_EVENTS_BYTES + 1), 413, "1 MB"),
    ],
)
async def test_a_bad_body_is_told(tmp_path: Path, body: bytes, status: int, told: str) -> None:
    async with served(tmp_path, EVENTS_KEY=KEY) as page:
        answer = await post(page, body)
    assert (answer.status_code, told in answer.json()["error"]) == (status, True)
    assert answer.json()["mend"]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (bytes_of([VIEW, 3]), {"index": 1}),
        (bytes_of({"events": [VIEW, {**VIEW, "time": "soon"}]}), {"index": 1}),
        (bytes_of(VIEW) + b"\n\n{\n", {"line": 3}),
        (b'\xef\xbb\xbf{"event_name": "purchase", "items": 3}\r\n' + bytes_of(VIEW), {"line": 1}),
    ],
)
async def test_each_shape_is_read_and_a_bad_event_told_by_its_place(
    tmp_path: Path, body: bytes, place: dict[str, int]
) -> None:
    async with served(tmp_path, EVENTS_KEY=KEY) as page:
        told = (await post(page, body)).json()
    assert told["added"] == 1
    (refused,) = told["refused"]
    assert refused.pop("reason")
    assert refused == place


async def test_a_database_that_is_away_is_told_plainly_and_used_when_it_is_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = tmp_path / "away" / "journal.sqlite3"
    async with served(tmp_path, EVENTS_KEY=KEY, DATABASE_URL=f"sqlite:///{database}") as page:
        away = await post(page, {"events": [VIEW]})
        database.parent.mkdir()
        back = await post(page, {"events": [VIEW]})
    assert (away.status_code, back.status_code) == (503, 200)
    assert away.json()["mend"] == "send them again later."
    assert len(kept(database.parent)) == 1
    assert "retry-after" in away.headers
    assert "Traceback" not in caplog.text


async def test_a_product_is_known_as_soon_as_it_is_in_the_catalogue(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shutil.copytree(DEMO_SHOP, shop, ignore=shutil.ignore_patterns("images", "faq"))
    new = {"events": [{**VIEW, "product": "newest-lamp"}]}
    async with served(tmp_path, EVENTS_KEY=KEY, SHOPDESK_KB=str(shop)) as page:
        before = (await post(page, new)).json()
        catalogue = shop / "catalogue.csv"
        text = catalogue.read_text("utf-8")
        catalogue.write_text(text.replace(LAMP, "newest-lamp"), "utf-8")
        after = (await post(page, new)).json()
    assert (before["added"], after["added"]) == (0, 1)


def client_of(home: Path, **options: Any) -> httpx.AsyncClient:
    intake = EventIntake(settings_for(home, EVENTS_KEY=KEY), **options)
    app = Starlette(routes=[Route("/events", intake.post, methods=["POST"])])
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url="http://x")


async def test_too_many_requests_are_put_off_for_a_second(tmp_path: Path) -> None:
    now = 0.0
    async with client_of(tmp_path, clock=lambda: now) as client:

        async def call() -> httpx.Response:
            return await client.post("/events", content=b"", headers=signed(b""))

        for _ in range(EVENT_POSTS_PER_S):
            unsigned = await client.post("/events", content=b"")
            assert ((await call()).status_code, unsigned.status_code) == (400, 401)
        late = await call()
        now = 1.0
        then = await call()
    assert (late.status_code, late.headers["retry-after"], then.status_code) == (429, "1", 400)


async def test_bodies_without_an_end_fill_no_memory_and_are_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.events.EVENT_BODY_S", 0.3)

    head = "".join(f"{name}: {value}\r\n" for name, value in signed(BODY).items())
    sent = f"POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n{head}\r\nno end"
    async with served(tmp_path, EVENTS_KEY=KEY) as page:

        async def call() -> int:
            reader, writer = await asyncio.open_connection("127.0.0.1", page.port)
            writer.write(sent.encode())
            status = (await reader.readline()).split()[1]
            writer.close()
            return int(status)

        statuses = await asyncio.gather(*(call() for _ in range(EVENT_BODIES_AT_ONCE + 3)))
        after = await post(page, [VIEW])
    assert sorted(set(statuses)) == [408, 429]
    assert statuses.count(408) == EVENT_BODIES_AT_ONCE
    assert after.json()["added"] == 1


async def test_a_post_that_waits_for_the_database_holds_up_no_other_answer(tmp_path: Path) -> None:
    async with served(tmp_path, EVENTS_KEY=KEY) as page:
        await post(page, {"events": []})
        journal = Journal.open(SimpleNamespace(home=tmp_path, database_url=None))
        with journal.begin() as connection:
            connection.exec_driver_sql("delete from events")
            waiting = asyncio.create_task(post(page, {"events": [VIEW]}))
            await asyncio.sleep(0.1)
            async with httpx.AsyncClient() as client:
                health = await client.get(f"{page.address}/healthz")
            assert (health.status_code, waiting.done()) == (200, False)
        assert (await waiting).json()["added"] == 1
        journal.close()
