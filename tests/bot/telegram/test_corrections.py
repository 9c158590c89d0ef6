"""A correction reaches the chat that was told wrong, once, and nobody who was forgotten."""

from __future__ import annotations

import json
from dataclasses import replace

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


async def test_an_answer_found_later_quotes_the_question_unless_it_was_forgotten(
    bench: Bench,
) -> None:
    mia = bench.telegram.user()
    asked = {"t1": "Is ⟦email:1⟧ on the <b>list</b>?", "t2": None}
    bench.parts = replace(bench.parts, question_of=asked.__getitem__)
    line = {"language": "en", "title": "List", "text": "It is.", "kind": "gap_answered",
            "conversation": bench.parts.pseudonyms.conversation(mia.id)}  # fmt: skip
    async with bench.running(correction_every_s=0.05):
        await mia.send("Hello")
        await mia.chat.wait_for_text("echo Hello")
        for turn in ("t2", "t1"):
            await bench.redis.rpush(keys.CORRECTIONS, json.dumps({**line, "turn": turn}))
        await mia.chat.wait_for_text("You asked: “Is … on the <b>list</b>?”.")
    assert len([m for m in await mia.chat.bot_messages() if "It is." in m.text]) == 1
