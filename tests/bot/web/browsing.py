"""A real Chromium looking at the chat page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext
from playwright.async_api import Page as Tab

from tests.bot.web.conftest import Page

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
in_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no Chromium at {CHROMIUM}"),
]


class Faults(list[str]):
    """What the page complained of: errors, refused resources, foreign requests."""

    def watch(self, context: BrowserContext, page: Page) -> None:
        context.on("weberror", lambda error: self.append(str(error.error)))
        context.on("console", lambda line: self.append(line.text) if line.type == "error" else None)
        context.on(
            "request",
            lambda request: (
                None if request.url.startswith(page.address) else self.append(request.url)
            ),
        )


async def opened(browser: Browser, page: Page, **options: Any) -> tuple[Tab, Faults]:
    """The chat page in a new tab of its own, online."""
    context = await browser.new_context(**{"locale": "en-GB", **options})
    context.set_default_timeout(8000)
    faults = Faults()
    faults.watch(context, page)
    tab = await context.new_page()
    await tab.goto(f"{page.address}/")
    await tab.wait_for_selector(".state.online")
    return tab, faults


async def say(tab: Tab, text: str) -> None:
    """Type a text, press Enter, and wait for the whole answer."""
    answers = tab.locator(".item.shop .foot")
    before = await answers.count()
    await tab.fill("#box", text)
    await tab.press("#box", "Enter")
    await answers.nth(before).wait_for()
