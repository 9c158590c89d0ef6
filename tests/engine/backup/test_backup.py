"""A backup of a home at work, restored elsewhere, answers and remembers the same."""

from __future__ import annotations

import shutil
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.backup.archive import Archive
from engine.errors import BackupError
from engine.journal import Journal
from engine.journal_tables import turns
from engine.key_file import read_key
from engine.live import LiveAssistant
from engine.pseudonyms import Pseudonymizer
from engine.spool import Spool
from engine.valkey import connect
from knowledge_base.history import History
from knowledge_base.working_copy import WorkingCopy
from tests.engine.backup.homes import (
    AT,
    Counter,
    back_up,
    bring_back,
    counter,
    keys,
    rows,
    settings_of,
)

QUESTIONS = ("how much is shipping to germany?", "a blue desk lamp under 60 euro", "多高？",
             "where is my order JJ-10001?", "is it machine washable?", "and in green?")  # fmt: skip


@pytest.fixture(scope="module")
def lived_in(
    tmp_path_factory: pytest.TempPathFactory, shop: LiveAssistant
) -> Iterator[tuple[Path, Path, list[str]]]:
    """A home of the demo shop after some turns, its backup, and what it says afterwards."""
    folder = tmp_path_factory.mktemp("lived")
    settings = settings_of(folder / "home")
    # The demo shop is built already.
    shutil.copytree(shop.home / "snapshots", settings.home / "snapshots")
    shutil.copyfile(shop.home / "live", settings.home / "live")
    with counter(settings, shop.encoders) as desk:
        for number, text in enumerate(QUESTIONS[:3]):
            desk.say(number, text)
        copy = WorkingCopy(settings.home / "shop", lambda: AT)
        copy.apply({"faq/new.md": None, "shop.yaml": copy.read("shop.yaml") or ""}, by="a", why="b")
        copy.note_untold()
        back_up(settings, folder / "b.zip")
        after = [desk.say(10 + n, text) for n, text in enumerate(QUESTIONS[3:])]
        after.append(desk.say(20, action="mydata:"))
    yield settings.home, folder / "b.zip", after


def test_a_restored_home_answers_byte_for_byte_and_goes_on(
    lived_in: tuple[Path, Path, list[str]], shop: LiveAssistant, tmp_path: Path
) -> None:
    _, backup, after = lived_in
    settings = settings_of(tmp_path / "other")
    done = bring_back(settings, backup)
    with counter(settings, shop.encoders) as desk:
        said = [desk.say(10 + n, text) for n, text in enumerate(QUESTIONS[3:])]
        said.append(desk.say(20, action="mydata:"))
    assert said == after
    assert done.live and done.live in after[0]
    assert [name for name, _ in rows(settings)].count("turns") == 3 + len(said)
    assert done.aside is None


def test_keys_history_and_modes_come_back(tmp_path: Path) -> None:
    settings, other = settings_of(tmp_path / "h"), settings_of(tmp_path / "o")
    with counter(settings):
        copy = WorkingCopy(settings.home / "shop", lambda: AT)
        copy.note_untold()
        copy.apply({"reviews.csv": None}, by="ann", why="none are true")
        back_up(settings, tmp_path / "b.zip")
    bring_back(other, tmp_path / "b.zip")
    names = Pseudonymizer.open(other.home), Pseudonymizer.open(settings.home)
    assert names[0].shopper_pseudonym("a@b.c") == names[1].shopper_pseudonym("a@b.c")
    key = read_key(settings.home / "link.key", lost="")
    assert read_key(other.home / "link.key", lost="") == key
    was, now = History(settings.home / "shop").last(), History(other.home / "shop").last()
    assert was is not None and was.by == "ann" and now == was
    WorkingCopy(other.home / "shop").note_untold()
    assert History(other.home / "shop").last() == was
    text = WorkingCopy(other.home / "shop").texts.read(was.files[0].before)
    assert text.startswith(b"id,product")
    assert stat.S_IMODE((tmp_path / "b.zip").stat().st_mode) == 0o600
    assert stat.S_IMODE(other.home.stat().st_mode) == 0o700


def test_rows_and_keys_are_equal_and_nothing_of_running_processes_is_taken(tmp_path: Path) -> None:
    settings, other = settings_of(tmp_path / "h"), settings_of(tmp_path / "o")
    with counter(settings) as desk:
        for number in range(5):
            desk.say(number, f"hello {number}")
        with connect(settings) as redis:
            redis.set("shopdesk:tg:lease", "gone", px=6000)
            redis.xadd("shopdesk:turns", {"c": "1"}, id="5-1")
            redis.xgroup_create("shopdesk:turns", "engines", id="0")
            redis.xreadgroup("engines", "one", {"shopdesk:turns": ">"})
        spool = Spool(settings.home)
        spool.add({"kind": "not known here"})
        (settings.home / "run.log").write_text("noise")
        back_up(settings, tmp_path / "b.zip")
        with connect(settings) as redis:
            redis.delete("shopdesk:tg:lease")
        expected = keys(settings)
    bring_back(other, tmp_path / "b.zip")
    with counter(other):
        found = keys(other)
    assert _aged(found) == _aged(expected) and b"shopdesk:turns" in expected
    assert rows(other) == rows(settings) != []
    with closing(Spool(other.home)) as copied:
        assert copied.peek() == spool.peek() != b""
    with Archive(tmp_path / "b.zip") as archive:
        names = {Path(name).name for name in archive.members}
        assert not names & {"run.log", "valkey.log", "run.lock", "lock", ".live.lock"}


def _aged(found: dict[bytes, Any]) -> dict[bytes, Any]:
    """Without how long ago a pending item was given out, which goes on meanwhile."""
    pending = found[b"shopdesk:turns"][1][1][0]
    for one in pending:
        assert one.pop("time_since_delivered") < 60_000
    return found


def test_of_turns_written_meanwhile_at_most_the_one_under_way_is_missing(tmp_path: Path) -> None:
    settings, other = settings_of(tmp_path / "h"), settings_of(tmp_path / "o")
    stop = threading.Event()

    def talk(desk: Counter) -> None:
        number = 0
        while not stop.is_set():
            desk.say(number, f"hello {number}")
            number += 1

    with counter(settings) as desk:
        desk.say(10_000, "first")
        thread = threading.Thread(target=talk, args=(desk,))
        thread.start()
        for number in range(3):
            back_up(settings, tmp_path / f"{number}.zip")
        stop.set()
        thread.join()
    bring_back(other, tmp_path / "2.zip")
    copied, all_rows = rows(other), rows(settings)
    assert 1 < len(copied) <= len(all_rows) and copied == all_rows[: len(copied)]
    # The journal is taken later than the session: only the turn under way between its two
    # writes, of which this desk keeps no message, may be in the one and not in the other.
    with counter(other) as desk:
        nth = int(desk.say(20_000, "last").partition("number ")[2].partition(".")[0])
    assert nth - 1 <= len(copied) + 1


@pytest.mark.parametrize("kinds", ["file to database", "database to file"])
def test_a_journal_moves_between_kinds(tmp_path: Path, database_url: str, kinds: str) -> None:
    plain = settings_of(tmp_path / "h")
    with counter(plain) as desk:
        desk.say(1, "one")
        desk.say(2, "two")
    given = replace(settings_of(tmp_path / "o"), database_url=database_url)
    back_up(plain, tmp_path / "b.zip")
    assert bring_back(given, tmp_path / "b.zip").rows == 2
    assert rows(given) == rows(plain)
    if kinds == "file to database":
        with counter(given) as desk:
            desk.say(3, "three")
        assert [row["number"] for name, row in rows(given) if name == turns.name] == [1, 2, 3]
        return
    back_up(given, tmp_path / "c.zip")
    back = settings_of(tmp_path / "back")
    assert bring_back(back, tmp_path / "c.zip").rows == 2
    assert rows(back) == rows(plain)


def test_a_database_or_redis_in_use_is_never_written_over(
    tmp_path: Path, store_url: str, database_url: str
) -> None:
    plain = settings_of(tmp_path / "h")
    with counter(plain) as desk:
        desk.say(1, "one")
    back_up(plain, tmp_path / "b.zip")
    with closing(Journal(database_url)) as journal, journal.begin() as connection:
        connection.execute(turns.insert().values(rows(plain)[0][1]))
    used = replace(settings_of(tmp_path / "o"), database_url=database_url)
    with pytest.raises(BackupError, match="has a journal already"):
        bring_back(used, tmp_path / "b.zip")
    shared = replace(settings_of(tmp_path / "o"), redis_url=store_url)
    with connect(shared) as redis:
        redis.flushall()
        redis.set("shopdesk:fence", "9")
        with pytest.raises(BackupError, match="conversations of a shopdesk already"):
            bring_back(shared, tmp_path / "b.zip", replace_home=True)
        assert redis.get("shopdesk:fence") == "9"
        redis.flushall()
        redis.set("others:key", "9")
        done = bring_back(shared, tmp_path / "b.zip")
        assert done.keys and redis.get("others:key") == "9"
        assert redis.exists("shopdesk:session:telegram:7")
    assert not (tmp_path / "o" / "valkey").exists()
