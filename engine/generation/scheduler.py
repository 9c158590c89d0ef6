"""Continuous batching on one thread: texts join and leave between steps."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from engine.errors import GeneratorError
from engine.generation.gemma import ALIGNED, Gemma, KeyValues
from engine.generation.head import Choice, Head
from engine.generation.lookup import LONGEST, WIDTH, draft
from engine.generation.rows import Rows
from engine.idle_threads import end_idle_threads
from engine.processes import step_behind

ROWS = 8
LENGTH = 1408
"""Tokens a row holds: the prompt's budget, its words' rounding, and the answer."""
WIDEST = 64
"""Most tokens of all texts together in such a step."""
NARROWEST = 4
"""Without 8-bit weights fewer tokens of one text take another way through the kernels and end a
rounding apart; from four on, a token is computed as if alone, whatever is beside it."""
CHUNK = 64
"""Prompt tokens read at once; others' next tokens come between two chunks. Without 8-bit weights
only whole ones are used again: a token is always computed beside the same others, so that no answer
depends on what was asked before."""
ALONE = 256
"""The same where nobody waits and a token is computed as if alone anyway."""


@dataclass(slots=True)
class Request:
    """One text under way. `tokens` receives choices, then None, or the error that ended it."""

    id: str
    prompt: list[int]
    most: int
    deadline: float
    tokens: queue.SimpleQueue[Choice | GeneratorError | None] = field(
        default_factory=queue.SimpleQueue
    )
    cancelled: bool = False
    row: int = -1
    read: int = 0
    """Prompt tokens in the cache."""
    texts: list[list[int]] = field(default_factory=list)
    """Where drafts are looked up: the prompt, and an earlier answer to one that began alike."""
    also: Tensor | None = None
    answer: list[int] = field(default_factory=list)

    @property
    def written(self) -> int:
        """Tokens of the answer."""
        return len(self.answer)


@dataclass(slots=True)
class Counts:
    """What a scheduler has done since it began."""

    prompt: int = 0
    """Tokens of prompts."""
    reused: int = 0
    """Those of them that were in the cache."""
    steps: int = 0
    """One a text and step in which it was written on."""
    written: int = 0


class Scheduler:
    """Runs a model for many requests; `ends` says which token ids end a text."""

    def __init__(
        self,
        model: Gemma,
        ends: Callable[[int], bool],
        *,
        head: Head | None = None,
        rows: int = ROWS,
        width: int = WIDTH,
    ) -> None:
        """`head`: where the best token is looked for, by default everywhere. `width` 1 drafts
        nothing."""
        self._model = model
        self._ends = ends
        self.head = head or Head(model.embedding, dtype=model.like.dtype)
        self._width = width
        self.counts = Counts()
        cache = KeyValues(model.shape, rows, LENGTH + ALIGNED, model.like)
        self._cache, self._rows = cache, Rows(cache, rows, 1 if model.int8 else CHUNK)
        self._waiting: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._active: list[Request] = []
        self._known: dict[str, Request] = {}
        self._closing = False
        end_idle_threads()
        self._thread = threading.Thread(target=self._run, name="generator", daemon=True)
        self._thread.start()

    def submit(self, request: Request) -> Iterator[Choice]:
        """Tokens as they are made. Raises GeneratorError."""
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
        # An answer that needs no model takes milliseconds; it is not to wait for one that does.
        step_behind()
        while not self._closing:
            self._admit()
            try:
                self._read_one_chunk()
                self._write_on_each()
            except Exception as error:
                self._fail(GeneratorError(f"the model failed ({type(error).__name__}: {error})"))
        self._fail(GeneratorError("the generator is closed"))

    def _admit(self) -> None:
        while not self._closing and self._rows.any_free:
            if not self._active:
                end_idle_threads()
            try:
                request = self._waiting.get(block=not self._active)
            except queue.Empty:
                return
            if request is None:
                return
            request.row, request.read, before = self._rows.take(request.prompt)
            request.texts = [request.prompt, before] if before else [request.prompt]
            request.also = self.head.also(request.prompt)
            self.counts.prompt += len(request.prompt)
            self.counts.reused += request.read
            self._active.append(request)

    def _read_one_chunk(self) -> None:
        for request in list(self._active):
            if self._over(request):
                continue
            most = ALONE if self._model.int8 and len(self._active) == 1 else CHUNK
            left = request.prompt[request.read : request.read + most]
            if not left:
                continue
            tokens = torch.tensor([left], device=self._model.like.device)
            hidden = self._model.step(tokens, [request.row], [request.read], self._cache)
            request.read += len(left)
            self._rows.read(request.row, left)
            if request.read == len(request.prompt):
                self._took(request, self.head.best(hidden[:, -1:], [request.also])[0][0])
            return

    def _write_on_each(self) -> None:
        ready = [r for r in list(self._active) if r.answer and not self._over(r)]
        if not ready:
            return
        most = min(self._width, max(1, WIDEST // len(ready))) - 1
        drafts = [draft(self._said(r), r.texts, min(most, r.most - r.written - 1)) for r in ready]
        width = max(1 if self._model.int8 else NARROWEST, 1 + max(map(len, drafts)))
        lines = [[r.answer[-1], *d, *[0] * (width - 1 - len(d))]
                 for r, d in zip(ready, drafts, strict=True)]  # fmt: skip
        tokens = torch.tensor(lines, device=self._model.like.device)
        places = [len(r.prompt) + r.written - 1 for r in ready]
        hidden = self._model.step(tokens, [r.row for r in ready], places, self._cache)
        best = self.head.best(hidden, [r.also for r in ready])
        self.counts.steps += len(ready)
        for request, drafted, line in zip(ready, drafts, best, strict=True):
            self._took_all(request, drafted, line)

    def _said(self, request: Request) -> list[int]:
        """The end of a text as it stands."""
        return [*request.prompt[-LONGEST:], *request.answer[-LONGEST:]]

    def _took_all(self, request: Request, drafted: list[int], best: list[Choice]) -> None:
        """The tokens of a step, as far as the draft was what the model itself would write."""
        for place, choice in enumerate(best[: len(drafted) + 1]):
            self._took(request, choice)
            guessed = place < len(drafted) and drafted[place] == choice.token
            if not guessed or request not in self._active:
                return

    def _took(self, request: Request, choice: Choice) -> None:
        request.answer.append(choice.token)
        self.counts.written += 1
        if self._ends(choice.token):
            self._leave(request, None)
            return
        request.tokens.put(choice)
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
        self._rows.give_back(request.row, request.answer)
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
