"""POST /events takes in events by a key, a thousand at a time, and never shows a traceback."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from bot.web.events import EventIntake
from bot.web.limits import EVENT_POSTS_PER_S, MAX_EVENTS, MAX_EVENTS_BYTES
from engine.event_log import EventLog
from engine.journal import Journal
from engine.types import Event
from knowledge_base.store import DEMO_SHOP
from tests.bot.web.conftest import Page, served, settings_for

KEY = "a-key-of-the-shop-s-server"
WITH_KEY = {"authorization": f"Bearer {KEY}"}
LAMP = "nordic-desk-lamp"
VIEW = {"shopper": "ann", "event": "view_item", "product": LAMP, "time": "2026-01-02T10:00Z"}


async def post(page: Page, content: object, **headers: str) -> httpx.Response:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
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
        answer = await post(page, {"events": given}, **WITH_KEY)
        again = await post(page, {"events": [VIEW]}, **WITH_KEY)
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
        assert (await post(page, event, **WITH_KEY)).json()["added"] == 1
        bare = {name: value for name, value in VIEW.items() if name != "time"}
        assert (await post(page, {"events": [bare]}, **WITH_KEY)).json()["added"] == 1
    assert all(abs((event.at - datetime.now(UTC)).total_seconds()) < 60 for event in kept(tmp_path))


async def test_without_a_key_set_there_is_no_such_address(page: Page) -> None:
    assert (await post(page, {"events": [VIEW]}, **WITH_KEY)).status_code == 404


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer wrong", f"Basic {KEY}", KEY, "Bearer \xff"]
)
async def test_a_wrong_key_is_refused(tmp_path: Path, value: str) -> None:
    async with served(tmp_path, EVENTS_KEY=KEY) as page:
        answer = await post(page, {"events": [VIEW]}, authorization=value)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert kept(tmp_path) == []


async def test_nobody_reads_events_and_no_foreign_page_posts_them(tmp_path: Path) -> None:
    async with served(tmp_path, EVENTS_KEY=KEY) as page:
        async with httpx.AsyncClient() as client:
            read = await client.get(f"{page.address}/events", headers=WITH_KEY)
            asked = await client.options(
                f"{page.address}/events", headers={"origin": "http://evil.example"}
            )
        foreign = await post(page, {"events": [VIEW]}, origin="http://evil.example", **WITH_KEY)
        server = await post(page, {"events": []}, host="shopdesk:8080", **WITH_KEY)
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
        (b"[]", 400, '{"events": […]}'),
        (b'{"events": {}}', 400, '{"events": […]}'),
        (b'{"event_name": "purchase", "items": 3}', 400, "items is not a list"),
        (json.dumps({"events": [{}] * (MAX_EVENTS + 1)}).encode(), 413, "1,000"),
        (b" " * (MAX_EVENTS_BYTES + 1), 413, "1 MB"),
    ],
)
async def test_a_bad_body_is_told(tmp_path: Path, body: bytes, status: int, told: str) -> None:
    async with served(tmp_path, EVENTS_KEY=KEY) as page:
        answer = await post(page, body, **WITH_KEY)
    assert (answer.status_code, told in answer.text) == (status, True)


async def test_a_database_that_is_away_is_told_plainly_and_used_when_it_is_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = tmp_path / "away" / "journal.sqlite3"
    async with served(tmp_path, EVENTS_KEY=KEY, DATABASE_URL=f"sqlite:///{database}") as page:
        away = await post(page, {"events": [VIEW]}, **WITH_KEY)
        database.parent.mkdir()
        back = await post(page, {"events": [VIEW]}, **WITH_KEY)
    assert (away.status_code, back.status_code) == (503, 200)
    assert away.text == "The events cannot be kept just now; send them again later.\n"
    assert "retry-after" in away.headers
    assert "Traceback" not in caplog.text


async def test_a_product_is_known_as_soon_as_it_is_in_the_catalogue(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shutil.copytree(DEMO_SHOP, shop, ignore=shutil.ignore_patterns("images", "faq"))
    new = {"events": [{**VIEW, "product": "newest-lamp"}]}
    async with served(tmp_path, EVENTS_KEY=KEY, SHOPDESK_KB=str(shop)) as page:
        before = (await post(page, new, **WITH_KEY)).json()
        catalogue = shop / "catalogue.csv"
        text = catalogue.read_text("utf-8")
        catalogue.write_text(text.replace(LAMP, "newest-lamp"), "utf-8")
        after = (await post(page, new, **WITH_KEY)).json()
    assert (before["added"], after["added"]) == (0, 1)


def client_of(home: Path, **options: Any) -> httpx.AsyncClient:
    intake = EventIntake(settings_for(home, EVENTS_KEY=KEY), **options)
    app = Starlette(routes=[Route("/events", intake.post, methods=["POST"])])
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url="http://x", headers=WITH_KEY)


async def test_too_many_requests_are_put_off_for_a_second(tmp_path: Path) -> None:
    now = 0.0
    async with client_of(tmp_path, clock=lambda: now) as client:
        statuses = [
            (await client.post("/events", content=b"")).status_code
            for _ in range(EVENT_POSTS_PER_S)
        ]
        late = await client.post("/events", json={"events": []})
        now = 1.0
        then = await client.post("/events", content=b"")
    assert set(statuses) == {400}
    assert (late.status_code, late.headers["retry-after"], then.status_code) == (429, "1", 400)


async def test_a_post_that_waits_for_the_database_holds_up_no_other_answer(tmp_path: Path) -> None:
    async with served(tmp_path, EVENTS_KEY=KEY) as page:
        await post(page, {"events": []}, **WITH_KEY)
        journal = Journal.open(SimpleNamespace(home=tmp_path, database_url=None))
        with journal.begin() as connection:
            connection.exec_driver_sql("delete from events")
            waiting = asyncio.create_task(post(page, {"events": [VIEW]}, **WITH_KEY))
            await asyncio.sleep(0.1)
            async with httpx.AsyncClient() as client:
                health = await client.get(f"{page.address}/healthz")
            assert (health.status_code, waiting.done()) == (200, False)
        assert (await waiting).json()["added"] == 1
        journal.close()
