"""Vectors of rows, each text encoded once, those already known not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from engine.retrieval.encoders import BATCH, Encoders, Vectors
from engine.retrieval.index import Row


def embed(
    rows: Sequence[Row],
    key: str,
    encoders: Encoders,
    known: Mapping[str, Vectors],
    advance: Callable[[int], object] = lambda _: None,
) -> Vectors:
    """Vectors of rows by the encoder of a key; `known` texts are not embedded again.

    `advance` is told of each batch how many rows it was.
    """
    encoder = encoders.encoder(key)
    missing = list(dict.fromkeys(row.text for row in rows if row.text not in known))
    advance(len(rows) - len(missing))
    # Texts of one length together: less padding to compute.
    missing.sort(key=len)
    fresh: dict[str, Vectors] = {}
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        fresh.update(zip(batch, encoder.encode(batch), strict=True))
        advance(len(batch))
    texts = [fresh[row.text] if row.text in fresh else known[row.text] for row in rows]
    if not texts:
        return np.zeros((0, encoder.size), dtype=np.float32)
    return np.stack(texts).astype(np.float32)
