"""Products' titles as content vectors, all of one encoder."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from engine.retrieval.encoders import Encoders

AT_ONCE = 512


def title_vectors(
    titles: Sequence[str],
    encoders: Encoders,
    told: Callable[[str, int, int], None] = lambda what, done, whole: None,
) -> Tensor | None:
    """(products, size) unit vectors, zeros where there is no title; None where none has any.

    The English encoder reads them where most are plain ASCII.
    """
    # In capitals a word is another word to an encoder that tells them apart.
    texts = [title.lower() if title.isupper() else title for title in titles]
    # Titles of like length are read together: less padding.
    chosen = sorted((i for i, text in enumerate(texts) if text), key=lambda i: len(texts[i]))
    if not chosen:
        return None
    english = 2 * sum(texts[i].isascii() for i in chosen) > len(chosen)
    encoder = encoders.encoder(encoders.key("en" if english else "other"))
    found = np.zeros((len(texts), encoder.size), dtype=np.float32)
    for start in range(0, len(chosen), AT_ONCE):
        part = chosen[start : start + AT_ONCE]
        found[part] = encoder.encode([texts[i] for i in part])
        told("reading titles", start + len(part), len(chosen))
    return torch.from_numpy(found)
