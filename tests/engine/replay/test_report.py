"""The report shows what was played, lets none of it act, and accepts by a command."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.replay.answered import Answered
from engine.replay.comparing import compare
from engine.replay.conversation import Conversation, Expected, Step
from engine.replay.grading import grades
from engine.replay.playing import Played, PlayedTurn
from engine.replay.report import write_report
from engine.replay.results import figures

CHROMIUM = "/usr/bin/chromium"
HOSTILE = "</script><img src=x onerror=document.title='owned'>"


def played(name: str, text: str, wanted: str) -> Played:
    step = Step("how long?", expected=Expected(must_say=(wanted,)))
    answer = Answered(text, "faq", "certain", "en", ("returns",))
    turn = PlayedTurn(step, answer, grades(step.expected, answer))
    return Played(Conversation(name, (step,), title=f"Talk {name}", file=f"{name}.yaml"), (turn,))


GOOD, BAD = played("good", "Within 30 days.", "30 days"), played("bad", HOSTILE, "30 days")
OLD = replace(BAD, turns=played("bad", "Within 30 days it is.", "30 days").turns)


def written(folder: Path, saved: Path | None = None) -> Path:
    runs = [(GOOD,), (BAD,)]
    path = folder / "report.html"
    write_report(path, runs, compare([GOOD, OLD], [GOOD, BAD]), figures(runs), saved=saved)
    return path


def test_the_page_holds_all_that_was_played_and_no_text_leaves_its_place(tmp_path: Path) -> None:
    page = written(tmp_path).read_text("utf-8")
    assert HOSTILE not in page
    found = re.search(r'id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    assert [talk["id"] for talk in data["conversations"]] == ["good", "bad"]
    (turn,) = data["conversations"][1]["turns"]
    assert (turn["text"], turn["verdict"]) == (HOSTILE, "worse")
    assert (data["figures"]["passed"], data["figures"]["failed"]) == (1, 1)
    assert not re.search(r"https?://", page)


@pytest.fixture
def page() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    if not Path(CHROMIUM).exists():
        pytest.skip("no Chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = browser.new_page()
        errors: list[str] = []
        opened.on("pageerror", lambda error: errors.append(str(error)))
        yield opened
        browser.close()
        assert errors == []


@pytest.mark.browser
def test_a_person_filters_compares_and_accepts(tmp_path: Path, page: Any) -> None:
    page.goto(written(tmp_path, Path("my answers.jsonl")).as_uri())
    assert page.locator("summary").all_inner_texts()[0].startswith("✗ Talk bad")
    assert page.locator("summary").count() == 1
    assert page.locator("del").first.inner_text() == "Within"
    assert page.locator("main img").count() == 0
    page.get_by_label("accept as what is expected").check()
    command = page.locator("#command").inner_text()
    assert command == ("shopdesk replay accept bad.yaml --results 'my answers.jsonl' --turns bad#1")
    page.get_by_role("button", name="all 2").click()
    assert page.locator("summary").count() == 2
    page.keyboard.press("/")
    page.keyboard.type("talk good")
    assert page.locator("summary").count() == 1
    assert page.title() == "Replayed conversations"
