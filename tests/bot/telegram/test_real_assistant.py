"""What a shopper can do in Telegram, with the real assistant of a small part of the demo shop."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from engine.journal import Journal
from engine.live import LiveAssistant
from tests.bot.telegram.conftest import STAFF_CHAT, Bench
from tests.bot.telegram.small_shop import answering


async def test_an_answer_shows_its_entry_and_keeps_a_thumb(
    bench: Bench, assistant: LiveAssistant, journal: Journal, tmp_path: Path
) -> None:
    mia = bench.telegram.user()
    async with answering(bench, assistant, journal):
        await mia.send("How much is shipping?")
        answer = await mia.chat.wait_for_text("Standard delivery costs €3.95")
        await mia.press("👍 Helpful")
        await mia.chat.wait_for_text("Glad that helped")
        await mia.press("📖 Source", message_id=answer.message_id)
        await mia.chat.wait_for_text("Standard delivery costs €3.95", after=answer.number)
    with sqlite3.connect(tmp_path / "journal.sqlite3") as stored:
        kept = stored.execute(
            "select turns.question, verdict from feedback join turns on turns.id = feedback.turn"
        ).fetchall()
    stored.close()
    assert kept == [("How much is shipping?", "up")]


async def test_an_unsure_answer_offers_near_entries_that_open(
    bench: Bench, assistant: LiveAssistant, journal: Journal
) -> None:
    mia = bench.telegram.user()
    async with answering(bench, assistant, journal):
        await mia.send("can i pay with bitcoin")
        offer = await mia.chat.wait_for_text("Is it one of these?")
        assert 2 <= len(offer.buttons) <= 4
        assert offer.buttons[-1] == "Ask a person"
        assert not any("👍" in label for label in offer.buttons)
        await mia.press("Payment methods")
        await mia.chat.wait_for_text("iDEAL", after=offer.number)


async def test_a_product_card_leads_on(
    bench: Bench, assistant: LiveAssistant, journal: Journal
) -> None:
    mia = bench.telegram.user()
    async with answering(bench, assistant, journal):
        await mia.send("show me desk lamps")
        await mia.chat.wait_for_text("Nordic desk lamp starts at")
        seen = (await bench.telegram.status())["calls"]
        await mia.press("Not for me")
        left_out = await mia.chat.wait_for_text("I will leave that one out", after=seen)
        await mia.press("Tell me more")
        told = await mia.chat.wait_for_text("lamp", after=left_out.number)
        await mia.press("Similar ones")
        similar = await mia.chat.wait_for_text("Here is what I would suggest", after=told.number)
    assert "In stock." in told.text
    assert "I would suggest" not in told.text
    assert "lamp" in similar.text


async def test_what_is_gone_by_is_told_and_forgotten(
    bench: Bench, assistant: LiveAssistant, journal: Journal
) -> None:
    mia = bench.telegram.user()
    async with answering(bench, assistant, journal):
        await mia.send("/why")
        await mia.chat.wait_for_text("I know nothing about your taste yet")
        for product in ("nordic-desk-lamp", "canal-backpack"):
            await mia.start(product)
            seen = await mia.chat.wait_for_text("In stock.")
        await mia.send("/why")
        told = await mia.chat.wait_for_text("looked at: Canal backpack", after=seen.number)
        await mia.press("Forget: Canal backpack")
        card = await mia.chat.wait_for_text("Because you looked at Nordic desk lamp")
        await mia.press("Forget this", message_id=card.message_id)
        await mia.chat.wait_for_text("Forgotten: Nordic desk lamp.")
        await mia.send("/why")
        await mia.chat.wait_for_text("I know nothing about your taste yet", after=told.number)
    assert told.buttons == ("Forget: Canal backpack", "Forget: Nordic desk lamp",
                            "Forget all of it")  # fmt: skip
    assert card.buttons[-2:] == ("Not for me", "Forget this")


async def test_a_deep_link_opens_its_product(
    bench: Bench, assistant: LiveAssistant, journal: Journal
) -> None:
    mia = bench.telegram.user()
    async with answering(bench, assistant, journal):
        await mia.start("canal-backpack")
        told = await mia.chat.wait_for_text("Canal backpack")
        await mia.start("no-such-thing")
        greeted = await mia.chat.wait_for_text("Hello and welcome", after=told.number)
    assert "€79.00" in told.text
    assert "€" not in greeted.text


async def test_an_order_is_told_in_private_to_its_owner_and_never_in_a_group(
    bench: Bench, assistant: LiveAssistant, journal: Journal
) -> None:
    mia, group = bench.telegram.user(), await bench.telegram.group(-77, bot_admin=True)
    proof = "my order is JJ-10001, marit.devries@example.com"
    async with answering(bench, assistant, journal):
        await mia.send(f"@shopdesk_test_bot {proof}", group)
        await group.wait_for_text("Orders are private")
        await mia.send("@shopdesk_test_bot where is my order?", group)
        await group.wait_for(lambda c: c.ok and c.text.startswith("Orders are"), after=1)
        await mia.send(proof)
        await mia.chat.wait_for_text("Order JJ-10001: delivered")
    assert not any("JJ-10001" in m.text for m in await group.bot_messages())


async def test_staff_get_the_masked_turns_and_the_reason(
    bench: Bench, assistant: LiveAssistant, journal: Journal
) -> None:
    staff, mia = await bench.telegram.staff_group(STAFF_CHAT), bench.telegram.user()
    async with answering(bench, assistant, journal, STAFF_CHAT):
        await mia.send("How much is shipping? Write to mia@example.com")
        await mia.chat.wait_for_text("Standard delivery")
        await mia.send("/human")
        await mia.chat.wait_for_text("I have passed this on to our team")
        post = await staff.wait_for_text("A shopper asked for a person")
    assert "mia@example.com" not in post.text
    assert "How much is shipping? Write to ⟦email:1⟧" in post.text
    assert "(tapped" not in post.text


async def test_without_staff_the_way_to_them_is_given_and_nothing_promised(
    bench: Bench, assistant: LiveAssistant, journal: Journal
) -> None:
    mia = bench.telegram.user()
    async with answering(bench, assistant, journal):
        for words in ("/human", "I want to talk to a real person"):
            seen = (await bench.telegram.status())["calls"]
            await mia.send(words)
            await mia.chat.wait_for_text("care@juniper-jade.example", after=seen)
        await mia.press("📖 Source")
        await mia.chat.wait_for_text("we answer within 1 working day")
    assert not any("passed this on" in m.text for m in await mia.chat.bot_messages())
