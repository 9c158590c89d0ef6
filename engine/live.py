"""The assistant of whichever snapshot is live: it follows a publish and the shop's midnight."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from engine.assistant import Assistant
from engine.recommend.live import read_live as read_recommender
from engine.retrieval.encoders import Encoders
from engine.retrieval.snapshot import read_live
from engine.types import Answer, Delta, Message, Plan, Session

LOOK_EVERY_S = 0.5
WAIT_S = 3.0
"""How long questions wait for a snapshot that is being read, so that none is told what was just
taken out; a shop so large that reading takes longer answers from the one before until then."""
TRY_AGAIN_S = 30.0
"""How long a snapshot that did not load is left alone."""
log = logging.getLogger(__name__)


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


class LiveAssistant:
    """The assistant of the live snapshot; what was published is in the next answer.

    With `only` it stays with that snapshot. At the shop's midnight it is made anew, as entries
    begin and cease to be valid, and when another recommender goes live. A snapshot that does not
    load leaves the one before in place.
    """

    def __init__(
        self,
        home: Path,
        read: Callable[[str], Assistant],
        encoders: Encoders,
        only: str = "",
        clock: Callable[[], datetime] = now,
    ) -> None:
        """`read` makes the assistant of a snapshot, as it holds today."""
        self.home = home
        self._read = read
        self._encoders = encoders
        self._only = only
        self._clock = clock
        self._failed: tuple[str, date, str] | None = None
        self._failed_at = 0.0
        self._readable = True
        self._guard = threading.Lock()
        self._swap: threading.Thread | None = None
        self._began = 0.0
        self._current = read(only or read_live(home))

    @property
    def snapshot(self) -> str:
        """The content hash of the knowledge it answers from."""
        return self._current.snapshot

    @property
    def encoders(self) -> Encoders:
        """The encoders it reads questions with."""
        return self._encoders

    @property
    def default_language(self) -> str:
        """The shop's own language."""
        return self._current.replies.default_language

    def text(self, key: str, language: str, **values: object) -> str:
        """A set phrase of the live snapshot, in a language, else in the shop's own."""
        return self._current.replies.text(key, language, **values)

    def plan(self, message: Message, session: Session) -> Plan:
        """How a message is to be answered."""
        return self._fresh().plan(message, session)

    def answer(
        self, message: Message, session: Session, *, deadline_s: float = 20.0
    ) -> Iterator[Delta | Answer]:
        """Grounded sentences as they are written, then the reply with the session after it."""
        return self._fresh().answer(message, session, deadline_s=deadline_s)

    def hurry(self, message_id: str) -> None:
        """See Wording."""
        self._current.hurry(message_id)

    def follow(self, stop: threading.Event) -> None:
        """Read what goes live before any question asks for it, until `stop` is set.

        The re-ranking encoder too, once it is prepared: it takes longer than questions wait.
        """
        while not stop.wait(LOOK_EVERY_S):
            self._encoders.find_reranker()
            self._reading()

    def _fresh(self) -> Assistant:
        # Again, as one more may have gone live while the one before it was being read.
        while reading := self._reading():
            left = self._began + WAIT_S - time.monotonic()
            if left <= 0:
                break
            reading.join(left)
        return self._current

    def _reading(self) -> threading.Thread | None:
        """The thread that reads what is live now, begun if need be; None where that is in use."""
        if not self._wanted():
            return None
        with self._guard:
            wanted = self._wanted()
            if wanted and not (self._swap and self._swap.is_alive()):
                self._began = time.monotonic()
                self._swap = threading.Thread(target=self._take, args=wanted, daemon=True)
                self._swap.start()
            return self._swap

    def _wanted(self) -> tuple[str, date, str] | None:
        """The snapshot, day and recommender to answer with, where they are not those in use."""
        current = self._current
        live = self._only or self._live() or current.snapshot
        today = self._clock().astimezone(current.zone).date()
        wanted = (live, today, read_recommender(self.home))
        if wanted == (current.snapshot, current.day, current.recommender):
            return None
        lately = time.monotonic() - self._failed_at < TRY_AGAIN_S
        return None if wanted == self._failed and lately else wanted

    def _live(self) -> str:
        """What is live, or "" while that cannot be read; said once."""
        try:
            live = read_live(self.home)
        except (OSError, ValueError) as error:
            if self._readable:
                log.warning("what is live cannot be read (%s); answering as before", error)
            self._readable = False
            return ""
        self._readable = True
        return live

    def _take(self, snapshot: str, day: date, recommender: str) -> None:
        try:
            self._current = self._read(snapshot)
            self._failed = None
        except Exception:
            if self._failed != (snapshot, day, recommender):
                log.exception("snapshot %s does not load", snapshot)
            self._failed = (snapshot, day, recommender)
            self._failed_at = time.monotonic()
