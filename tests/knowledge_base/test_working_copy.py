"""The working copy: all of a change or none, nothing overwritten, any text seen again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import KnowledgeError
from knowledge_base.history import UNTOLD, History
from knowledge_base.past_texts import PastTexts, digest, shared_beginning
from knowledge_base.working_copy import ChangedMeanwhileError, WorkingCopy

T0 = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ROUNDS = int(os.environ.get("SHOPDESK_TEST_KILLS", "15"))


class Clock:
    def __init__(self) -> None:
        self.now = T0

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def copy(tmp_path: Path) -> WorkingCopy:
    (tmp_path / "faq").mkdir()
    (tmp_path / "faq/a.md").write_text("first", "utf-8")
    return WorkingCopy(tmp_path, Clock())


def test_a_change_of_several_files_is_one_line_of_history(copy: WorkingCopy) -> None:
    copy.apply({"faq/a.md": "second", "faq/b.md": "new"}, by="ann", why="clearer")
    made = list(copy.history.changes())
    assert [(c.by, c.why, len(c.files)) for c in made] == [
        (UNTOLD, "as it was found", 1), ("ann", "clearer", 2),
    ]  # fmt: skip
    assert (copy.read("faq/a.md"), copy.read("faq/b.md")) == ("second", "new")


def test_what_does_not_differ_is_no_change(copy: WorkingCopy) -> None:
    assert copy.apply({"faq/a.md": "first"}, by="ann", why="") is None
    assert [c.by for c in copy.history.changes()] == [UNTOLD]


def test_the_second_of_two_editors_is_told_and_nothing_is_lost(copy: WorkingCopy) -> None:
    seen = copy.version("faq/a.md")
    copy.apply({"faq/a.md": "ann's"}, by="ann", why="", expected={"faq/a.md": seen})
    with pytest.raises(ChangedMeanwhileError) as told:
        copy.apply({"faq/a.md": "bob's"}, by="bob", why="", expected={"faq/a.md": seen})
    assert (told.value.by, told.value.present, copy.read("faq/a.md")) == ("ann", "ann's", "ann's")


def test_a_new_entry_does_not_overwrite_one_made_meanwhile(copy: WorkingCopy) -> None:
    with pytest.raises(ChangedMeanwhileError):
        copy.apply({"faq/a.md": "mine"}, by="bob", why="", expected={"faq/a.md": ""})


def test_an_edit_outside_of_shopdesk_is_seen_and_kept(copy: WorkingCopy, tmp_path: Path) -> None:
    copy.apply({"faq/a.md": "second"}, by="ann", why="")
    (tmp_path / "faq/a.md").write_text("by hand", "utf-8")
    copy.apply({"faq/a.md": "fourth"}, by="ann", why="")
    texts = [copy.texts.read(f.after) for c in copy.history.changes("faq/a.md") for f in c.files]
    assert texts == [b"first", b"second", b"by hand", b"fourth"]


def test_any_text_is_seen_as_of_any_moment(copy: WorkingCopy) -> None:
    for number in range(5):
        copy.apply({"faq/a.md": f"text {number}"}, by="ann", why="")
    copy.apply({"faq/a.md": None}, by="ann", why="gone")
    moments = [c.at for c in copy.history.changes("faq/a.md")]
    seen = [copy.history.of_file_at("faq/a.md", at) for at in moments]
    assert [copy.texts.read(sha).decode() if sha else "" for sha in seen if sha is not None] == [
        "first", *(f"text {number}" for number in range(5)), "",
    ]  # fmt: skip


@pytest.mark.parametrize("file", ["../x.md", "/etc/x", "faq/../../x.md", "faq/x/y.md", "x.py",
                                  "faq/a.txt", ".history/log.jsonl"])  # fmt: skip
def test_no_file_outside_a_shop_is_written(copy: WorkingCopy, file: str) -> None:
    with pytest.raises(KnowledgeError):
        copy.apply({file: "x"}, by="ann", why="")


def test_what_stood_in_the_orders_is_not_kept(copy: WorkingCopy, tmp_path: Path) -> None:
    copy.apply({"orders.csv": "number,email\n1,eve@example.com\n"}, by="ann", why="")
    copy.apply({"orders.csv": "number,email\n"}, by="ann", why="")
    held = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(b"eve@" in content for content in held)
    assert [c.why for c in copy.history.changes("orders.csv")] == ["", ""]


def test_an_edit_of_a_big_catalogue_takes_little_room(tmp_path: Path) -> None:
    rows = [f"p{n},Lamp {n},{n * 7 % 1000}.00,{digest(str(n).encode())}" for n in range(20_000)]
    copy = WorkingCopy(tmp_path)
    copy.apply({"catalogue.csv": "\n".join(rows)}, by="ann", why="")
    before = _size(tmp_path / ".history")
    for number in range(60):
        rows[number * 300] = f"p{number},Lamp,1.00"
        copy.apply({"catalogue.csv": "\n".join(rows)}, by="ann", why="")
    assert copy.texts.read(copy.version("catalogue.csv")) == "\n".join(rows).encode()
    # Once in forty it is kept whole again.
    assert _size(tmp_path / ".history") < 2.2 * before


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_a_changed_earlier_text_is_told_and_not_passed_on(copy: WorkingCopy) -> None:
    copy.apply({"faq/a.md": "second"}, by="ann", why="")
    name = copy.version("faq/a.md")
    path = copy.folder / ".history/texts" / name[:2] / name
    path.write_bytes(path.read_bytes()[:-2])
    with pytest.raises(KnowledgeError, match="earlier text"):
        copy.texts.read(name)


def test_a_lost_state_file_loses_no_history(copy: WorkingCopy, tmp_path: Path) -> None:
    copy.apply({"faq/a.md": "second"}, by="ann", why="")
    (tmp_path / ".history/state.json").unlink()
    copy.apply({"faq/a.md": "third"}, by="ann", why="")
    assert [c.by for c in copy.history.changes()] == [UNTOLD, "ann", "ann"]


def test_looking_at_a_shop_creates_nothing(tmp_path: Path) -> None:
    with WorkingCopy(tmp_path).still():
        pass
    assert list(tmp_path.iterdir()) == []


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_the_shared_beginning_is_the_longest(one: bytes, other: bytes) -> None:
    length = shared_beginning(one, other)
    assert one[:length] == other[:length]
    assert length == min(len(one), len(other)) or one[length] != other[length]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 99_999), min_size=1, max_size=5))
def test_every_text_of_a_chain_of_edits_is_read_back(places: list[int]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        texts, text, like, kept = (
            PastTexts(Path(folder), Path(folder) / "scratch"),
            b"x" * 100_000,
            "",
            {},
        )
        for place in places:
            text = text[:place] + b"changed" + text[place + 3 :]
            like = texts.keep(text, like)
            kept[like] = text
        assert {name: texts.read(name) for name in kept} == kept


WRITER = """
import sys
from pathlib import Path
from knowledge_base.working_copy import WorkingCopy
copy = WorkingCopy(Path(sys.argv[1]))
number = int(sys.argv[2])
print("ready", flush=True)
while True:
    number += 1
    text = f"{number}\\n" * 3000
    files = {f"faq/e{n}.md": text for n in range(4)} | {"orders.csv": text, "catalogue.csv": text}
    copy.apply(files, by="writer", why=str(number))
"""


def _killed_writer(folder: Path, begin: int, after_s: float) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(begin)], stdout=subprocess.PIPE
    )
    assert writer.stdout
    writer.stdout.readline()
    time.sleep(after_s)
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    writer.stdout.close()


@pytest.mark.kill
def test_a_killed_save_leaves_every_file_of_the_old_or_of_the_new_change(tmp_path: Path) -> None:
    numbers: list[int] = []
    for round_ in range(ROUNDS):
        _killed_writer(tmp_path, (numbers or [0])[-1], 0.002 * (round_ % 25))
        copy = WorkingCopy(tmp_path)
        with copy.still():
            texts = {path.read_bytes() for path in [*tmp_path.glob("faq/*"),
                     *tmp_path.glob("*.csv")]}  # fmt: skip
        assert len(texts) <= 1
        numbers += [int(text.split(b"\n")[0]) for text in texts]
        last = History(tmp_path).last()
        assert last is None or int(last.why) == numbers[-1]
    assert numbers[-1] > 3
    assert not list((tmp_path / ".history").glob("pending/*"))


def test_two_processes_write_in_turn(tmp_path: Path) -> None:
    code = ("import sys; from pathlib import Path\n"
            "from knowledge_base.working_copy import WorkingCopy\n"
            "for n in range(20): WorkingCopy(Path(sys.argv[1])).apply("
            "{f'faq/{sys.argv[2]}{n}.md': 'x'}, by=sys.argv[2], why='')")  # fmt: skip
    both: list[subprocess.Popen[bytes]] = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name]) for name in "ab"
    ]
    assert [process.wait(60) for process in both] == [0, 0]
    assert [change.id for change in History(tmp_path).changes()] == list(range(1, 41))


def test_a_line_cut_short_by_a_crash_is_no_change(
    copy: WorkingCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy.apply({"faq/a.md": "second"}, by="ann", why="")
    with copy.history.path.open("ab") as log:
        log.write(b'{"id": 99, "at": "2026-')
    copy.apply({"faq/a.md": "third"}, by="ann", why="")
    assert [change.id for change in copy.history.changes()] == [1, 2, 3]
