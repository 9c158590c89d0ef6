"""A correction reaches the chat that was told wrong, once, and nobody who was forgotten."""

from __future__ import annotations

import json

from engine import keys
from tests.bot.telegram.conftest import Bench


async def test_a_correction_reaches_its_chat_once_and_only_while_it_is_known(bench: Bench) -> None:
    mia, ole = bench.telegram.user(), bench.telegram.user(1002, "Ole")
    names = bench.parts.pseudonyms
    line = {"language": "en", "title": "Returns", "text": "Thirty days."}
    async with bench.running(correction_every_s=0.05):
        for user in (mia, ole):
            await user.send("Do you ship?")
            await user.chat.wait_for_text("echo Do you ship?")
        await bench.redis.delete(f"shopdesk:tg:chat:{ole.id}")
        for user in (ole, mia):
            words = json.dumps({**line, "conversation": names.conversation(user.id)})
            await bench.redis.rpush(keys.CORRECTIONS, words)
        await bench.redis.rpush(keys.CORRECTIONS, "garbled")
        await mia.chat.wait_for_text("Thirty days.")
        words = json.dumps({**line, "text": "", "conversation": names.conversation(mia.id)})
        await bench.redis.rpush(keys.CORRECTIONS, words)
        await mia.chat.wait_for_text("does not hold any more")
    shown = [m.text for m in await mia.chat.bot_messages() if "A correction" in m.text]
    assert len(shown) == 2
    assert not [m for m in await ole.chat.bot_messages() if "A correction" in m.text]
    assert await bench.redis.llen(keys.CORRECTIONS) == 0
