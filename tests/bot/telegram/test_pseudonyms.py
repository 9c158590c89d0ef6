"""Pseudonyms and their key."""

from __future__ import annotations

from pathlib import Path

from bot.telegram.pseudonyms import KEY_FILE, Pseudonyms


def test_the_key_is_private_and_kept(tmp_path: Path) -> None:
    name = Pseudonyms.open(tmp_path).shopper(5)
    assert Pseudonyms.open(tmp_path).shopper(5) == name
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert name != "5"
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


def test_another_key_gives_other_names() -> None:
    assert Pseudonyms(b"a" * 32).shopper(5) != Pseudonyms(b"b" * 32).shopper(5)
