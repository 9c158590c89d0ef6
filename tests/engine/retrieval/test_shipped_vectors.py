"""Vectors that ship are those the encoders make, of every example; others are simply not known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.publish import embed_groups
from engine.retrieval import shipped_vectors as shipped
from engine.retrieval.encoders import Encoders
from engine.retrieval.rows import route_rows


@pytest.fixture(scope="module")
def encoders() -> Encoders:
    return Encoders.load()


def test_every_example_of_a_route_has_its_vector(encoders: Encoders) -> None:
    for key, name in encoders.names.items():
        read = {row.text for row in route_rows() if encoders.reads(key, row.text)}
        assert read <= shipped.shipped_vectors(name).keys(), name


def test_they_are_what_the_encoder_makes(encoders: Encoders) -> None:
    for key, name in encoders.names.items():
        known = shipped.shipped_vectors(name)
        some = list(known)[::97]
        made = encoders.encoder(key).encode(some)
        np.testing.assert_allclose(np.stack([known[text] for text in some]), made, atol=2e-3)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken"])
def test_without_a_readable_file_the_examples_are_encoded(
    encoders: Encoders, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = {"entries": route_rows()[:3]}
    before = embed_groups(rows, encoders, tmp_path / "none", None)
    for name in encoders.names.values():
        (tmp_path / f"{name}.npz").write_bytes(content)
    monkeypatch.setattr(shipped, "FOLDER", tmp_path)
    after = embed_groups(rows, encoders, tmp_path / "none", None)
    for key, vectors in before["entries"].items():
        np.testing.assert_allclose(after["entries"][key], vectors, atol=2e-3)
