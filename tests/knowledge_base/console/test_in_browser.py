"""The console in a real Chromium, as its operators use it: by mouse, by keys, on a phone."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Dialog
from playwright.async_api import Page as Tab

from tests.knowledge_base.console.browsing import LOOKS, in_chromium, tab_of, violations
from tests.knowledge_base.console.conftest import PASSWORD, Console

pytestmark = in_chromium
PAGES = ("/", "/entries", "/entries/new", "/entries/gift-wrap", "/entries/gift-wrap/history",
         "/entries/broken", "/entries?q=zzz", "/try", "/publish", "/people", "/audit", "/account",
         "/nowhere")  # fmt: skip
OPEN_PAGES = ("/login", "/enter/x", "/setup/x")


async def typed_entry(tab: Tab, console: Console) -> None:
    """The form of a new entry, filled."""
    await tab.goto(f"{console.address}/entries")
    await tab.get_by_role("link", name="New entry").click()
    await tab.fill("#id", "lamp-repair")
    await tab.fill("#title-en", "Repairs")
    await tab.fill("#questions-en", "Do you repair lamps?\nlamp repair")
    await tab.fill("#answer-en", "Yes, see https://shop.example/repairs.")


async def test_an_entry_is_written_with_its_preview_and_stands_in_the_list(
    browser: Browser, console: Console
) -> None:
    async with tab_of(browser, console, "editor") as (tab, faults):
        await typed_entry(tab, console)
        bubble = tab.locator("#preview .bubble")
        await bubble.filter(has_text="Yes, see").wait_for()
        link = await bubble.locator("a").get_attribute("href")
        assert link == "https://shop.example/repairs"
        await tab.get_by_role("button", name="Save").click()
        await tab.get_by_role("status").filter(has_text="The entry is made").wait_for()
        await tab.get_by_role("link", name="Entries", exact=True).first.click()
        await tab.fill("#q", "repair lamps")
        await tab.locator("#rows .count", has_text="1 entry").wait_for()
        assert await tab.locator("#rows td a").all_inner_texts() == ["Repairs"]
        assert faults == []


async def test_two_editors_are_told_of_each_other(browser: Browser, console: Console) -> None:
    async with tab_of(browser, console, "editor") as (ann, faults):
        async with tab_of(browser, console, "publisher") as (bob, _):
            for tab, words in ((ann, "Ann's words."), (bob, "Bob's words.")):
                await tab.goto(f"{console.address}/entries/gift-wrap")
                await tab.fill("#answer-en", words)
            await bob.get_by_role("button", name="Save").click()
            await bob.get_by_role("status").filter(has_text="Saved").wait_for()
        await ann.get_by_role("button", name="Save").click()
        told = ann.get_by_role("alert").first
        await told.filter(has_text="publisher has saved").wait_for()
        assert "Bob's words." in await told.inner_text()
        assert await ann.input_value("#answer-en") == "Ann's words."
        await ann.get_by_role("button", name="Save").click()
        await ann.get_by_role("status").filter(has_text="Saved").wait_for()
        assert faults == []


async def test_everything_is_reached_by_keys(browser: Browser, console: Console) -> None:
    async with tab_of(browser, console, "admin") as (tab, faults):
        await tab.goto(console.address)
        await tab.keyboard.press("Tab")
        assert await tab.evaluate("document.activeElement.className") == "skip"
        await tab.keyboard.press("g")
        await tab.keyboard.press("e")
        await tab.wait_for_url("**/entries")
        await tab.keyboard.press("/")
        assert await tab.evaluate("document.activeElement.id") == "q"
        await tab.keyboard.type("n?g")  # Typed into the box, no keys of the page.
        assert await tab.input_value("#q") == "n?g"
        await tab.evaluate("document.activeElement.blur()")
        await tab.keyboard.press("?")
        await tab.locator("#keys[open]").wait_for()
        await tab.keyboard.press("Escape")
        await tab.keyboard.press("n")
        await tab.wait_for_url("**/entries/new")
        order = []
        for _ in range(40):
            await tab.keyboard.press("Tab")
            order.append(await tab.evaluate(
                "document.activeElement.name || document.activeElement.textContent.trim()"
            ))  # fmt: skip
        fields = [name for name in order if name in ("id", "title:en", "answer:en", "questions:en",
                                                     "title:zh", "answer:zh", "questions:zh",
                                                     "why")]  # fmt: skip
        assert fields[:7] == ["id", "title:en", "answer:en", "questions:en", "title:zh",
                              "answer:zh", "questions:zh"]  # fmt: skip
        await typed_entry(tab, console)
        await tab.keyboard.press("Control+s")
        await tab.get_by_role("status").filter(has_text="The entry is made").wait_for()
        assert faults == []


async def test_typed_text_is_not_left_by_accident(browser: Browser, console: Console) -> None:
    async with tab_of(browser, console, "editor") as (tab, _):
        asked: list[str] = []

        async def stay(dialog: Dialog) -> None:
            asked.append(dialog.type)
            await dialog.dismiss()

        tab.on("dialog", stay)
        await typed_entry(tab, console)
        await tab.get_by_role("link", name="Home").click(no_wait_after=True)
        await tab.wait_for_timeout(500)
        assert asked == ["beforeunload"]
        assert await tab.input_value("#id") == "lamp-repair"


async def test_signing_in_by_password_leads_to_the_page_wanted(
    browser: Browser, console: Console
) -> None:
    await console.set_up()
    async with tab_of(browser, console, "") as (tab, faults):
        await tab.goto(f"{console.address}/audit")
        await tab.fill("#name", "admin")
        await tab.fill("#password", PASSWORD)
        await tab.keyboard.press("Enter")
        await tab.get_by_role("heading", name="Audit log").wait_for()
        await tab.locator(".me summary").click()
        await tab.get_by_role("button", name="中文").click()
        await tab.get_by_role("heading", name="操作记录").wait_for()
        assert faults == []


def broken(console: Console) -> None:
    """A file that cannot be read, and a change for the history."""
    (console.folder / "faq/broken.md").write_text("---\nid: broken\ntagz: []\n---\n", "utf-8")
    console.house.working_copy.note_untold()


@pytest.mark.parametrize("look", LOOKS)
async def test_axe_finds_no_fault_on_any_page(
    browser: Browser, console: Console, look: str
) -> None:
    broken(console)
    for role, pages in (("admin", PAGES), ("", OPEN_PAGES)):
        async with tab_of(browser, console, role, **LOOKS[look]) as (tab, faults):
            for path in pages:
                await tab.goto(console.address + path)
                assert (path, await violations(tab)) == (path, [])
            if role:
                await tab.goto(f"{console.address}/entries/new")
                await tab.locator(".me summary").click()
                await tab.locator("details.more summary").click()
                await tab.fill("#answer-en", "An answer.")
                await tab.locator("#preview .bubble").first.wait_for()
                assert await violations(tab) == []
            assert faults == []


async def test_a_narrow_phone_needs_no_sideways_scrolling(
    browser: Browser, console: Console
) -> None:
    broken(console)
    options = {**LOOKS["phone"], "viewport": {"width": 320, "height": 640}}
    for role, pages in (("admin", PAGES), ("", OPEN_PAGES)):
        async with tab_of(browser, console, role, **options) as (tab, _):
            for path in pages:
                await tab.goto(console.address + path)
                width = await tab.evaluate("document.documentElement.scrollWidth")
                assert (path, width) == (path, 320)
                small = await tab.evaluate(
                    """() => [...document.querySelectorAll(
                        'button, summary, select, input:not([type=hidden]), nav a, .button')]
                        .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
                        .filter(([_, box]) => box.width && (box.height < 24 || box.width < 24))
                        .filter(([html]) => !html.includes('type="checkbox"'))
                        .map(([html]) => html)"""
                )
                assert (path, small) == (path, [])
