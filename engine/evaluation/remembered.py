"""Encoders that read each text once: shops that differ little are asked the same questions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.retrieval.encoders import Encoder, Encoders, KnowsWords, Vectors


class RememberedEncoder:
    """An encoder whose vectors are all kept."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, Vectors] = {}
        self.name, self.size = encoder.name, encoder.size

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (texts, size), float32."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        if missing:
            self._known.update(zip(missing, self._encoder.encode(missing), strict=True))
        if not texts:
            return np.zeros((0, self.size), dtype=np.float32)
        return np.stack([self._known[text] for text in texts])

    def whole_words(self) -> frozenset[str]:
        """Words the tokenizer knows whole, where it lists any."""
        encoder = self._encoder
        return encoder.whole_words() if isinstance(encoder, KnowsWords) else frozenset()


def remembered(encoders: Encoders) -> Encoders:
    """The same encoders, reading each text once."""
    made = {id(one): RememberedEncoder(one) for one in encoders.by_language.values()}
    return Encoders(
        {key: made[id(one)] for key, one in encoders.by_language.items()},
        lambda: encoders.reranker,
    )
