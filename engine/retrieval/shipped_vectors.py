"""Vectors of the examples that ship with shopdesk: no shop's first start encodes them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np

from engine.retrieval.encoders import Vectors

FOLDER = Path(__file__).parent / "data" / "shipped_vectors"


def shipped_vectors(encoder: str) -> dict[str, Vectors]:
    """Vectors by text, as the encoder of this name makes them; none for one we do not ship."""
    try:
        content = io.BytesIO((FOLDER / f"{encoder}.npz").read_bytes())
        with np.load(content, allow_pickle=False) as kept:
            texts: list[str] = kept["texts"].tolist()
            return dict(zip(texts, kept["vectors"], strict=True))
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
        return {}


def ship(encoder: str, texts: list[str], vectors: Vectors) -> None:
    """Write what `shipped_vectors` reads; vectors in the order of the texts."""
    FOLDER.mkdir(exist_ok=True)
    np.savez_compressed(FOLDER / f"{encoder}.npz", texts=np.array(texts), vectors=vectors)
