"""What the spool was given is there after a kill, in order and once; drained, it is nowhere."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.spool import RESERVE_BYTES, SPOOL_FILE, Spool

WORDS = st.text(max_size=40)


def drained(spool: Spool) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    spool.drain(lambda lines: found.extend(lines))
    return found


@given(st.lists(st.lists(WORDS, max_size=4), max_size=4))
def test_lines_come_out_as_they_went_in_and_once(rounds: list[list[str]]) -> None:
    with TemporaryDirectory() as folder:
        spool = Spool(Path(folder))
        for words in rounds:
            for word in words:
                spool.add({"word": word})
            assert spool.has_lines() == bool(words)
            assert [line["word"] for line in drained(spool)] == words
            assert drained(spool) == []
        spool.close()


def test_room_is_set_aside_and_no_byte_is_left_of_what_was_drained(tmp_path: Path) -> None:
    spool, path = Spool(tmp_path), tmp_path / SPOOL_FILE
    assert path.stat().st_size == RESERVE_BYTES
    assert path.stat().st_blocks * 512 >= RESERVE_BYTES
    assert path.stat().st_mode & 0o777 == 0o600
    for number in range(100):
        spool.add({"word": "zanzibarine", "number": number})
    assert path.stat().st_size == RESERVE_BYTES
    assert len(drained(spool)) == 100
    assert path.read_bytes() == b"\0" * RESERVE_BYTES
    spool.close()


def test_what_cannot_be_written_stays(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.add({"word": "a"})

    def fails(lines: object) -> None:
        raise ValueError

    with pytest.raises(ValueError):
        spool.drain(fails)
    spool.close()
    again = Spool(tmp_path)
    assert drained(again) == [{"word": "a"}]
    again.close()


def test_more_than_was_set_aside_fits_too(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for number in range(5):
        spool.add({"word": "x" * 1_000_000, "number": number})
    assert [line["number"] for line in drained(spool)] == [0, 1, 2, 3, 4]
    assert (tmp_path / SPOOL_FILE).stat().st_size == RESERVE_BYTES
    spool.close()


def test_a_line_cut_short_by_a_kill_is_left_out_and_written_over(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.add({"word": "whole"})
    with (tmp_path / SPOOL_FILE).open("r+b") as file:
        file.seek(len(b'{"word":"whole"}\n'))
        file.write(b'{"word":"cut')
    spool.add({"word": "b"})
    assert drained(spool) == [{"word": "whole"}, {"word": "b"}]
    assert (tmp_path / SPOOL_FILE).read_bytes().strip(b"\0") == b""
    spool.close()


WRITER = """
import sys
from pathlib import Path
from engine.spool import Spool
spool = Spool(Path(sys.argv[1]))
number = 0
while True:
    spool.add({"who": sys.argv[2], "number": number})
    print(number, flush=True)
    number += 1
"""


def test_lines_of_killed_processes_are_all_there(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), name], stdout=subprocess.PIPE, text=True
        )
        for name in "ab"
    ]
    said = {}
    for name, writer in zip("ab", writers, strict=True):
        assert writer.stdout is not None
        for _ in range(20):
            said[name] = int(writer.stdout.readline())
    for writer in writers:
        os.kill(writer.pid, signal.SIGKILL)
        rest, _ = writer.communicate()
        assert writer.returncode == -signal.SIGKILL
        if rest:
            name = "ab"[writers.index(writer)]
            said[name] = max(said[name], *(int(n) for n in rest.split() if n))
    spool = Spool(tmp_path)
    lines = drained(spool)
    for name, last in said.items():
        kept = [line["number"] for line in lines if line["who"] == name]
        assert kept == list(range(len(kept)))
        assert len(kept) > last
    spool.close()
