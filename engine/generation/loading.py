"""A generator that loads while the engine already answers what needs none."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from engine.errors import GeneratorError, ModelError
from engine.generation.generator import Generator
from engine.processes import give_back_freed
from engine.types import Prompt


class LoadingGenerator:
    """Loads a generator on a thread once started; requests wait for it, within their deadline."""

    def __init__(self, name: str, load: Callable[[], Generator]) -> None:
        self._name = name
        self._load = load
        self._changed = threading.Condition()
        self._loaded: Generator | None = None
        self._waiting: set[str] = set()
        self._thread: threading.Thread | None = None
        self._closed = False
        self.failure: ModelError | None = None
        """Why it did not load."""

    @property
    def name(self) -> str:
        """The model's name, for receipts."""
        return self._loaded.name if self._loaded else self._name

    @property
    def trouble(self) -> str:
        """What keeps it from writing; "" where nothing is known to."""
        return str(getattr(self._loaded, "trouble", ""))

    def start(self, on_failure: Callable[[], object] = lambda: None) -> None:
        """Begin to load; `on_failure` is called on the loading thread where that fails."""
        self._thread = threading.Thread(
            target=self._run, args=(on_failure,), name="loading", daemon=True
        )
        self._thread.start()

    def stream(
        self, prompt: Prompt, *, request_id: str, deadline_s: float, max_tokens: int
    ) -> Iterator[str]:
        """See Generator."""
        ends = time.monotonic() + deadline_s
        generator = self._wait(request_id, deadline_s)
        if generator is not None:
            left = ends - time.monotonic()
            yield from generator.stream(
                prompt, request_id=request_id, deadline_s=left, max_tokens=max_tokens
            )

    def cancel(self, request_id: str) -> None:
        """See Generator."""
        with self._changed:
            self._waiting.discard(request_id)
            self._changed.notify_all()
        if self._loaded is not None:
            self._loaded.cancel(request_id)

    def close(self) -> None:
        """See Generator. A load under way is waited for: it cannot be broken off."""
        if self._thread is not None:
            self._thread.join()
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._loaded is not None:
            self._loaded.close()

    def _run(self, on_failure: Callable[[], object]) -> None:
        loaded, failure = None, None
        try:
            loaded = self._load()
            give_back_freed()
        except ModelError as error:
            failure = error
        except Exception as error:
            failure = ModelError(f"the model does not load ({type(error).__name__}: {error})")
        with self._changed:
            self._loaded, self.failure = loaded, failure
            self._changed.notify_all()
        if failure is not None:
            on_failure()

    def _wait(self, request_id: str, wait_s: float) -> Generator | None:
        """The generator when it is there, or None after a cancel. Raises GeneratorError."""
        with self._changed:
            self._waiting.add(request_id)
            self._changed.wait_for(lambda: self._is_over(request_id), wait_s)
            cancelled = request_id not in self._waiting
            self._waiting.discard(request_id)
        if self.failure is not None:
            raise GeneratorError(self.failure.what, where=self.failure.where)
        if self._closed:
            raise GeneratorError("the generator is closed")
        if cancelled:
            return None
        if self._loaded is None:
            raise GeneratorError("the deadline passed while the model was being loaded")
        return self._loaded

    def _is_over(self, request_id: str) -> bool:
        gone = self._closed or request_id not in self._waiting
        return gone or self._loaded is not None or self.failure is not None
