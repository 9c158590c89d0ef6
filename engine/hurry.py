"""Whose shoppers have written again while an answer was being written."""

from __future__ import annotations

import threading
from collections import OrderedDict

from engine.generation.generator import Generator

KEPT = 256


class Hurries:
    """Messages to be answered without the model, and the model's request of each under way.

    One for a generator, whatever snapshots come and go.
    """

    def __init__(self, generator: Generator | None = None) -> None:
        self._generator = generator
        self._lock = threading.Lock()
        self._writing: dict[str, str] = {}
        self._hurried: OrderedDict[str, None] = OrderedDict()

    def hurry(self, message_id: str) -> None:
        """The shopper has written again: no model is waited for.

        Also of a message that comes later, as the word may arrive before the message does.
        """
        with self._lock:
            self._hurried[message_id] = None
            while len(self._hurried) > KEPT:
                self._hurried.popitem(last=False)
            request = self._writing.get(message_id)
        if request and self._generator:
            self._generator.cancel(request)

    def __contains__(self, message_id: object) -> bool:
        return message_id in self._hurried

    def began(self, message_id: str, request: str) -> None:
        """The model writes for a message, in this request."""
        with self._lock:
            self._writing[message_id] = request

    def ended(self, message_id: str) -> None:
        """It writes no more."""
        with self._lock:
            self._writing.pop(message_id, None)
