"""Snapshots: immutable, named by content, verified before use, never half-written."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from engine.errors import KnowledgeError, SnapshotError
from engine.publish import build_snapshot, publish
from engine.retrieval.encoders import Encoders, UniversalEncoder, Vectors
from engine.retrieval.snapshot import read_live, read_snapshot
from knowledge_base.store import EMPTY_SHOP, copy_shop


class CountingEncoder(UniversalEncoder):
    """The real multilingual encoder, counting the texts it is given."""

    def __init__(self) -> None:
        super().__init__(threads=1)
        self.texts = 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.texts += len(texts)
        return super().encode(texts)


@pytest.fixture(scope="module")
def encoder() -> CountingEncoder:
    return CountingEncoder()


@pytest.fixture
def encoders(encoder: CountingEncoder) -> Encoders:
    return Encoders({"other": encoder})


@pytest.fixture
def shop_folder(tmp_path: Path) -> Path:
    copy_shop(EMPTY_SHOP, tmp_path / "shop")
    return tmp_path / "shop"


def test_the_same_files_have_the_same_name_and_other_files_another(
    shop_folder: Path, tmp_path: Path, encoders: Encoders
) -> None:
    first = build_snapshot(shop_folder, tmp_path / "a", encoders)
    again = build_snapshot(shop_folder, tmp_path / "b", encoders)
    entry = shop_folder / "faq" / "contact.md"
    entry.write_text(entry.read_text("utf-8").replace("care@", "help@"), "utf-8")
    assert first == again != build_snapshot(shop_folder, tmp_path / "a", encoders)


def test_only_changed_rows_are_embedded_again(
    shop_folder: Path, tmp_path: Path, encoders: Encoders, encoder: CountingEncoder
) -> None:
    home = tmp_path / "home"
    publish(shop_folder, home, encoders)
    entry = shop_folder / "faq" / "contact.md"
    text = entry.read_text("utf-8")
    entry.write_text(text.replace("How can I reach you?", "How do I write to you?"), "utf-8")
    encoder.texts = 0
    publish(shop_folder, home, encoders)
    assert encoder.texts == 1


def test_a_snapshot_keeps_the_files_it_was_built_from(
    shop_folder: Path, tmp_path: Path, encoders: Encoders
) -> None:
    home = tmp_path / "home"
    name = publish(shop_folder, home, encoders)
    kept = home / "snapshots" / name / "knowledge" / "faq" / "contact.md"
    assert kept.read_text("utf-8") == (shop_folder / "faq" / "contact.md").read_text("utf-8")


def test_a_broken_shop_leaves_the_live_snapshot_in_place(
    shop_folder: Path, tmp_path: Path, encoders: Encoders
) -> None:
    home = tmp_path / "home"
    name = publish(shop_folder, home, encoders)
    (shop_folder / "faq" / "contact.md").write_text("broken", "utf-8")
    with pytest.raises(KnowledgeError):
        publish(shop_folder, home, encoders)
    assert read_live(home) == name
    assert [p.name for p in (home / "snapshots").iterdir()] == [name]


@pytest.mark.parametrize("damage", ["cut", "altered", "missing", "manifest", "pickle"])
def test_a_damaged_snapshot_is_refused_with_a_mend(
    shop_folder: Path, tmp_path: Path, encoders: Encoders, damage: str
) -> None:
    home = tmp_path / "home"
    folder = home / "snapshots" / publish(shop_folder, home, encoders)
    vectors = folder / "entries-other.npy"
    if damage == "cut":
        vectors.write_bytes(vectors.read_bytes()[:-100])
    elif damage == "altered":
        data = bytearray(vectors.read_bytes())
        data[-1] ^= 1
        vectors.write_bytes(bytes(data))
    elif damage == "missing":
        vectors.unlink()
    elif damage == "manifest":
        (folder / "manifest.json").write_text("{")
    else:
        np.save(vectors, np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(SnapshotError, match="kb publish"):
        read_snapshot(folder, encoders.names)


def test_a_snapshot_of_other_encoders_or_another_version_is_refused(
    shop_folder: Path, tmp_path: Path, encoders: Encoders
) -> None:
    home = tmp_path / "home"
    folder = home / "snapshots" / publish(shop_folder, home, encoders)
    with pytest.raises(SnapshotError, match="other encoders"):
        read_snapshot(folder, {"other": "another-model"})
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["built_with"]["format"] = 999
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(SnapshotError, match="other format"):
        read_snapshot(folder, encoders.names)


def test_a_copied_snapshot_reads_the_same(
    shop_folder: Path, tmp_path: Path, encoders: Encoders
) -> None:
    home = tmp_path / "home"
    folder = home / "snapshots" / publish(shop_folder, home, encoders)
    moved = tmp_path / "elsewhere" / folder.name
    shutil.copytree(folder, moved)
    one, two = (read_snapshot(f, encoders.names) for f in (folder, moved))
    assert np.array_equal(one.vectors["entries"]["other"], two.vectors["entries"]["other"])
