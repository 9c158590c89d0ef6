"""A signed link is opened in the chat page: typed, or behind the # of its address."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.bot.web.browsing import CHROMIUM, opened
from tests.bot.web.conftest import Page


async def test_a_signed_link_is_opened_as_written_and_unlinking_needs_no_button(page: Page) -> None:
    async with page.chat() as chat:
        await chat.ask("/start _aW04qClydn6QQk6-XqwlM")
        await chat.ask("/unlink")
        await chat.press("unlink:")
        assert (await chat.press("start:_aW04qClydn6QQk6-XqwlM"))["code"] == "not_issued"
        assert (await chat.press("link:yes-00000000"))["code"] == "not_issued"
    seen = [(message.text, message.action) for message in page.desk.seen]
    assert seen == [("", "start:_aW04qClydn6QQk6-XqwlM"), ("", "unlink:"), ("", "unlink:")]


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no Chromium at {CHROMIUM}")
async def test_a_link_behind_the_hash_is_opened_once_and_leaves_the_address(
    browser: Browser, page: Page
) -> None:
    tab, faults = await opened(browser, page)
    for address in (f"{page.address}/#start=_aW04qClydn6QQk6-XqwlM", f"{page.address}/#start=<b>"):
        await tab.goto(address)
    await tab.locator(".item.me .text", has_text="Link my account").wait_for()
    await tab.locator(".item.shop .foot").wait_for()
    await tab.evaluate("location.hash = ''")
    await tab.reload()
    await tab.wait_for_selector(".state.online")
    actions = [message.action for message in page.desk.seen]
    assert actions == ["start:_aW04qClydn6QQk6-XqwlM"]
    assert "start=_" not in tab.url
    assert faults == []
