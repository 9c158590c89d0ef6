"""Gaps: what was asked in vain becomes an entry and a test question, and who waits is told once."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import keys, valkey
from engine.gaps.closing import read_closed
from engine.replay.reading import read_conversations
from engine.retrieval.snapshot import write_live
from engine.rights import Rights
from engine.sessions import MemorySessions
from tests.bot.web.scripted_desk import NASTY
from tests.knowledge_base.console.conftest import PIECE, ClientOf, Console, post, served
from tests.knowledge_base.console.waiting_shoppers import Shoppers, keep_gap

ASKED = "Do you repair broken violins?"
ANSWER = {"id": "violin-repair", "title:en": "Violins", "questions:en": ASKED,
          "answer:en": "We repair violins on Mondays."}  # fmt: skip


@pytest.fixture
def shoppers(console: Console) -> Shoppers:
    return Shoppers(console)


@pytest.fixture
def store(console: Console) -> Iterator[None]:
    """A running store of the console's home."""
    server = valkey.start(console.home)
    yield
    server.stop()


def queued(console: Console) -> list[dict[str, str]]:
    with valkey.connect(console.house.settings) as redis:
        return [json.loads(line) for line in redis.lrange(keys.CORRECTIONS, 0, -1)]


async def test_a_gap_shows_what_is_known_of_it_and_not_who_asked(
    client: ClientOf, shoppers: Shoppers, console: Console
) -> None:
    gap = keep_gap(console, shoppers.asks("ann", ASKED), shoppers.asks("bob", f"violin? {NASTY}"))
    page = (await (await client("viewer")).get("/gaps")).text
    assert ASKED in page
    assert "2 shoppers" in page
    assert "2 wait" in page
    assert "/entries/gift-wrap" in page
    assert NASTY not in page
    assert "tg:ann" not in page
    assert f"/gaps/{gap.id}/answer" not in page
    assert f"/gaps/{gap.id}/answer" in (await (await client("editor")).get("/gaps")).text
    assert "1 gap is open" in (await (await client("viewer")).get("/")).text


async def test_answering_makes_the_entry_and_a_test_question_and_closes_the_gap(
    client: ClientOf, shoppers: Shoppers, console: Console
) -> None:
    chinese = shoppers.asks("bob", "你们修小提琴吗", language="zh")
    gap = keep_gap(console, shoppers.asks("ann", ASKED), chinese)
    editor = await client("editor")
    form = (await editor.get(f"/gaps/{gap.id}/answer")).text
    assert ASKED in form
    assert "你们修小提琴吗" in form
    wrap = console.house.files.entry("gift-wrap")
    assert wrap
    assert wrap.entry
    assert wrap.entry.answers["en"].split("\n")[0][:30] in form
    done = await post(editor, f"/gaps/{gap.id}/answer", **ANSWER)
    assert done.headers["location"] == "/gaps?done=gap-answered"
    row = console.house.files.entry("violin-repair")
    assert row
    assert row.entry
    assert row.entry.answers == {"en": "We repair violins on Mondays."}
    saved = read_conversations([console.folder / "replays"])
    said = {step.say: step.expected.entry for one in saved
            if one.id.startswith("gap-") for step in one.steps}  # fmt: skip
    assert said == {ASKED: ("violin-repair",), "你们修小提琴吗": ("violin-repair",)}
    change = console.house.working_copy.history.last()
    assert change
    assert (change.by, change.why) == ("editor", f"answers a gap ({gap.id})")
    page = (await editor.get("/gaps?done=gap-answered")).text
    assert "No gap is open" in page
    assert "2 wait; publish it first" in page
    again = await post(editor, f"/gaps/{gap.id}/answer", **ANSWER)
    assert again.status_code == 400
    assert "not open any more" in again.text


async def test_a_try_cut_short_after_the_entry_is_ended_by_the_next(
    client: ClientOf, shoppers: Shoppers, console: Console
) -> None:
    gap = keep_gap(console, shoppers.asks("ann", ASKED))
    editor = await client("editor")
    await post(editor, "/entries", **ANSWER)
    before = console.house.working_copy.history.last()
    done = await post(editor, f"/gaps/{gap.id}/answer", **ANSWER)
    assert done.status_code == 303
    assert read_closed(console.house.journal, gap.id).entry == "violin-repair"
    assert console.house.working_copy.history.last() == before


async def test_questions_of_a_gap_are_added_to_an_entry_that_answers_it(
    client: ClientOf, shoppers: Shoppers, console: Console
) -> None:
    gap = keep_gap(console, shoppers.asks("ann", "Is there wrapping paper with foxes?"))
    editor = await client("editor")
    row = console.house.files.entry("gift-wrap")
    assert row
    assert row.entry
    path = f"/gaps/{gap.id}/answer?entry=gift-wrap"
    form = (await editor.get(path)).text
    assert "wrapping paper with foxes" in form
    fields = {
        f"{name}:{code}": value for code in ("en", "zh") for name, value in (
            ("title", row.entry.titles[code]), ("answer", row.entry.answers[code]),
            ("questions", "\n".join(row.entry.questions[code])))
    }  # fmt: skip
    fields["questions:en"] += "\nIs there wrapping paper with foxes?"
    given = {"id": "gift-wrap", "old": "gift-wrap", "audience": row.entry.audience, **fields}
    stale = await post(editor, f"/gaps/{gap.id}/answer", version="0" * 64, **given)
    assert stale.status_code == 409
    done = await post(editor, f"/gaps/{gap.id}/answer", version=row.version, **given)
    assert done.status_code == 303, done.text
    now = console.house.files.entry("gift-wrap")
    assert now
    assert now.entry
    asked = now.entry.questions["en"]
    assert asked == (*row.entry.questions["en"], "Is there wrapping paper with foxes?")
    assert now.entry.answers == row.entry.answers
    assert read_closed(console.house.journal, gap.id).entry == "gift-wrap"


@pytest.mark.parametrize("fields, told", [
    ({"answer:en": ""}, "Write the answer in at least one language."),
    ({"hidden": "on"}, "Nobody would be told a hidden entry."),
    ({"id": "gift-wrap"}, "Another entry has this id."),
    ({"id": "../x"}, "1-40 letters"),
])  # fmt: skip
async def test_an_answer_that_cannot_be_is_told_and_nothing_is_saved(
    client: ClientOf, shoppers: Shoppers, console: Console, fields: dict[str, str], told: str
) -> None:
    gap = keep_gap(console, shoppers.asks("ann", ASKED))
    before = sorted(path.name for path in console.folder.rglob("*.*"))
    answer = await post(await client("editor"), f"/gaps/{gap.id}/answer", **{**ANSWER, **fields})
    assert answer.status_code == 400
    assert told in answer.text
    assert "We repair" in answer.text or "answer:en" in fields
    assert sorted(path.name for path in console.folder.rglob("*.*")) == before


async def test_a_dismissed_gap_is_not_shown_again_and_why_is_noted(
    client: ClientOf, shoppers: Shoppers, console: Console
) -> None:
    gap = keep_gap(console, shoppers.asks("ann", ASKED))
    editor = await client("editor")
    await post(editor, f"/gaps/{gap.id}/dismiss", why="we do not")
    page = (await editor.get("/gaps")).text
    assert f"/gaps/{gap.id}/answer" not in page
    assert "No gap is open" in page
    assert console.house.audit.newest(1)[0].detail == f"{gap.id} we do not"


async def test_a_dismissed_gap_is_listed_and_brought_back_once(
    client: ClientOf, shoppers: Shoppers, console: Console
) -> None:
    gap = keep_gap(console, shoppers.asks("ann", ASKED), shoppers.asks("bob", f"violin? {NASTY}"))
    editor, viewer = await client("editor"), await client("viewer")
    await post(editor, f"/gaps/{gap.id}/dismiss")
    page = (await editor.get("/gaps")).text
    assert "Dismissed gaps" in page
    assert ">Bring back<" in page
    assert page.count(ASKED) == 2, "what it asked, and its button's name"
    assert ">Bring back<" not in (await viewer.get("/gaps")).text
    done = await post(editor, f"/gaps/{gap.id}/restore")
    assert done.headers["location"] == "/gaps?done=gap-restored"
    page = (await editor.get("/gaps")).text
    assert f"/gaps/{gap.id}/answer" in page
    assert "Dismissed gaps" not in page
    assert console.house.audit.newest(1)[0].what == "gap brought back"
    again = await post(editor, f"/gaps/{gap.id}/restore")
    assert again.status_code == 400
    assert "not dismissed any more" in again.text


async def test_an_answered_gap_is_not_brought_back(
    client: ClientOf, shoppers: Shoppers, console: Console
) -> None:
    gap = keep_gap(console, shoppers.asks("ann", ASKED))
    editor = await client("editor")
    await post(editor, f"/gaps/{gap.id}/answer", **ANSWER)
    assert (await post(editor, f"/gaps/{gap.id}/restore")).status_code == 400
    assert read_closed(console.house.journal, gap.id).entry == "violin-repair"


async def test_who_is_forgotten_is_on_no_page_any_more(
    client: ClientOf, shoppers: Shoppers, console: Console
) -> None:
    gap = keep_gap(console, shoppers.asks("ann", ASKED))
    editor = await client("editor")
    Rights(console.house.journal, MemorySessions()).forget("ann")
    assert ASKED not in (await editor.get("/gaps")).text
    assert (await editor.get(f"/gaps/{gap.id}/answer")).status_code == 400


@pytest.mark.usefixtures("store")
async def test_who_waits_is_told_once_and_only_what_is_live(
    client: ClientOf, shoppers: Shoppers, console: Console
) -> None:
    gap = keep_gap(console, shoppers.asks("ann", ASKED), shoppers.asks("bob", f"{ASKED}?"),
                   shoppers.asks("web", ASKED, channel="web"))  # fmt: skip
    publisher = await client("publisher")
    await post(publisher, f"/gaps/{gap.id}/answer", **ANSWER)
    early = await post(publisher, f"/gaps/{gap.id}/tell")
    assert early.status_code == 400
    assert queued(console) == []
    go_live(console)
    page = (await publisher.get("/gaps")).text
    assert "2 shoppers wait for this answer: tell them" in page
    assert "We repair violins on Mondays." in page
    for _ in range(2):
        done = await post(publisher, f"/gaps/{gap.id}/tell")
        assert done.headers["location"] == "/gaps?done=gap-told"
    assert sorted(one["conversation"] for one in queued(console)) == ["tg:ann", "tg:bob"]
    assert {one["text"] for one in queued(console)} == {"We repair violins on Mondays."}
    assert "nobody waits" in (await publisher.get("/gaps")).text


async def test_without_a_running_store_nothing_is_noted_as_sent(
    client: ClientOf, shoppers: Shoppers, console: Console
) -> None:
    gap = keep_gap(console, shoppers.asks("ann", ASKED))
    publisher = await client("publisher")
    await post(publisher, f"/gaps/{gap.id}/answer", **ANSWER)
    go_live(console)
    refused = await post(publisher, f"/gaps/{gap.id}/tell")
    assert refused.status_code == 409
    assert "Nothing was sent" in refused.text
    assert "1 shopper waits for this answer" in refused.text


def go_live(console: Console) -> None:
    """The shop's files as a snapshot that is live; no index, which nothing here reads."""
    name = "ab" * 8
    shutil.copytree(console.folder, console.home / "snapshots" / name / "knowledge")
    files = console.home / "snapshots" / name / "manifest.json"
    files.write_text(json.dumps({"files": console.house.pending.hashes()}), "utf-8")
    write_live(console.home, name)


async def test_an_old_look_is_said_to_be_old(
    client: ClientOf, shoppers: Shoppers, console: Console
) -> None:
    viewer = await client("viewer")
    assert "Nobody has looked yet" in (await viewer.get("/gaps")).text
    keep_gap(console, shoppers.asks("ann", ASKED))
    assert "older than a day" not in (await viewer.get("/gaps")).text
    console.clock.wait(25 * 3600)
    viewer = await client("viewer")
    assert "older than a day" in (await viewer.get("/gaps")).text


async def test_a_look_that_fails_is_told_in_its_words(tmp_path: Path) -> None:
    command = (
        sys.executable,
        "-c",
        "import sys; print('no <shop> is live', file=sys.stderr); sys.exit(2)",
    )
    async with served(tmp_path, command=command) as console, console.stranger() as client:
        await console.sign_in(client, "editor")
        await post(client, "/gaps/look")
        async with asyncio.timeout(20):
            while "<progress" in (page := (await client.get("/gaps/job", headers=PIECE)).text):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    assert "no &lt;shop&gt; is live" in page
