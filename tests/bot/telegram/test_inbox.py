"""The durable inbox on a real Valkey."""

from __future__ import annotations

from redis.asyncio import Redis

from bot.telegram import keys
from bot.telegram.inbox import Inbox
from bot.telegram.parts import Delivery, Key, Mark

UPDATE = {"update_id": 7, "message": {"text": "mia@example.com 你好"}}


async def test_a_duplicate_is_stored_once(redis: Redis) -> None:
    inbox = Inbox(redis)
    assert await inbox.store([UPDATE, {"update_id": 8}, UPDATE]) == 2
    assert await inbox.store([UPDATE]) == 0
    assert [item.update_id for item in await inbox.read("0", wait_ms=None)] == [7, 8]


async def test_a_finished_update_leaves_no_text_behind(redis: Redis) -> None:
    inbox = Inbox(redis)
    await inbox.store([UPDATE])
    items = await inbox.read("0", wait_ms=None)
    await inbox.begin([7])
    await inbox.set_plan(7, [Delivery(1, "mia@example.com")])
    await inbox.finish(items)
    assert await inbox.waiting() == 0
    left = {key async for key in redis.scan_iter("*")}
    assert left <= {keys.seen(7), keys.INBOX}
    assert await inbox.store([UPDATE]) == 0


async def test_a_plan_survives_as_it_was(redis: Redis) -> None:
    inbox = Inbox(redis)
    plan = (
        Delivery(1, "hello", (Mark("bold", 0, 5),), ((Key("Yes", "entry:x"),),), image="a.png"),
        Delivery(-2, "", copy_of=(1, 5), case=1, thread_id=9),
    )
    await inbox.set_plan(7, plan)
    assert await inbox.plan(7) == plan


async def test_a_turn_begun_again_keeps_its_burst(redis: Redis) -> None:
    inbox = Inbox(redis)
    await inbox.begin([7, 8])
    again = await inbox.begin([7])
    assert (again.begun, again.burst) == (2, (7, 8))
    assert await inbox.burst(7) == (7, 8)
