"""One walk through products and imports in a real browser: by keyboard, on a phone, in the dark."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import ConsoleMessage, expect
from playwright.async_api import Page as Tab

from tests.bot.web.browsing import in_chromium
from tests.knowledge_base.console.conftest import ClientOf, Console

if TYPE_CHECKING:
    from playwright.async_api import Browser

pytestmark = in_chromium
AXE = Path(__file__).parents[2] / "bot" / "web" / "vendor" / "axe.min.js"
PAGES = ("/products", "/products/new", "/products/nordic-desk-lamp",
         "/products/nordic-desk-lamp/draft", "/products?state=broken-rows", "/imports")  # fmt: skip


def watched(tab: Tab) -> list[str]:
    """What a page complains of, as it comes."""
    faults: list[str] = []

    def told(line: ConsoleMessage) -> None:
        if line.type == "error":
            faults.append(line.text)

    tab.on("console", told)
    tab.on("pageerror", lambda error: faults.append(str(error)))
    return faults


async def test_products_are_found_switched_and_read_by_everyone(
    console: Console, client: ClientOf, browser: Browser
) -> None:
    signed_in = await client("editor")
    for options in ({"viewport": {"width": 360, "height": 740}}, {"color_scheme": "dark"}):
        context = await browser.new_context(**options)
        context.set_default_timeout(15_000)
        await context.add_cookies(
            [{"name": n, "value": v, "url": console.address} for n, v in signed_in.cookies.items()]
        )
        tab = await context.new_page()
        faults = watched(tab)
        for path in PAGES:
            await tab.goto(console.address + path)
            wide = await tab.evaluate("document.documentElement.scrollWidth > innerWidth")
            assert not wide, path
            await tab.evaluate(AXE.read_text("utf-8"))
            found = await tab.evaluate("axe.run().then(r => r.violations.map(v => v.id + ' ' + "
                                       "v.nodes.map(n => n.target).join(' ')))")  # fmt: skip
            assert found == [], path
        await tab.goto(f"{console.address}/products")
        await tab.keyboard.press("/")
        await tab.keyboard.type("nordic desk")
        await expect(tab.locator(".good-row")).to_have_count(1)
        await tab.goto(f"{console.address}/products?q=nordic+desk")
        await tab.click(".switch button")
        await expect(tab.locator(".switch input[name=amount]")).to_be_visible()
        await tab.click(".switch button")
        await tab.wait_for_selector(".switch button[value=out]")
        await tab.goto(f"{console.address}/products/nordic-desk-lamp")
        rows = await tab.locator("#variants tr").count()
        await tab.click("button[hx-get='/products/variant']")
        await expect(tab.locator("#variants tr")).to_have_count(rows + 1)
        assert faults == []
        await context.close()
