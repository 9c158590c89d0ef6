"""Webhook intake."""

from __future__ import annotations

import json
import socket
from dataclasses import replace

import httpx
import pytest
from redis.asyncio import Redis

from bot.telegram.inbox import Inbox
from bot.telegram.webhook import MAX_BODY_BYTES, SECRET_HEADER, Webhook, serving
from engine.errors import TelegramError
from tests.bot.telegram.conftest import Bench

SECRET = "s3cret"
UPDATE = json.dumps({"update_id": 5, "message": {}})


def client(redis: Redis) -> httpx.AsyncClient:
    app = Webhook(Inbox(redis), SECRET, "https://bot.example/hook").app()
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="https://bot.example")


async def test_an_update_is_stored_before_it_is_confirmed(redis: Redis) -> None:
    async with client(redis) as web:
        for _ in range(2):
            answer = await web.post("/hook", content=UPDATE, headers={SECRET_HEADER: SECRET})
            assert answer.status_code == 200
    assert await Inbox(redis).waiting() == 1


@pytest.mark.parametrize("headers", [{}, {SECRET_HEADER: ""}, {SECRET_HEADER: "wrong"}])
async def test_a_wrong_secret_is_refused(redis: Redis, headers: dict[str, str]) -> None:
    async with client(redis) as web:
        assert (await web.post("/hook", content=UPDATE, headers=headers)).status_code == 403
    assert await Inbox(redis).waiting() == 0


async def test_what_is_no_update_is_refused(redis: Redis) -> None:
    bodies = {"{": 400, "[]": 400, '{"update_id": "5"}': 400, "x" * (MAX_BODY_BYTES + 1): 413}
    async with client(redis) as web:
        for body, status in bodies.items():
            answer = await web.post("/hook", content=body, headers={SECRET_HEADER: SECRET})
            assert answer.status_code == status
    assert await Inbox(redis).waiting() == 0


async def test_nothing_is_confirmed_while_the_store_is_away() -> None:
    away = Redis(unix_socket_path="/nonexistent/valkey.sock")
    async with client(away) as web:
        answer = await web.post("/hook", content=UPDATE, headers={SECRET_HEADER: SECRET})
    assert answer.status_code == 503
    await away.aclose()


async def test_a_taken_port_is_told(redis: Redis) -> None:
    app = Webhook(Inbox(redis), SECRET, "https://bot.example/hook").app()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(TelegramError, match="cannot listen"):
            async with serving(app, "127.0.0.1", taken.getsockname()[1]):
                pass


async def test_a_message_through_the_webhook_is_answered(bench: Bench) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/hook"
    bench.account = replace(
        bench.account, webhook_url=url, webhook_host="127.0.0.1", webhook_port=port
    )
    mia = bench.telegram.user()
    async with bench.running():
        await bench.telegram.wait_for(lambda call: call.method == "setWebhook")
        await mia.send("hello by webhook")
        await mia.chat.wait_for_text("echo hello by webhook")
    secret = bench.telegram.world.webhook.secret
    assert len(secret) == 48
