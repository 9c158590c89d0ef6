"""How much one session, and all of them together, may ask of the page."""

from __future__ import annotations

import time
from collections.abc import Callable

MAX_CHARACTERS = 4000
MAX_SOCKETS = 1000
MAX_ROOMS = 10_000
MAX_SOCKETS_PER_SESSION = 5
MAX_WAITING = 5
MESSAGES_PER_S = 1.0
MESSAGE_BURST = 5
MAX_STRIKES = 30
MAX_FRAME_BYTES = 256 * 1024
TURN_DEADLINE_S = 150.0
"""Above the desk's own patience, so that its apology is the one that is shown."""
ROOM_KEPT_S = 600.0
REPLIES_KEPT = 20
EVENT_POSTS_PER_S = 50
EVENT_POSTS_AT_ONCE = 8
EVENT_BODIES_AT_ONCE = 32
EVENT_BODY_S = 10.0
MAX_EVENTS = 1000
MAX_EVENTS_BYTES = 1024 * 1024


class TokenBucket:
    """Lets `burst` through at once and `per_s` a second after that."""

    def __init__(
        self, per_s: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_s = per_s
        self._burst = float(burst)
        self._clock = clock
        self._left = float(burst)
        self._at = clock()

    def take(self) -> bool:
        """Whether one more may pass now; takes it if so."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._at) * self._per_s)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
