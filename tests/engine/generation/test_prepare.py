"""Preparing the default model: verified, atomic, taken up again."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from engine.errors import ModelError
from engine.generation.gguf_parts import assemble
from engine.generation.prepare import MANIFEST, _publish, is_complete, prepare_default_model
from engine.settings import Settings


@pytest.fixture
def parts(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"part{n}" for n in range(3)]
    for number, path in enumerate(paths):
        path.write_bytes(bytes([number]) * 100_000)
    return paths


def whole(parts: list[Path]) -> str:
    return hashlib.sha256(b"".join(p.read_bytes() for p in parts)).hexdigest()


def test_parts_are_joined_in_order(parts: list[Path], tmp_path: Path) -> None:
    digest = whole(parts)
    joined = assemble(parts, tmp_path / "model.gguf", sha256=digest)
    assert hashlib.sha256(joined.read_bytes()).hexdigest() == digest


def test_a_part_cut_short_is_refused_and_leaves_nothing(parts: list[Path], tmp_path: Path) -> None:
    digest = whole(parts)
    parts[1].write_bytes(parts[1].read_bytes()[:-1])
    with pytest.raises(ModelError, match="cut short") as caught:
        assemble(parts, tmp_path / "model.gguf", sha256=digest)
    assert "pip install" in caught.value.mend
    assert not list(tmp_path.glob("model.*"))


def test_a_joined_file_cut_short_is_joined_again(parts: list[Path], tmp_path: Path) -> None:
    digest = whole(parts)
    target = tmp_path / "model.gguf"
    target.write_bytes(b"half")
    assert assemble(parts, target, sha256=digest).stat().st_size == 300_000


def test_a_killed_preparation_leaves_no_complete_folder(tmp_path: Path) -> None:
    def killed(work: Path) -> None:
        (work / "model.safetensors").write_bytes(b"half")
        raise KeyboardInterrupt

    folder = tmp_path / "model"
    with pytest.raises(KeyboardInterrupt):
        _publish(folder, killed)
    assert not is_complete(folder)
    _publish(folder, lambda work: (work / "model.safetensors").write_bytes(b"whole"))  # type: ignore[arg-type]
    assert is_complete(folder)


def test_a_prepared_file_cut_short_is_noticed(tmp_path: Path) -> None:
    folder = _publish(tmp_path / "m", lambda work: (work / "w").write_bytes(b"whole"))  # type: ignore[arg-type]
    assert json.loads((folder / MANIFEST).read_text())["bytes"] == {"w": 5}
    (folder / "w").write_bytes(b"who")
    assert not is_complete(folder)


def test_a_cache_that_is_a_file_is_a_model_error(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("in the way")
    settings = Settings.load({"SHOPDESK_CACHE": str(tmp_path / "cache")}, tmp_path / "none.env")
    with pytest.raises(ModelError, match="cannot be written"):
        prepare_default_model(settings, progress=False)


@pytest.mark.model
def test_the_real_model_is_prepared_once(tmp_path: Path) -> None:
    settings = Settings.load({"SHOPDESK_CACHE": str(tmp_path)}, tmp_path / "none.env")
    folder = prepare_default_model(settings, progress=False)
    assert is_complete(folder)
    before = (folder / "model.safetensors").stat().st_mtime_ns
    assert prepare_default_model(settings, progress=False) == folder
    assert (folder / "model.safetensors").stat().st_mtime_ns == before
