"""The page's looks in a real Chromium: judged by axe-core, narrow, dark, and still."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser
from playwright.async_api import Page as Tab

from tests.bot.web.browsing import in_chromium, opened, say
from tests.bot.web.conftest import Page

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
}
pytestmark = in_chromium


async def violations(tab: Tab) -> list[str]:
    """What axe-core finds against WCAG A and AA."""
    # Added as the debugger would: the page's own policy refuses foreign scripts.
    await tab.evaluate(AXE.read_text(encoding="utf-8"))
    found = await tab.evaluate(
        """() => axe.run(document, {runOnly: {type: "tag",
            values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}})"""
    )
    assert len(found["passes"]) > 10
    return [
        f"{fault['id']}: {node['html']} {node['failureSummary']}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1180, "height": 860}},
    "dark": {"viewport": {"width": 1180, "height": 860}, "color_scheme": "dark"},
    "phone": PHONE,
    "phone-dark-zh": {**PHONE, "color_scheme": "dark", "locale": "zh-CN"},
}


@pytest.mark.parametrize("look", LOOKS)
async def test_axe_finds_no_fault_in_any_look(browser: Browser, page: Page, look: str) -> None:
    # Axe judges colours at rest, not half faded in.
    tab, _ = await opened(browser, page, **{"reduced_motion": "reduce", **LOOKS[look]})
    assert await violations(tab) == []
    for text in ("How much is shipping?", "a lamp", "/why"):
        await say(tab, text)
    await tab.locator(".chips button").first.click()
    await tab.get_by_text("Forget this").wait_for()
    await tab.locator(".tool").first.click()
    await tab.locator(".panel").wait_for()
    await tab.locator("#person").click()
    await tab.locator(".handoff").wait_for()
    await tab.wait_for_timeout(2500)  # the shop takes one message a second
    await tab.fill("#box", "break")
    await tab.press("#box", "Enter")
    await tab.locator(".failure").wait_for()
    assert await violations(tab) == []
    await tab.evaluate("document.getElementById('scroll').scrollTop = 0")
    assert await violations(tab) == []


async def test_a_narrow_phone_needs_no_sideways_scrolling(browser: Browser, page: Page) -> None:
    options = {**PHONE, "viewport": {"width": 320, "height": 640}}
    tab, _ = await opened(browser, page, **options)
    for text in ("a lamp", f"nasty {'w' * 300}", "/why"):
        await say(tab, text)
    await tab.locator(".chips button").nth(1).click()
    await tab.get_by_text("Forget this").wait_for()
    for selector in ("documentElement", "querySelector('#scroll')", "querySelector('.top')"):
        element = f"document.{selector}"
        assert await tab.evaluate(f"{element}.scrollWidth <= {element}.clientWidth"), selector
    targets = await tab.evaluate(
        """() => [...document.querySelectorAll('button, .chip')]
            .map((one) => one.getBoundingClientRect())
            .filter((box) => box.width && (box.height < 24 || box.width < 24)).length"""
    )
    assert targets == 0


async def test_reduced_motion_stops_every_animation(browser: Browser, page: Page) -> None:
    tab, _ = await opened(browser, page, reduced_motion="reduce")
    await tab.fill("#box", "slow")
    await tab.press("#box", "Enter")
    await tab.locator("#typing").wait_for()
    assert await tab.evaluate("document.getAnimations().length") == 0
