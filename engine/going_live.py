"""The last step of every new snapshot: ask again what was asked, then make it live or refuse."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from engine.errors import ShopdeskError, StoreError
from engine.journal import Journal
from engine.progress import Steps, shown_steps
from engine.publish import build_snapshot
from engine.publish_log import Published
from engine.replay.blast import Blast, blast_radius, to_ask_again
from engine.replay.conversation import Conversation
from engine.retrieval.encoders import Encoders
from engine.retrieval.snapshot import is_outdated, write_live
from engine.settings import Settings

DAYS = 7
SHOWN, LETTERS = 20, 160
Telling = Callable[[str], AbstractContextManager[Steps]]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Consent:
    """Who lets it go live, and why. `override`: although must-hold replays fail."""

    by: str = ""
    why: str = ""
    override: bool = False


class MustHoldError(ShopdeskError):
    """Must-hold replays would fail with a snapshot; nothing went live."""

    def __init__(self, blast: Blast) -> None:
        lines = "\n".join(
            f"  {line['where']}: {line['asked']!r}: {line['expectation']}: "
            f"wanted {line['wanted']}, got {str(line['got'])[:LETTERS]}"
            for line in blast.broken[:SHOWN]
        )
        super().__init__(
            f"not published: {len(blast.broken_names)} must-hold replays would fail\n{lines}",
            where="replays",
            mend="correct the shop's files or the replay, or publish all the same with "
            "--override YOUR-NAME --because REASON; nothing was changed.",
        )
        self.blast = blast


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """What is asked again before a snapshot goes live.

    `folder`: the shop's, whose saved questions are among it; `days`: so many of the journal.
    """

    settings: Settings
    folder: Path
    encoders: Encoders
    days: int = DAYS

    def radius(self, before: str, after: str, told: Telling = shown_steps) -> Blast | None:
        """Every answer that differs; None where there is nothing to ask. Raises ShopdeskError."""
        if before == after:
            return None
        home = self.settings.home / "snapshots"
        if before and is_outdated(home / before, self.encoders.names):
            with told("building what is live as this version does") as step:
                before = self._built_anew(before, step)
        conversations = self._conversations(bool(before))
        if not conversations:
            return None
        with told("asking again what was asked") as step:
            return blast_radius(self.settings, before, after, conversations,
                                encoders=self.encoders, told=step)  # fmt: skip

    def _conversations(self, journaled: bool) -> tuple[Conversation, ...]:
        try:
            with closing(Journal.open(self.settings)) as journal:
                return to_ask_again(self.folder, journal if journaled else None, self.days)
        except StoreError as error:
            log.warning("what was asked lately is left out: %s", error.what)
            return to_ask_again(self.folder, None, 0)

    def _built_anew(self, before: str, step: Steps) -> str:
        """What is live, of its own files, as this version reads them; "" where it cannot.

        Only so can its answers be compared: what the other encoders alone change is not shown.
        """
        try:
            folder = self.settings.home / "snapshots" / before / "knowledge"
            return build_snapshot(folder, self.settings.home, self.encoders, step)
        except ShopdeskError as error:
            log.warning("nothing is compared with what is live: %s", error.what)
            return ""


def go_live(
    home: Path, snapshot: str, blast: Blast | None, consent: Consent, *, over: str | None = None
) -> bool:
    """Make a snapshot live in one step; with `over` only where that one still is.

    Raises MustHoldError where a must-hold replay fails and nobody overrides it.
    """
    if blast and blast.broken and not consent.override:
        raise MustHoldError(blast)
    overridden = blast.broken_names if blast else ()
    line = Published(datetime.now(UTC), snapshot, consent.by, consent.why, overridden)
    return write_live(home, snapshot, only_over=over, published=line)
