"""The report in a real Chromium: filtered, compared, accepted, by mouse and by keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright, expect

from engine.replay.comparing import compare
from engine.replay.playing import Played
from engine.replay.report import write_report
from engine.replay.results import figures
from tests.bot.web.browsing import ARGUMENTS, CHROMIUM, in_chromium
from tests.bot.web.test_looks import LOOKS, violations
from tests.engine.replay.test_report import HOSTILE, played

pytestmark = in_chromium
Opener = Callable[..., Any]


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Opener]:
    """Opens a report of these runs; at the end nothing may have gone wrong or left the page."""
    faults: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)

        async def open_report(
            runs: list[tuple[Played, ...]], before: list[Played], saved: Path | None = None,
            **look: Any,
        ) -> Page:  # fmt: skip
            path = tmp_path / "report.html"
            changes = compare(before, [playings[0] for playings in runs])
            write_report(path, runs, changes, figures(runs), saved=saved)
            tab = await browser.new_page(**look)
            tab.on("console", lambda line: faults.append(line.text))
            tab.on("pageerror", lambda error: faults.append(str(error)))
            tab.on("request", lambda request: faults.append(request.url))
            await tab.goto(path.as_uri())
            faults.remove(path.as_uri())
            return tab

        yield open_report
        await browser.close()
    assert [fault for fault in faults if not fault.startswith("data:")] == []


GOOD, FIXED = played("good", "Hello.", "hello"), played("fixed", "30 days.", "30 days")
BAD, FLAKY = played("bad one", HOSTILE, "30 days"), played("flaky", "30 days", "30 days")
RUNS = [(GOOD, GOOD), (BAD, BAD), (FIXED, FIXED), (FLAKY, played("flaky", "a month", "30 days"))]
BEFORE = [
    GOOD, played("bad one", "Within 30 days.", "30 days"), played("fixed", "31 days.", "30 days")
]  # fmt: skip
SAVED = Path("my answers.jsonl")
TITLES = "summary .title"


async def test_a_filter_shows_only_its_conversations(opened: Opener) -> None:
    tab = await opened(RUNS, BEFORE)
    await expect(tab.locator(TITLES)).to_have_text(["Talk bad one", "Talk flaky"])
    for name, wanted in {
        "worse 1": ["Talk bad one"], "better 1": ["Talk fixed"], "flaky 1": ["Talk flaky"],
        "all 4": ["Talk good", "Talk bad one", "Talk fixed", "Talk flaky"],
    }.items():  # fmt: skip
        await tab.get_by_role("button", name=name, exact=True).click()
        await expect(tab.locator(TITLES)).to_have_text(wanted)
    assert await tab.get_by_role("button", name="changed 0").is_disabled()
    await tab.fill("#find", "HELLO good")
    await expect(tab.locator(TITLES)).to_have_text(["Talk good"])
    await tab.fill("#find", "nowhere")
    await expect(tab.locator("#status")).to_have_text("Nothing matches.")


async def test_the_head_counts_all(opened: Opener) -> None:
    tab = await opened(RUNS, BEFORE)
    assert await tab.inner_text("h1") == "2 of 4 conversations failed"
    assert "2 passed · 2 failed · 1 flaky" in await tab.inner_text("#counts")
    assert "pass^2 50.0 %" in await tab.inner_text("#counts")
    compared = "Answers compared: 1 same · 1 better · 1 worse · 0 changed"
    assert await tab.inner_text("#compared") == compared


async def test_what_differs_is_marked_and_nothing_else(opened: Opener) -> None:
    tab = await opened(RUNS, BEFORE)
    await tab.get_by_role("button", name="better 1").click()
    await expect(tab.locator("del")).to_have_text(["31"])
    await expect(tab.locator("ins")).to_have_text(["30"])
    await tab.get_by_role("button", name="flaky 1").click()
    await expect(tab.locator(".another ins")).to_have_text(["a month"])


async def test_a_hostile_answer_is_only_text(opened: Opener) -> None:
    tab = await opened(RUNS, BEFORE)
    await tab.get_by_role("button", name="worse 1").click()
    assert await tab.locator(".two .bubble").nth(1).text_content() == HOSTILE
    assert await tab.locator("main img, main script").count() == 0
    assert await tab.title() == "2 of 4 conversations failed – replay"


async def test_accepting_gives_the_command_for_a_shell(opened: Opener) -> None:
    tab = await opened(RUNS, BEFORE, SAVED)
    await tab.get_by_label("Accept as new expectation").check()
    command = (
        "shopdesk replay accept 'bad one.yaml' --results 'my answers.jsonl' --turns 'bad one#1'"
    )
    assert await tab.inner_text("#command") == command
    await tab.get_by_role("button", name="all 4").click()
    assert await tab.inner_text("#command") == command
    await tab.get_by_role("button", name="Copy").click()
    await tab.get_by_role("button", name="Clear").click()
    assert await tab.locator("#bar").is_hidden()


async def test_without_saved_answers_it_says_what_to_do(opened: Opener) -> None:
    tab = await opened(RUNS, BEFORE)
    await tab.get_by_label("Accept as new expectation").check()
    assert "--save" in await tab.inner_text("#command")
    assert await tab.get_by_role("button", name="Copy").is_hidden()


async def test_keys_search_move_and_accept(opened: Opener) -> None:
    tab = await opened(RUNS, BEFORE, SAVED)
    await tab.keyboard.press("/")
    await tab.keyboard.type("bad")
    await expect(tab.locator(TITLES)).to_have_text(["Talk bad one"])
    await tab.keyboard.press("Escape")
    await tab.keyboard.press("j")
    await tab.keyboard.press("j")
    assert await tab.evaluate("document.activeElement.dataset.key") == "bad one#1"
    await tab.keyboard.press("a")
    assert await tab.inner_text("#accepted") == "1 answer accepted"
    await tab.keyboard.press("k")
    await tab.keyboard.press("a")
    assert await tab.locator("#bar").is_hidden()


async def test_thousands_are_drawn_as_they_are_scrolled_to(opened: Opener) -> None:
    runs = [(played(f"n{i}", "Hello.", "hello"),) for i in range(3000)]
    tab = await opened(runs, [])
    assert await tab.locator("details").count() == 50
    assert await tab.locator(".turn").count() == 0
    await tab.evaluate("scrollTo(0, document.body.scrollHeight)")
    await tab.locator("details").nth(60).wait_for()
    await tab.fill("#find", "n2999")
    await expect(tab.locator(TITLES)).to_have_text(["Talk n2999"])


@pytest.mark.parametrize("look", LOOKS)
async def test_axe_finds_no_fault_and_nothing_scrolls_sideways(opened: Opener, look: str) -> None:
    tab = await opened(RUNS, BEFORE, SAVED, reduced_motion="reduce", **LOOKS[look])
    await tab.get_by_role("button", name="all 4").click()
    await tab.get_by_role("button", name="Open all").click()
    await tab.get_by_label("Accept as new expectation").first.check()
    assert await violations(tab) == []
    assert await tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
