"""Encodes what conversations played side by side ask, in one batch for all of them."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from engine.retrieval.encoders import Encoders, Vectors

BATCH = 32


class TogetherEncoders(Encoders):
    """Waits until each of the conversations wants something, then encodes all of it.

    Which texts share a batch depends on the conversations alone, never on the clock: so do the
    last digits of the vectors.
    """

    def __init__(self, encoders: Encoders) -> None:
        """With the models of `encoders`."""
        super().__init__(encoders.by_language, encoders.find_reranker)
        self._all = threading.Condition()
        self._players = self._waiting = self._round = 0
        self._wanted: set[tuple[str, str]] = set()
        self._known: dict[tuple[str, str], Vectors] = {}
        self._failure: Exception | None = None

    def begin(self, players: int) -> None:
        """So many conversations begin, each in a thread of its own; nothing is known before."""
        with self._all:
            self._players = players
            self._known.clear()

    def leave(self) -> None:
        """A conversation has ended: the others do not wait for it."""
        with self._all:
            self._players -= 1
            if self._wanted and self._waiting >= self._players:
                self._encode()

    def questions(self, key: str, texts: Sequence[str]) -> Vectors:
        """See Encoders."""
        wanted = [(key, text) for text in texts]
        with self._all:
            if any(one not in self._known for one in wanted):
                self._wait_for(wanted)
            return np.stack([self._known[one] for one in wanted])

    def _wait_for(self, wanted: Sequence[tuple[str, str]]) -> None:
        self._wanted.update(wanted)
        self._waiting += 1
        number = self._round
        if self._waiting >= self._players:
            self._encode()
        self._all.wait_for(lambda: self._round != number)
        if self._failure is not None:
            raise self._failure

    def _encode(self) -> None:
        """One round: all wait meanwhile."""
        wanted, self._wanted = self._wanted - self._known.keys(), set()
        try:
            for key in sorted({key for key, _ in wanted}):
                texts = sorted((t for k, t in wanted if k == key), key=lambda t: (len(t), t))
                for start in range(0, len(texts), BATCH):
                    batch = texts[start : start + BATCH]
                    made = self._encoded(key, batch)
                    self._known.update(((key, t), v) for t, v in zip(batch, made, strict=True))
        except Exception as error:
            self._failure = error
        self._waiting = 0
        self._round += 1
        self._all.notify_all()
