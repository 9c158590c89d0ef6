"""The first page: what was asked, what waits."""

from __future__ import annotations

from tests.knowledge_base.console.conftest import ClientOf, Console, post
from tests.knowledge_base.console.screenshots import ask


async def test_questions_are_counted_and_drawn_by_day(console: Console, client: ClientOf) -> None:
    viewer = await client("viewer")
    assert "Nobody has asked anything yet" in (await viewer.get("/")).text
    ask(console.house.journal, console.clock.now)
    page = (await viewer.get("/")).text
    assert "Nobody has asked anything yet" not in page
    assert "<b>2</b><span>asked today</span>" in page
    assert page.count('class="told"') == 14 + 1  # With the legend's.
    assert "2026-11-02: 2 asked, 2 answered" in page


async def test_what_waits_is_counted(console: Console, client: ClientOf) -> None:
    admin = await client("admin")
    (console.folder / "faq/bad.md").write_text("no", "utf-8")
    await post(admin, "/entries", id="en-only", **{"questions:en": "Q?", "answer:en": "A."})
    page = (await admin.get("/")).text
    assert "5 entries" in page
    assert "1 file cannot be read" in page
    assert "1 lacks a language" in page
    assert f"{len(console.house.files.catalogue().rows)} products" in page
    assert "The shop is not answering" in page
