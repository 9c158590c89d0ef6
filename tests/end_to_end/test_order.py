"""Thirty chats at once: each in order, none held up by a slow one."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.end_to_end import flow
from tests.end_to_end.house import SMALL, running, telegram

CHATS, EACH = 30, 3


async def test_thirty_chats_at_once_are_each_answered_in_order(tmp_path: Path) -> None:
    asked: list[flow.Asked] = []
    async with telegram() as tg, running(tmp_path, tg.base_url, SMALL):
        people = [tg.user(6000 + n, f"P{n}") for n in range(CHATS)]
        for turn in range(EACH):
            for number, person in enumerate(people):
                # The first question of every third chat takes longest.
                slow = " wait 1.5" if turn == 0 and number % 3 == 0 else ""
                asked.append(await flow.say(person, f"{turn} of chat {number}{slow}"))
            # Further apart than what may be one burst, however late the bot hears of it.
            await asyncio.sleep(3.1)
        found = await flow.until_answered(tg, tmp_path, asked, 60)
        assert await tg.violations() == []
    assert found.lost == ()
    assert found.repeats == 0
    assert found.in_order


async def test_a_slow_chat_holds_up_no_other(tmp_path: Path) -> None:
    async with telegram() as tg, running(tmp_path, tg.base_url, SMALL):
        slow, quick = tg.user(1, "Slow"), tg.user(2, "Quick")
        await tg.fail("slow", chat_id=slow.id, delay_s=2.0, times=99)
        await slow.send("wait 4")
        await asyncio.sleep(0.5)
        await quick.send("hello.")
        await quick.chat.wait_for_text("You said: hello.", timeout_s=2.5)
        assert not await slow.chat.bot_messages()
        await slow.chat.wait_for_text("You said: wait 4", timeout_s=15)
