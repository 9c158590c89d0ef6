"""Continuous batching on one thread: texts join and leave between steps."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch

from engine.errors import GeneratorError
from engine.generation.gemma import Gemma, KeyValues

ROWS = 8
LENGTH = 1408
"""Tokens a row holds: the prompt's budget, its words' rounding, and the answer."""
CHUNK = 192
"""Prompt tokens read at once; others' next tokens come between two chunks."""


@dataclass(slots=True)
class Request:
    """One text under way. `tokens` receives ids, then None, or the error that ended it."""

    id: str
    prompt: list[int]
    most: int
    deadline: float
    tokens: queue.SimpleQueue[int | GeneratorError | None] = field(
        default_factory=queue.SimpleQueue
    )
    cancelled: bool = False
    row: int = -1
    read: int = 0
    """Prompt tokens in the cache."""
    written: int = 0
    last: int = -1


class Scheduler:
    """Runs a model for many requests; `ends` says which token ids end a text."""

    def __init__(self, model: Gemma, ends: Callable[[int], bool], rows: int = ROWS) -> None:
        self._model = model
        self._ends = ends
        self._cache = KeyValues(model.shape, rows, LENGTH, model.embedding)
        self._free = list(range(rows))
        self._waiting: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._active: list[Request] = []
        self._known: dict[str, Request] = {}
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="generator", daemon=True)
        self._thread.start()

    def submit(self, request: Request) -> Iterator[int]:
        """Token ids as they are made. Raises GeneratorError."""
        if self._closing:
            raise GeneratorError("the generator is closed")
        if len(request.prompt) + request.most > LENGTH:
            raise GeneratorError(f"a prompt of {len(request.prompt)} tokens does not fit")
        self._known[request.id] = request
        self._waiting.put(request)
        try:
            while (token := request.tokens.get()) is not None:
                if isinstance(token, GeneratorError):
                    raise token
                yield token
        finally:
            request.cancelled = True
            self._known.pop(request.id, None)

    def cancel(self, request_id: str) -> None:
        """End a request at its next step; unknown ids are ignored."""
        if request := self._known.get(request_id):
            request.cancelled = True

    def close(self) -> None:
        """End all requests and the thread."""
        self._closing = True
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while not self._closing:
            self._admit()
            try:
                self._read_one_chunk()
                self._write_one_token_each()
            except Exception as error:
                self._fail(GeneratorError(f"the model failed ({type(error).__name__}: {error})"))
        self._fail(GeneratorError("the generator is closed"))

    def _admit(self) -> None:
        while not self._closing and self._free:
            try:
                request = self._waiting.get(block=not self._active)
            except queue.Empty:
                return
            if request is None:
                return
            request.row = self._free.pop()
            self._active.append(request)

    def _read_one_chunk(self) -> None:
        for request in list(self._active):
            if self._over(request):
                continue
            left = request.prompt[request.read : request.read + CHUNK]
            if not left:
                continue
            tokens = torch.tensor([left], device=self._model.embedding.device)
            hidden = self._model.step(tokens, [request.row], [request.read], self._cache)
            request.read += len(left)
            if request.read == len(request.prompt):
                self._took(request, int(self._model.logits(hidden).argmax(-1)[0]))
            return

    def _write_one_token_each(self) -> None:
        ready = [r for r in list(self._active) if r.last >= 0 and not self._over(r)]
        if not ready:
            return
        tokens = torch.tensor([[r.last] for r in ready], device=self._model.embedding.device)
        places = [len(r.prompt) + r.written - 1 for r in ready]
        hidden = self._model.step(tokens, [r.row for r in ready], places, self._cache)
        best = self._model.logits(hidden).argmax(-1).tolist()
        for request, token in zip(ready, best, strict=True):
            self._took(request, token)

    def _took(self, request: Request, token: int) -> None:
        request.last = token
        request.written += 1
        if self._ends(token):
            self._leave(request, None)
            return
        request.tokens.put(token)
        if request.written >= request.most:
            self._leave(request, None)

    def _over(self, request: Request) -> bool:
        if request.cancelled:
            self._leave(request, None)
        elif time.monotonic() > request.deadline:
            self._leave(request, GeneratorError("the deadline passed"))
        else:
            return False
        return True

    def _leave(self, request: Request, end: GeneratorError | None) -> None:
        self._active.remove(request)
        self._free.append(request.row)
        request.tokens.put(end)

    def _fail(self, error: GeneratorError) -> None:
        for request in list(self._active):
            self._leave(request, error)
        while self._closing:
            try:
                request_waiting = self._waiting.get(block=False)
            except queue.Empty:
                return
            if request_waiting is not None:
                request_waiting.tokens.put(error)
