"""A real Chromium at the console, signed in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser
from playwright.async_api import Page as Tab

from tests.bot.web.browsing import in_chromium
from tests.knowledge_base.console.conftest import Console

__all__ = ["LOOKS", "in_chromium", "tab_of", "violations"]
AXE = Path(__file__).parents[2] / "bot/web/vendor/axe.min.js"
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True,
}  # fmt: skip
DESK: dict[str, Any] = {"viewport": {"width": 1180, "height": 860}}
LOOKS: dict[str, dict[str, Any]] = {
    "light": DESK,
    "dark": {**DESK, "color_scheme": "dark"},
    "phone": PHONE,
    "phone-dark-zh": {**PHONE, "color_scheme": "dark", "locale": "zh-CN"},
}


@asynccontextmanager
async def tab_of(
    browser: Browser, console: Console, role: str = "admin", **options: Any
) -> AsyncIterator[tuple[Tab, list[str]]]:
    """A tab somebody is signed in at, and what it complained of."""
    given = {"locale": "en-GB", "reduced_motion": "reduce", **options}
    context = await browser.new_context(**given)
    context.set_default_timeout(10_000)
    faults: list[str] = []
    context.on("weberror", lambda error: faults.append(str(error.error)))
    context.on("console", lambda line: _note(faults, line.type, line.text))
    context.on("request", lambda one: _foreign(faults, one.url, console.address))
    if role:
        async with console.stranger() as client:
            await console.sign_in(client, role)
            await context.add_cookies([
                {"name": name, "value": value, "url": console.address}
                for name, value in client.cookies.items()
            ])  # fmt: skip
    yield await context.new_page(), faults
    await context.close()


def _note(faults: list[str], kind: str, text: str) -> None:
    # That a page answered 4xx is the browser's remark on what a test asks for.
    if kind == "error" and "status of 4" not in text:
        faults.append(text)


def _foreign(faults: list[str], url: str, address: str) -> None:
    if not url.startswith(address):
        faults.append(url)


async def violations(tab: Tab) -> list[str]:
    """What axe-core finds against WCAG A and AA."""
    # Added as the debugger would: the page's own policy refuses foreign scripts.
    await tab.evaluate(AXE.read_text(encoding="utf-8"))
    found = await tab.evaluate(
        """() => axe.run(document, {runOnly: {type: "tag",
            values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}})"""
    )
    assert len(found["passes"]) > 8
    return [
        f"{fault['id']}: {node['html']} {node['failureSummary']}"
        for fault in found["violations"] for node in fault["nodes"]
    ]  # fmt: skip
