"""Updates: confirmed by offset, long polled, refused to two at once, or posted to a webhook."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from tests.emulator.raw_bot import RawBot


async def texts(raw: RawBot, **params: Any) -> list[str]:
    found = await raw.result("getUpdates", **params)
    return [update["message"]["text"] for update in found]


async def test_updates_stay_until_a_later_offset_confirms_them(raw: RawBot) -> None:
    mia = raw.tg.user()
    await mia.send("one")
    await mia.send("two")
    assert await texts(raw) == ["/start", "one", "two"]
    first = (await raw.result("getUpdates", limit=1))[0]["update_id"]
    assert await texts(raw, offset=first + 1) == ["one", "two"]
    assert await texts(raw, offset=first) == ["one", "two"]
    assert await texts(raw, offset=-1) == ["two"]
    assert await texts(raw, offset=first + 3) == []
    assert (await raw.tg.status())["pending"] == 0


async def test_a_long_poll_answers_as_soon_as_something_arrives(raw: RawBot) -> None:
    last = (await raw.tg.status())["last_update_id"]
    poll = asyncio.create_task(texts(raw, offset=last + 1, timeout=20))
    await asyncio.sleep(0.2)
    assert not poll.done()
    started = time.monotonic()
    await raw.tg.user().send("now")
    assert await poll == ["now"]
    assert time.monotonic() - started < 1


async def test_a_poll_ends_empty_when_its_time_is_over(raw: RawBot) -> None:
    last = (await raw.tg.status())["last_update_id"]
    started = time.monotonic()
    assert await texts(raw, offset=last + 1, timeout=1) == []
    assert 0.9 < time.monotonic() - started < 3


async def test_of_two_polls_at_once_the_older_is_told_of_the_conflict(raw: RawBot) -> None:
    last = (await raw.tg.status())["last_update_id"]
    older = asyncio.create_task(raw.call("getUpdates", offset=last + 1, timeout=20))
    await asyncio.sleep(0.2)
    newer = asyncio.create_task(raw.call("getUpdates", offset=last + 1, timeout=20))
    told = await older
    assert told["error_code"] == 409 and "terminated by other getUpdates" in told["description"]
    await raw.tg.user().send("hi")
    assert len((await newer)["result"]) == 1


async def test_only_allowed_updates_arrive(raw: RawBot) -> None:
    await raw.result("getUpdates", allowed_updates=["callback_query"], offset=-1)
    mia = raw.tg.user()
    await mia.edit(1, "changed")
    assert (await raw.tg.status())["pending"] == 1
    await raw.result("getUpdates", allowed_updates=[])
    await mia.edit(1, "again")
    (update,) = (await raw.result("getUpdates"))[1:]
    assert update["edited_message"]["text"] == "again" and update["edited_message"]["edit_date"]


async def test_an_update_can_come_twice(raw: RawBot) -> None:
    (update,) = await raw.result("getUpdates")
    await raw.tg.repeat_update(update["update_id"])
    assert await raw.result("getUpdates", offset=update["update_id"] + 1) == [update]
    assert await raw.result("getUpdates", offset=update["update_id"] + 1) == []


@dataclass
class Hook:
    """A webhook of a test: refuses the first `refuse` posts."""

    url: str = ""
    refuse: int = 0
    answer: dict[str, Any] = field(default_factory=dict)
    secrets: list[str | None] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        update = await request.json()
        self.seen.append(update["message"]["text"])
        if self.refuse > 0:
            self.refuse -= 1
            return web.Response(status=500)
        return web.json_response(self.answer)


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    made = Hook()
    app = web.Application()
    app.router.add_post("/hook", made.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield made
    await runner.cleanup()


async def test_a_webhook_gets_every_update_in_order_with_its_secret(
    raw: RawBot, hook: Hook
) -> None:
    await raw.result("setWebhook", url=hook.url, secret_token="s3cret_-")
    for number in range(20):
        await raw.tg.user(1001 + number % 3).send(str(number))
    await raw.tg.wait_confirmed()
    assert hook.seen == ["/start", *map(str, range(20))]
    assert set(hook.secrets) == {"s3cret_-"}


async def test_a_webhook_that_fails_gets_the_update_again(raw: RawBot, hook: Hook) -> None:
    hook.refuse = 2
    await raw.result("setWebhook", url=hook.url, drop_pending_updates=True)
    await raw.tg.user().send("one")
    await raw.tg.user().send("two")
    await raw.tg.wait_confirmed()
    assert hook.seen == ["one", "one", "one", "two"]
    info = await raw.result("getWebhookInfo")
    assert info["url"] == hook.url and "500" in info["last_error_message"]


async def test_polling_is_refused_while_a_webhook_is_set(raw: RawBot, hook: Hook) -> None:
    await raw.result("setWebhook", url=hook.url)
    told = await raw.call("getUpdates")
    assert told["error_code"] == 409 and "webhook is active" in told["description"]
    await raw.tg.wait_confirmed()
    await raw.result("deleteWebhook")
    await raw.tg.user().send("later")
    assert await texts(raw) == ["later"]


async def test_a_call_in_the_answer_of_a_webhook_is_carried_out(raw: RawBot, hook: Hook) -> None:
    hook.answer = {"method": "sendMessage", "chat_id": 1001, "text": "by reply"}
    await raw.result("setWebhook", url=hook.url)
    sent = await raw.tg.user().chat.wait_for_text("by reply")
    assert (sent.method, sent.chat_id) == ("sendMessage", 1001)
