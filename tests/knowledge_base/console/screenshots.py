"""`python -m tests.knowledge_base.console.screenshots FOLDER`: every page as a picture."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.async_api import Page as Tab
from playwright.async_api import async_playwright

from engine.journal import Journal
from engine.locks import held_alone
from engine.types import Message
from knowledge_base.store import DEMO_SHOP, copy_shop
from tests.bot.web.browsing import ARGUMENTS, CHROMIUM
from tests.bot.web.scripted_desk import said
from tests.knowledge_base.console.browsing import LOOKS, tab_of
from tests.knowledge_base.console.conftest import Clock, Console, post, served
from tests.knowledge_base.console.full_pages import waiting, warned
from tests.knowledge_base.console.test_publishing import LOOK, looked

PAGES = {
    "home": "/", "entries": "/entries", "nothing-fits": "/entries?q=zzz", "new": "/entries/new",
    "entry": "/entries/shipping-cost", "broken": "/entries/broken",
    "history": "/entries/gift-wrap/history", "try": "/try", "publish": "/publish",
    "products": "/products", "product": "/products/nordic-desk-lamp",
    "product-draft": "/products/nordic-desk-lamp/draft", "imports": "/imports",
    "gaps": "/gaps", "handover": "/handover", "talk": "/handover/tg:long01",
    "warnings": "/warnings", "warned": "/entries/parcel-time",
    "translation": "/entries/parcel-twin/translation?to=zh",
    "people": "/people", "audit": "/audit", "account": "/account", "nowhere": "/nowhere",
}  # fmt: skip
QUESTIONS = ("How much is shipping?", "a lamp", "unsure", "运费多少", "Where is it?")


def ask(journal: Journal, now: datetime) -> None:
    """Two weeks of questions, more on some days."""
    for day in range(14):
        for number in range(2 + day * 7 % 5):
            text = QUESTIONS[(day + number) % len(QUESTIONS)]
            at = now - timedelta(days=day, minutes=5 * number)
            message = Message(f"m{day}-{number}", f"c{day}", f"shopper{number}", text, at)
            journal.record_turn(message, text, said(text))


async def busy(console: Console) -> None:
    """People, changes, a conflict of nobody, a broken file."""
    async with console.stranger() as admin, console.stranger() as publisher:
        await console.sign_in(admin, "admin")
        for name, role in (("Ann Lee", "editor"), ("王芳", "viewer")):
            await post(admin, "/people", name=name, role=role, telegram=str(len(name) + 70))
        await console.sign_in(publisher, "publisher")
        page = await looked(publisher)
        snapshot = page.split('name="snapshot" value="')[1][:16]
        await post(publisher, "/publish/live", snapshot=snapshot, why="for the season")
        await post(publisher, "/entries/change", chosen=["gift-wrap", "tea-storage"], what="hide")
        await post(publisher, "/entries/change", chosen=["tea-organic"], what="tag", tag="new")
        (console.folder / "faq/broken.md").write_text("---\nid: broken\ntagz: []\n---\n", "utf-8")
        waiting(console)
        warned(console)
        await looked(publisher)


async def shown(tab: Tab, console: Console, name: str, path: str, folder: Path) -> None:
    """One page as a picture."""
    await tab.goto(console.address + path)
    if name == "try":
        for question in ("How much is shipping?", "unsure", "a lamp"):
            before = await tab.locator(".turn").count()
            await tab.fill("#ask", question)
            await tab.press("#ask", "Enter")
            await tab.locator(".turn").nth(before).wait_for()
    await tab.screenshot(path=folder / f"{name}.png", full_page=True)


async def pictures(folder: Path) -> None:
    """All pages in all looks."""
    with tempfile.TemporaryDirectory() as home:
        copy_shop(DEMO_SHOP, Path(home) / "shop")
        clock = Clock(datetime.now(UTC))
        place = Path(home) / "home"
        async with served(place, Path(home) / "shop", clock=clock, command=LOOK) as console:
            with held_alone(place / "run.lock"):
                ask(console.house.journal, clock.now)
                await busy(console)
                await _all_looks(console, folder)


async def _all_looks(console: Console, folder: Path) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for look, options in LOOKS.items():
            async with tab_of(browser, console, "admin", **options) as (tab, faults):
                (folder / look).mkdir(parents=True, exist_ok=True)
                for name, path in PAGES.items():
                    await shown(tab, console, name, path, folder / look)
                print(look, *faults, sep="\n  ")
            async with tab_of(browser, console, "", **options) as (tab, _):
                await shown(tab, console, "login", "/login", folder / look)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(pictures(Path(sys.argv[1])))
