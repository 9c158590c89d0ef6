"""An answered gap is an entry, a test question, and one message to each who waited; no more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from redis import Redis

from engine import keys, valkey
from engine.errors import KnowledgeError, ShopdeskError
from engine.gaps.answering import Answered, answer_gap, read_answer
from engine.gaps.clustering import Gap
from engine.gaps.drafting import draft, save_draft, slug
from engine.gaps.telling import tell, waiting_for
from engine.journal_writing import HandOver, Step
from engine.replay.reading import read_conversations
from engine.rights import Rights
from engine.sessions import MemorySessions
from engine.types import Band, Entry
from knowledge_base.store import load
from knowledge_base.working_copy import ChangedMeanwhileError
from tests.engine.gaps.conftest import AT, Shop

ASKED = "Do you repair broken violins?"
ANSWER = Entry("violin-repair", {"en": "Violin repair"}, {"en": (ASKED,)},
               {"en": "We repair violins on Mondays."})  # fmt: skip


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    server = valkey.start(tmp_path_factory.mktemp("valkey"))
    yield Redis(unix_socket_path=str(server.socket), decode_responses=True)
    server.stop()


def answer(shop: Shop, gap: Gap, entry: Entry = ANSWER) -> Answered:
    copy = shop.working_copy
    return answer_gap(gap, entry, "olga", working_copy=copy, journal=shop.journal, at=AT)


def test_a_draft_has_the_questions_and_no_answer(shop: Shop) -> None:
    shop.turn("ann", "Do you repair violins? Write to ⟦email:1⟧")
    shop.turn("bob", ASKED)
    entries = {entry.id: entry for entry in load(shop.folder).entries}
    made = draft(shop.gaps()[0], entries)
    assert made.entry.answers == {}
    assert set(made.entry.questions["en"]) == {"Do you repair violins? Write to", ASKED}
    assert "⟦" not in made.text
    assert made.entry.tags == made.material[0].tags
    assert not (shop.folder / "faq" / f"{made.entry.id}.md").exists()


def test_a_saved_draft_is_hidden_and_may_lack_its_answer_only_so(shop: Shop) -> None:
    shop.turn("ann", ASKED)
    made = draft(shop.gaps()[0], {})
    save_draft(made, shop.working_copy, "olga")
    kept = next(e for e in load(shop.folder).entries if e.id == made.entry.id)
    assert (kept.hidden, kept.answers) == (True, {})
    shop.publish()
    assert len(shop.asked()) == 1
    file = shop.folder / "faq" / f"{made.entry.id}.md"
    with pytest.raises(KnowledgeError, match="nobody would be told"):
        read_answer(file, ("en",))
    file.write_text(file.read_text("utf-8").replace("hidden: true\n", ""), "utf-8")
    with pytest.raises(KnowledgeError, match="empty"):
        load(shop.folder)


def test_ids_are_readable_and_taken_by_nobody() -> None:
    assert slug("Do you repair violins?", ()) == "do-you-repair-violins"
    assert slug("Do you repair violins?", ("do-you-repair-violins",)) == "do-you-repair-violins-2"
    assert slug("保修多久？", ()) == "bao-xiu-duo-jiu"
    assert slug("???", ()) == "question"
    assert len(slug("word " * 40, ())) <= 40


def test_an_answer_is_an_entry_and_a_test_question_and_again_the_same(shop: Shop) -> None:
    shop.turn("ann", ASKED)
    gap = shop.gaps()[0]
    first = answer(shop, gap)
    assert (first.entry, first.waiting) == ("violin-repair", 1)
    assert any(entry == ANSWER for entry in load(shop.folder).entries)
    (saved,) = read_conversations(first.replays)
    assert (saved.tags, saved.steps[0].say) == (("gap",), ASKED)
    assert saved.steps[0].expected.entry == ("violin-repair",)
    change = shop.working_copy.history.last()
    assert change is not None
    assert (change.by, ASKED in change.why) == ("olga", False)
    again = answer(shop, gap)
    assert (again.change, again.replays) == (None, first.replays)
    assert shop.gaps() == ()


def test_what_somebody_wrote_meanwhile_is_not_overwritten(shop: Shop) -> None:
    shop.turn("ann", ASKED)
    gap, copy = shop.gaps()[0], shop.working_copy
    theirs = "---\nid: violin-repair\n---\n"
    copy.apply({"faq/violin-repair.md": theirs}, by="pia", why="mine")
    with pytest.raises(ChangedMeanwhileError, match="pia"):
        answer_gap(gap, ANSWER, "olga", working_copy=copy, journal=shop.journal, at=AT,
                   expected="")  # fmt: skip
    assert copy.read("faq/violin-repair.md") == theirs
    assert len(shop.gaps()) == 1


def test_nobody_is_told_before_it_is_answered_and_live(shop: Shop) -> None:
    shop.turn("ann", ASKED)
    gap = shop.gaps()[0]
    with pytest.raises(ShopdeskError, match="is not answered"):
        waiting_for(shop.journal, gap.id, shop.live(), AT)
    answer(shop, gap)
    with pytest.raises(ShopdeskError, match="not live"):
        waiting_for(shop.journal, gap.id, shop.live(), AT)
    hidden = {ANSWER.id: replace(ANSWER, hidden=True)}
    with pytest.raises(ShopdeskError, match="not live"):
        waiting_for(shop.journal, gap.id, hidden, AT)


def test_each_who_waits_is_told_once_and_nobody_else(shop: Shop, redis: Redis) -> None:
    redis.flushall()
    for who in ("ann", "ann", "bob", "gone", "helped", "found"):
        shop.turn(who, ASKED)
    shop.turn("web", ASKED, channel="web")
    shop.turn("old", ASKED, days=20)
    gap = shop.gaps()[0]
    answer(shop, gap)
    shop.publish()
    opened = HandOver("tg:helped", "helped", Step.OPENED, AT, "asked")
    shop.journal.write([opened, HandOver("tg:helped", "", Step.ANSWERED, AT)])
    shop.turn("found", ASKED, band=Band.CERTAIN, topic="violin-repair")
    Rights(shop.journal, MemorySessions()).forget("gone")
    sent = tell(shop.journal, redis, gap.id, shop.live(), AT)
    assert (sent.queued, sent.before) == (2, 0)
    again = tell(shop.journal, redis, gap.id, shop.live(), AT)
    assert (again.queued, again.before) == (0, 2)
    lines = [json.loads(line) for line in redis.lrange(keys.CORRECTIONS, 0, -1)]
    assert sorted(line["conversation"] for line in lines) == ["tg:ann", "tg:bob"]
    assert {line["text"] for line in lines} == {"We repair violins on Mondays."}
    assert not any(ASKED in str(line) for line in lines)


def test_of_who_is_forgotten_gaps_keep_nothing(shop: Shop, tmp_path: Path) -> None:
    planted = "Do you repair zanzibarine violins?"
    shop.turn("ann", planted)
    shop.turn("bob", ASKED)
    shop.turn("cleo", planted)
    gap = shop.gaps()[0]
    gap = replace(gap, title=planted)
    replay = answer(shop, gap).replays[0]
    rights = Rights(shop.journal, MemorySessions(), replays=shop.folder / "replays")
    assert rights.forget("ann").replays == 0
    assert replay.exists()
    assert rights.forget("cleo").replays == 1
    files = [p for p in tmp_path.rglob("*") if p.is_file() and b"zanzibarine" in p.read_bytes()]
    assert files == []
