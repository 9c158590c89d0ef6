"""A row that is pressed right after typing into the search is not taken away under the click."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import Page as Tab
from playwright.async_api import Route, expect

from tests.knowledge_base.console.browsing import in_chromium, tab_of
from tests.knowledge_base.console.conftest import Console

if TYPE_CHECKING:
    from playwright.async_api import Browser

pytestmark = in_chromium
LAMP = "nordic-desk-lamp"


def in_stock(console: Console) -> bool:
    return console.house.files.catalogue().by_id[LAMP].in_stock


async def over_the_switch(tab: Tab) -> None:
    """The pointer over the lamp's switch, as the rows stand before the search."""
    button = tab.locator(".good-row", has=tab.locator(f'a[href="/products/{LAMP}"]'))
    box = await button.locator(".switch button").bounding_box()
    assert box
    await tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


async def saved_and_found(tab: Tab, console: Console) -> None:
    """It is sold out, the rows say so, and they are those that the typed words find."""
    await expect(tab.locator(".good-row")).to_have_count(1)
    await expect(tab.locator(".switch input[name=amount]")).to_be_visible()
    assert not in_stock(console)


async def test_a_search_that_ends_while_a_switch_is_held_down_does_not_lose_the_click(
    console: Console, browser: Browser
) -> None:
    assert in_stock(console)
    async with tab_of(browser, console, "editor") as (tab, faults):
        await tab.goto(f"{console.address}/products")
        await over_the_switch(tab)
        await tab.focus("#q")
        await tab.keyboard.type("nordic desk")
        async with tab.expect_response(lambda one: "q=nordic" in one.url):
            await tab.mouse.down()
        await tab.wait_for_timeout(300)
        await tab.mouse.up()
        await saved_and_found(tab, console)
    assert faults == []


@pytest.mark.parametrize("slow", ["search", "save"])
async def test_what_a_search_found_before_a_save_does_not_hide_what_was_saved(
    console: Console, browser: Browser, slow: str
) -> None:
    async def later(route: Route) -> None:
        search = route.request.method == "GET"
        answer = await route.fetch()
        if search == (slow == "search"):
            await asyncio.sleep(0.5)
        await route.fulfill(response=answer)

    async with tab_of(browser, console, "editor") as (tab, faults):
        await tab.goto(f"{console.address}/products")
        await tab.route("**/products?q=nordic*", later)
        await tab.route(f"**/products/{LAMP}/stock", later)
        await over_the_switch(tab)
        await tab.focus("#q")
        await tab.keyboard.type("nordic desk")
        await tab.wait_for_timeout(250)
        await tab.mouse.down()
        await tab.mouse.up()
        await saved_and_found(tab, console)
        await tab.wait_for_timeout(800)
        await saved_and_found(tab, console)
        assert await tab.input_value("#q") == "nordic desk"
    assert faults == []
