"""A circuit breaker: after failures in a row, calls are refused at once for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

FAILURES = 4
OPEN_S = 10.0


class Breaker:
    """Counts failures in a row; open, it lets one probe through every `open_s` seconds.

    Every call that `may_enter` let in must end with `succeeded`, `failed` or `left`.
    """

    def __init__(
        self,
        failures: int = FAILURES,
        open_s: float = OPEN_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = failures
        self._open_s = open_s
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._closed_until = 0.0

    def may_enter(self) -> bool:
        """Whether a call may be tried now; while open, true for one probe a while."""
        with self._lock:
            if self._failed < self._most:
                return True
            if self._clock() < self._closed_until:
                return False
            # The next probe waits as long again, unless this one says how it went.
            self._closed_until = self._clock() + self._open_s
            return True

    @property
    def is_open(self) -> bool:
        """Whether calls are refused, but for a probe a while."""
        with self._lock:
            return self._failed >= self._most

    def succeeded(self) -> None:
        """The server answered."""
        with self._lock:
            self._failed = 0

    def failed(self) -> None:
        """The server did not answer as it should."""
        with self._lock:
            self._failed += 1
            self._closed_until = self._clock() + self._open_s

    def left(self) -> None:
        """The caller went away before it was known; an open breaker may be probed again."""
        with self._lock:
            self._closed_until = min(self._closed_until, self._clock())
