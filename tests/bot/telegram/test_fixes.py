"""An operator corrects a wrong answer from the phone; nobody else does, and nothing is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest

from engine.journal import Journal
from engine.operators import read_operators
from engine.told_entries import told_entry
from engine.types import Band, Citation, Delta, Message, Reply, Route
from knowledge_base.history import History
from knowledge_base.problems import Problems
from knowledge_base.schema import parse_entry
from knowledge_base.working_copy import WorkingCopy
from tests.bot.telegram.conftest import STAFF_CHAT, Bench
from tests.bot.telegram.rule_desk import RuleDesk
from tests.emulator import User

ENTRY = """---
id: shipping
title: {en: Shipping, zh: 运费}
# a note of ours
questions:
  en: ["What does shipping cost?"]
---
## en
4.95 euro.

## zh
4.95 欧元。
"""
EDITOR, PUBLISHER, VIEWER = 31, 32, 33
ODD = "<b>5</b> euro, *not* [4](http://x.example) &amp; never `less`."


class JournaledDesk(RuleDesk):
    """A desk of plain rules whose turns are in a real journal."""

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal

    async def stream(self, message: Message) -> AsyncIterator[Delta | Reply]:
        reply = self.answer(message)
        turn = self._journal.record_turn(message, message.text, reply)
        yield replace(reply, turn=turn)


@pytest.fixture
def fixing(bench: Bench, journal: Journal) -> Bench:
    """A bench whose operators may correct, with one entry among its files."""
    file = bench.parts.folder / "faq" / "shipping.md"
    file.parent.mkdir()
    file.write_text(ENTRY, "utf-8")
    bench.parts = replace(
        bench.parts, desk=JournaledDesk(journal), told_entry=partial(told_entry, journal),
        operators=read_operators(f"{EDITOR}:editor,{PUBLISHER}:publisher,{VIEWER}:viewer"),
        last_turns=journal.last_turns,
    )  # fmt: skip
    return bench


def answers(bench: Bench) -> dict[str, str]:
    file = bench.parts.folder / "faq" / "shipping.md"
    entry = parse_entry(file.read_text("utf-8"), file, Problems())
    assert entry is not None
    return dict(entry.answers)


async def told_wrong(user: User) -> int:
    """Ask; the message id of the answer that cites the entry."""
    await user.send("the source please")
    await user.chat.wait_for_text("4.95 euro.")
    return (await user.chat.bot_messages())[-1].message_id


async def test_an_operator_corrects_the_answer_they_got(fixing: Bench) -> None:
    olga = fixing.telegram.user(EDITOR, "Olga")
    async with fixing.running():
        wrong = await told_wrong(olga)
        await olga.send(f"/fix {ODD}", reply_to=wrong)
        shown = await olga.chat.wait_for_text("New:")
        assert f"Now:\n4.95 euro.\n\nNew:\n{ODD}" in shown.text
        assert "parse_mode" not in shown.params
        assert "publish" not in str(shown.params["reply_markup"])
        await olga.press("Save")
        await olga.chat.wait_for_text("Saved; not live yet.")
    assert answers(fixing) == {"en": ODD, "zh": "4.95 欧元。"}
    text = (fixing.parts.folder / "faq" / "shipping.md").read_text("utf-8")
    assert text == ENTRY.replace("4.95 euro.", ODD)
    change = History(fixing.parts.folder).last()
    assert change is not None
    assert (change.by, change.why) == (f"Olga ({EDITOR})", "/fix")


async def test_nobody_else_corrects_anything(fixing: Bench) -> None:
    mia, vera = fixing.telegram.user(), fixing.telegram.user(VIEWER, "Vera")
    async with fixing.running():
        for user in (mia, vera):
            wrong = await told_wrong(user)
            await user.send("/fix It is free.", reply_to=wrong)
            await user.chat.wait_for_text("Only the shop's operators")
    assert not await fixing.redis.keys("shopdesk:tg:fix:*")
    assert not await fixing.redis.keys("shopdesk:tg:shown:*")
    assert answers(fixing)["en"] == "4.95 euro."


async def test_the_hand_over_shows_what_staff_may_correct(fixing: Bench) -> None:
    staff, olga = (
        await fixing.telegram.staff_group(STAFF_CHAT),
        fixing.telegram.user(EDITOR, "Olga"),
    )
    mia = fixing.telegram.user()
    async with fixing.running(operator=STAFF_CHAT):
        await told_wrong(mia)
        await mia.send("/human")
        await staff.wait_for_text("A shopper asked for a person")
        post = [m for m in await staff.bot_messages() if "A shopper asked" in m.text][-1]
        topic = (await staff.topics())[0]["thread_id"]
        await olga.send("/fix 运费 5 欧元。", staff, thread_id=topic, reply_to=post.message_id)
        shown = await staff.wait_for_text("New:")
        assert "Now:\n4.95 欧元。\n\nNew:\n运费 5 欧元。" in shown.text
        assert shown.params["message_thread_id"] == topic
        await olga.press("Save", staff)
        await staff.wait_for_text("Saved; not live yet.")
    assert answers(fixing) == {"en": "4.95 euro.", "zh": "运费 5 欧元。"}
    assert not any("欧元" in m.text for m in await mia.chat.bot_messages())


async def test_what_somebody_changed_meanwhile_is_not_overwritten(fixing: Bench) -> None:
    olga = fixing.telegram.user(EDITOR, "Olga")
    async with fixing.running():
        await olga.send("/fix 5 euro.", reply_to=await told_wrong(olga))
        await olga.chat.wait_for_text("New:")
        theirs = ENTRY.replace("4.95 euro.", "6 euro.")
        WorkingCopy(fixing.parts.folder).apply({"faq/shipping.md": theirs}, by="pia", why="mine")
        await olga.press("Save")
        await olga.chat.wait_for_text("was changed by pia meanwhile")
    assert answers(fixing)["en"] == "6 euro."


async def test_what_cannot_be_corrected_is_said(fixing: Bench) -> None:
    olga = fixing.telegram.user(EDITOR, "Olga")

    async def said(text: str, part: str, answered: int = 0) -> None:
        seen = (await fixing.telegram.status())["calls"]
        await olga.send(text, reply_to=answered)
        await olga.chat.wait_for_text(part, after=seen)

    async with fixing.running():
        wrong = await told_wrong(olga)
        await said("/fix 5 euro.", "Reply to the wrong answer")
        await said("/fix", "Reply to the wrong answer", wrong)
        await said("/fix 4.95 euro.", "says already", wrong)
        await said("/fix 5 euro.\n## zh\nno", "cannot stand in an entry", wrong)
        await olga.send("hello there")
        await olga.chat.wait_for_text("echo hello there")
        other = (await olga.chat.bot_messages())[-1].message_id
        await said("/fix 5 euro.", "shows no answer of an entry", other)
        await said("/fix 5 euro.", "New:", wrong)
        await olga.press("Cancel")
        await olga.chat.wait_for_text("nothing was changed")
    assert answers(fixing)["en"] == "4.95 euro."


def test_only_turns_that_are_kept_and_told_an_entry_can_be_corrected(journal: Journal) -> None:
    def turn(name: str, *cited: Citation) -> str:
        reply = Reply("x", Route.FAQ, Band.CERTAIN, 1.0, "en", citations=cited)
        return journal.record_turn(Message(name, "c", "s", name, datetime.now(UTC)), name, reply)

    goods = turn("goods", Citation("product:lamp", "Lamp"))
    told = turn("told", Citation("entry:shipping", "Shipping"))
    found = told_entry(journal, ("0" * 16, goods, told))
    assert found is not None
    assert (found.entry, found.question) == ("shipping", "told")
    assert told_entry(journal, ("0" * 16, goods)) is None
