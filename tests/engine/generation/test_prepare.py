"""Preparing the default model: verified, atomic, taken up again."""

from __future__ import annotations

import hashlib
import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.errors import ModelError
from engine.generation.gguf_parts import GGUF_SHA256, assemble
from engine.generation.merge import CONFIG, WEIGHTS, shipped_adapter
from engine.generation.prepare import _folder_name, prepare_default_model, prepared_model
from engine.model_cache import MANIFEST, is_complete, publish_folder
from engine.settings import Settings
from tests.engine.generation.first_preparation import FirstPreparation


@contextmanager
def file_size_limit(most: int) -> Iterator[None]:
    """Writing past `most` bytes fails, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


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
        publish_folder(folder, killed)
    assert not is_complete(folder)
    publish_folder(folder, lambda work: (work / "model.safetensors").write_bytes(b"whole"))
    assert is_complete(folder)


def test_a_prepared_file_cut_short_is_noticed(tmp_path: Path) -> None:
    folder = publish_folder(tmp_path / "m", lambda work: (work / "w").write_bytes(b"whole"))
    assert json.loads((folder / MANIFEST).read_text())["bytes"] == {"w": 5}
    (folder / "w").write_bytes(b"who")
    assert not is_complete(folder)


def test_a_cache_that_is_a_file_is_a_model_error(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("in the way")
    settings = Settings.load({"SHOPDESK_CACHE": str(tmp_path / "cache")}, tmp_path / "none.env")
    with pytest.raises(ModelError, match="cannot be written"):
        prepare_default_model(settings, progress=False)


def test_a_joined_file_that_is_good_is_kept(parts: list[Path], tmp_path: Path) -> None:
    digest = whole(parts)
    target = assemble(parts, tmp_path / "model.gguf", sha256=digest)
    before = target.stat().st_mtime_ns
    assert assemble(parts, target, sha256=digest).stat().st_mtime_ns == before


def test_a_full_disk_while_joining_leaves_nothing(parts: list[Path], tmp_path: Path) -> None:
    with file_size_limit(150_000), pytest.raises(OSError, match="too large"):
        assemble(parts, tmp_path / "model.gguf", sha256=whole(parts))
    assert not list(tmp_path.glob("model.*"))


def test_a_full_disk_while_converting_leaves_nothing(tmp_path: Path) -> None:
    import numpy as np
    from safetensors.numpy import save_file

    def fill(work: Path) -> None:
        save_file({"weights": np.zeros(200_000, np.float32)}, work / "model.safetensors")

    with file_size_limit(100_000), pytest.raises(ModelError, match="not be written") as caught:
        publish_folder(tmp_path / "m", fill)
    assert "SHOPDESK_CACHE" in caught.value.mend
    assert list(tmp_path.iterdir()) == []
    assert is_complete(publish_folder(tmp_path / "m", fill))


def test_the_prepared_folder_is_named_by_model_and_adapter(tmp_path: Path) -> None:
    def adapter(name: str, weights: bytes, config: bytes) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        (folder / WEIGHTS).write_bytes(weights)
        (folder / CONFIG).write_bytes(config)
        return folder

    one, same = adapter("a", b"w", b"c"), adapter("b", b"w", b"c")
    assert _folder_name(one) == _folder_name(same)
    others = {None, adapter("c", b"W", b"c"), adapter("d", b"w", b"C"), one}
    names = {_folder_name(other) for other in others}
    assert len(names) == 4
    assert all(name.startswith(f"gemma-3-270m-{GGUF_SHA256[:12]}") for name in names)


def test_a_prepared_model_of_the_shipped_adapter_is_taken_as_it_is(tmp_path: Path) -> None:
    settings = Settings.load({"SHOPDESK_CACHE": str(tmp_path)}, tmp_path / "none.env")
    assert prepared_model(settings) is None
    (tmp_path / "models").mkdir()
    ready = publish_folder(
        tmp_path / "models" / _folder_name(shipped_adapter()),
        lambda work: (work / "w").write_bytes(b"whole"),
    )
    assert prepare_default_model(settings, progress=False) == prepared_model(settings) == ready


@pytest.mark.kill
@pytest.mark.model
def test_killed_while_it_converts_it_is_taken_up_again_and_then_kept(
    first_preparation: FirstPreparation,
) -> None:
    folder, models = first_preparation.folder, first_preparation.folder.parent
    assert is_complete(folder)
    before = (folder / "model.safetensors").stat().st_mtime_ns
    settings = Settings.load({"SHOPDESK_CACHE": str(models.parent)}, Path("no-env-file"))
    assert prepare_default_model(settings, progress=False) == folder
    assert (folder / "model.safetensors").stat().st_mtime_ns == before
    if not first_preparation.killed:
        pytest.skip("the model was prepared before: only a new machine is killed while it converts")
    assert first_preparation.joined_was_kept
    assert not list(models.glob(".*.partial"))
