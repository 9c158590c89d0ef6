"""Pages that have something to show hold WCAG AA in every look and both languages."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.knowledge_base.console.browsing import LOOKS, in_chromium, tab_of, violations
from tests.knowledge_base.console.conftest import Console
from tests.knowledge_base.console.full_pages import waiting, warned

pytestmark = in_chromium


@pytest.mark.parametrize("look", LOOKS)
async def test_axe_finds_no_fault_where_somebody_waits(
    browser: Browser, console: Console, look: str
) -> None:
    waiting(console)
    warned(console)
    with (console.folder / "catalogue.csv").open("a", encoding="utf-8") as catalogue:
        catalogue.write("x,y\n")
    async with tab_of(browser, console, "publisher", **LOOKS[look]) as (tab, faults):
        await tab.goto(f"{console.address}/gaps")
        answer = await tab.locator(".gap a[href$='/answer']").first.get_attribute("href")
        for path in ("/", "/gaps", answer, "/handover", "/handover/tg:long01", "/warnings",
                     "/entries/parcel-time", "/entries/parcel-twin/translation?to=zh", "/products",
                     "/products/new", "/products/nordic-desk-lamp", "/products?state=broken-rows",
                     "/products/nordic-desk-lamp/draft", "/imports"):  # fmt: skip
            response = await tab.goto(f"{console.address}{path}")
            assert response
            assert response.ok, path
            assert (path, await violations(tab)) == (path, [])
            assert await tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
            if here := await tab.query_selector("nav [aria-current]"):
                box = await here.bounding_box()
                assert box
                assert 0 <= box["x"] <= box["x"] + box["width"] <= await tab.evaluate("innerWidth")
        assert faults == []
