"""Keys: made once, private, never half-written, damage told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.errors import SettingsError, StoreError
from engine.key_file import KEY_BYTES, read_key


def read(path: Path) -> bytes:
    return read_key(path, lost="all become strangers")


def test_a_key_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "home" / "some.key"
    assert read(path) == read(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["some.key"]


def test_processes_starting_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: read(tmp_path / "some.key"), range(16)))
    assert len(keys) == 1


def test_a_key_cut_short_is_told_with_what_hangs_on_it(tmp_path: Path) -> None:
    path = tmp_path / "some.key"
    path.write_bytes(b"short")
    path.chmod(0o600)
    with pytest.raises(SettingsError, match="cut short") as told:
        read(path)
    assert "all become strangers" in told.value.mend


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "some.key"
    path.write_bytes(b"k" * KEY_BYTES)
    path.chmod(0o644)
    with pytest.raises(SettingsError, match="others can read"):
        read(path)


def test_a_home_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(StoreError, match="cannot use the key"):
        read(tmp_path / "home" / "some.key")
