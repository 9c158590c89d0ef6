"""A wrong answer is put right from Gaps, in a real browser, by keyboard where one would."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engine import valkey
from engine.publish import publish
from engine.retrieval.encoders import Encoders
from engine.retrieval.snapshot import read_live
from engine.types import Band, Message, Receipt, Reply, Route, WordedBy
from knowledge_base.console.house import House
from tests.knowledge_base.console.conftest import Clock, Console, served, small_shop
from tests.knowledge_base.console.waiting_shoppers import Shoppers, keep_gap

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

pytestmark = pytest.mark.browser
WRONG = "Do you repair a broken violin?"
RIGHT = "We repair violins on Mondays. <b>Bring</b> the bow."


@pytest.fixture
async def real(tmp_path: Path) -> AsyncIterator[Console]:
    """A live shop whose console runs our own commands, with its store."""
    home = tmp_path / "home"
    folder = small_shop(home / "small_shop")
    publish(folder, home, Encoders.load())
    server = valkey.start(home)
    command = (sys.executable, "-m", "bot.cli.main")
    async with served(home, folder, clock=Clock(datetime.now(UTC)), command=command) as console:
        yield console
    server.stop()


def asked(house: House, who: str, words: str, number: int) -> None:
    """A shopper got nothing of use."""
    receipt = Receipt(read_live(house.settings.home), "", WordedBy.TEMPLATE)
    reply = Reply("I do not know.", Route.UNKNOWN, Band.UNKNOWN, 0.1, "en", receipt=receipt)
    at = datetime.now(UTC)
    message = Message(f"m{number}", f"tg:{who}", who, words, at, channel="telegram")
    house.journal.record_turn(message, words, reply)


async def signed_in(real: Console, browser: Browser, **context: object) -> Page:
    async with real.stranger() as client:
        await real.sign_in(client, "publisher")
        cookies = [{"name": name, "value": value, "url": real.address}
                   for name, value in client.cookies.items()]  # fmt: skip
    made = await browser.new_context(**context)  # type: ignore[arg-type]
    await made.add_cookies(cookies)  # type: ignore[arg-type]
    return await made.new_page()


@pytest.mark.model
async def test_fix_a_wrong_answer_from_gaps(real: Console, browser: Browser) -> None:
    for number, who in enumerate(("ann", "bob", "cat")):
        asked(real.house, who, f"{WRONG}{'?' * number}", number)
    page = await signed_in(real, browser)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    await page.goto(f"{real.address}/")
    await page.keyboard.press("g")
    await page.keyboard.press("a")
    await page.wait_for_url("**/gaps")
    await page.get_by_role("button", name="Look for gaps").click()
    gap = page.locator(".gap").first
    await gap.wait_for(timeout=90_000)
    assert "3 shoppers" in await gap.inner_text()
    await gap.get_by_role("link", name="Answer this").click()
    assert WRONG in await page.locator("#questions-en").input_value()
    await page.locator("#answer-en").fill(RIGHT)
    await page.locator("#preview .bubble", has_text="Mondays").wait_for()
    await page.keyboard.press("Control+s")
    await page.wait_for_url("**/gaps?done=gap-answered")
    assert "publish it first" in await page.locator("main").inner_text()
    await page.get_by_role("link", name="Publish", exact=True).last.click()
    await page.get_by_role("button", name="See what changes").click()
    await page.get_by_role("button", name="Make it live").click(timeout=120_000)
    await page.wait_for_url("**/publish?done=live")
    await page.goto(f"{real.address}/gaps")
    await page.get_by_text("3 shoppers wait for this answer: tell them").click()
    assert RIGHT in await page.locator(".tell blockquote").inner_text()
    await page.get_by_role("button", name="Send it to 3 chats").click()
    await page.wait_for_url("**/gaps?done=gap-told")
    with valkey.attach(real.house.settings) as redis:
        assert redis.llen("shopdesk:corrections") == 3
    assert faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_page_of_these_is_wider_than_a_phone(
    console: Console, browser: Browser, scheme: str
) -> None:
    shoppers = Shoppers(console)
    keep_gap(console, shoppers.asks("ann", "violin" * 40), shoppers.asks("bob", "x" * 300))
    shoppers.called("ann", 5)
    phone = {"width": 360, "height": 740}
    page = await signed_in(console, browser, viewport=phone, color_scheme=scheme)
    for path in ("/gaps", "/handover", "/warnings", "/entries/gift-wrap"):
        await page.goto(f"{console.address}{path}")
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360, path
