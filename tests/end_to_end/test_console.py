"""An operator at the console of a whole, running shop: every click is a person's."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import yaml
from playwright.async_api import Browser, async_playwright
from playwright.async_api import Page as Tab

from knowledge_base.console.shop_files import ShopFiles
from tests.bot.web.browsing import ARGUMENTS, CHROMIUM, in_chromium, say
from tests.end_to_end.few_entries import SETTINGS, few_entries
from tests.end_to_end.house import REAL, House, running, telegram

DATA = Path(os.environ.get("SHOPDESK_DATA", "../shared/data"))
SLOW_MS = 90_000
pytestmark = [*in_chromium, pytest.mark.model]


@asynccontextmanager
async def a_shop(home: Path) -> AsyncIterator[tuple[House, Tab, Tab]]:
    """A running house; its console, where the first admin has signed in, and its chat page."""
    async with (
        telegram() as client,
        running(few_entries(home), client.base_url, REAL, **SETTINGS) as house,
        async_playwright() as playwright,
    ):
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        console, chat = await _opened(browser, house)
        yield house, console, chat
        await browser.close()


async def _opened(browser: Browser, house: House) -> tuple[Tab, Tab]:
    context = await browser.new_context(locale="en-GB")
    context.set_default_timeout(SLOW_MS)
    console, chat = await context.new_page(), await context.new_page()
    link = re.search(r"http\S+/setup/\S+", house.log.read_text("utf-8"))
    assert link
    await console.goto(link.group())
    await console.fill("#name", "Ann")
    await console.fill("#password", "a long enough one")
    await console.click("button.main")
    await console.get_by_role("heading", name="Home").wait_for()
    await chat.goto(f"http://127.0.0.1:{house.web_port}/")
    await chat.wait_for_selector(".state.online")
    return console, chat


async def open_page(console: Tab, name: str) -> None:
    await console.get_by_role("link", name=name, exact=True).click()
    await console.get_by_role("heading", level=1, name=name, exact=True).wait_for()


async def publish(console: Tab) -> None:
    await open_page(console, "Publish")
    await console.get_by_role("button", name="See what changes").click()
    await console.get_by_role("button", name="Make it live").click()
    await console.get_by_text("Live. Shoppers get these answers").wait_for()


async def told(chat: Tab, question: str) -> str:
    await say(chat, question)
    return await chat.locator(".item.shop").last.inner_text()


async def tried(console: Tab, question: str) -> str:
    await open_page(console, "Try it")
    await console.fill("#ask", question)
    await console.get_by_role("button", name="Ask", exact=True).click()
    return await console.locator(".turn .phone").last.inner_text()


async def test_an_entry_is_written_published_changed_and_taken_back(tmp_path: Path) -> None:
    question = "Do you sharpen kitchen knives?"
    async with a_shop(tmp_path / "home") as (house, console, chat):
        assert "Saturdays" not in await told(chat, question)
        await open_page(console, "Entries")
        await console.get_by_role("link", name="New entry").click()
        await console.fill("#id", "knife-sharpening")
        await console.fill("#title-en", "Sharpening knives")
        await console.fill("#answer-en", "Yes, on Saturdays in the shop, for €4 a knife.")
        await console.get_by_text("on Saturdays in the shop").last.wait_for()
        await console.fill("#questions-en", f"{question}\nCan my knife be sharpened?")
        await console.get_by_role("button", name="Save").click()
        await console.get_by_text("The entry is made.").wait_for()
        await publish(console)
        assert "€4" in await told(chat, question)

        await open_page(console, "Entries")
        await console.fill("#q", "sharpening")
        await console.get_by_role("link", name="Sharpening knives").click()
        await console.fill("#answer-en", "Yes, on Saturdays in the shop, for €6 a knife.")
        await console.get_by_role("button", name="Save").click()
        await console.get_by_text("Saved. Shoppers see it").wait_for()
        await open_page(console, "Publish")
        await console.get_by_role("button", name="See what changes").click()
        await console.locator(".change .is", has_text="€6").first.wait_for()
        assert "€4" in await console.locator(".change .was").first.inner_text()
        await console.get_by_role("button", name="Make it live").click()
        await console.get_by_text("Live. Shoppers get these answers").wait_for()
        assert "€6" in await tried(console, question)
        assert "€6" in await told(chat, question)

        await open_page(console, "Publish")
        await console.get_by_role("button", name="Back to this").first.click()
        await console.get_by_text("The earlier version is live again.").wait_for()
        assert "€4" in await told(chat, question)
        entry = house.home / "shop" / "faq" / "knife-sharpening.md"
        assert "€4" in entry.read_text("utf-8")


@pytest.mark.skipif(not (DATA / "retail_demo_store").is_dir(), reason=f"no data sets in {DATA}")
async def test_a_big_catalogue_with_bad_rows_is_taken_in(tmp_path: Path) -> None:
    rows = yaml.safe_load((DATA / "retail_demo_store" / "products.yaml").read_text("utf-8"))
    spoilt = [{**row, "id": f"bad-{n}", "price": "dear"} for n, row in enumerate(rows[:20])]
    file = tmp_path / "products.yaml"
    file.write_text(yaml.safe_dump([*rows, *spoilt], allow_unicode=True), "utf-8")
    async with a_shop(tmp_path / "home") as (house, console, _):
        before = len(ShopFiles(house.home / "shop").catalogue().by_id)
        await open_page(console, "Imports")
        await console.set_input_files("#file", file)
        await console.get_by_role("button", name="See what changes").click()
        await console.get_by_role("button", name="Take it in, in one change").wait_for()
        counts = await console.locator(".counts").inner_text()
        assert re.findall(r"\d+", counts)[0] == str(len(rows))
        assert re.findall(r"\d+", counts)[-1] == "20"
        await console.get_by_role("button", name="Take it in, in one change").click()
        await console.get_by_text("Imported, in one change.").wait_for()
        await open_page(console, "Products")
        assert f"{len(rows) + before}" in await console.locator("#main").inner_text()
