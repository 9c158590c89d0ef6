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

    Zeros for a text in a language that the encoder does not read.
    `advance` is told of each batch how many rows it was.
    """
    encoder = encoders.encoder(key)
    texts = dict.fromkeys(row.text for row in rows)
    unread = {text for text in texts if not encoders.reads(key, text)}
    missing = [text for text in texts if text not in known and text not in unread]
    advance(len(rows) - len(missing))
    # Texts of one length together: less padding to compute.
    missing.sort(key=len)
    fresh: dict[str, Vectors] = dict.fromkeys(unread, np.zeros(encoder.size, dtype=np.float32))
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        fresh.update(zip(batch, encoder.encode(batch), strict=True))
        advance(len(batch))
    if not rows:
        return np.zeros((0, encoder.size), dtype=np.float32)
    made = [fresh[row.text] if row.text in fresh else known[row.text] for row in rows]
    return np.stack(made).astype(np.float32)
