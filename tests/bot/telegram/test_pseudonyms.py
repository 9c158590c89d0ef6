"""Pseudonyms and their key."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.telegram.pseudonyms import KEY_FILE, Pseudonyms
from engine.errors import StoreError


def test_the_key_is_private_and_kept(tmp_path: Path) -> None:
    name = Pseudonyms.open(tmp_path).shopper(5)
    assert Pseudonyms.open(tmp_path).shopper(5) == name
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert name != "5"
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


def test_processes_starting_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        names = set(pool.map(lambda _: Pseudonyms.open(tmp_path).shopper(5), range(16)))
    assert len(names) == 1


def test_a_key_cut_short_is_told(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_bytes(b"short")
    with pytest.raises(StoreError, match="cut short"):
        Pseudonyms.open(tmp_path)


def test_another_key_gives_other_names() -> None:
    assert Pseudonyms(b"a" * 32).shopper(5) != Pseudonyms(b"b" * 32).shopper(5)
