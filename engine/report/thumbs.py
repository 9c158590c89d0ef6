"""The thumbs under turns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.journal_writing import Verdict
from engine.report.columns import Flags, Named, Places
from engine.report.contacts import Contacts, around
from engine.report.period import Asker


@dataclass(frozen=True, slots=True)
class Thumbs:
    """`place`: of its turn among the contacts. `own`: of the shopper who asked."""

    place: Places
    up: Flags
    down: Flags
    own: Flags

    def under(self, about: Contacts, thumbs: Flags) -> Flags:
        """The turns that have one of these thumbs."""
        found = np.zeros(len(about), dtype=bool)
        found[self.place[thumbs]] = True
        return found


def thumbs(asker: Asker, about: Contacts) -> Thumbs:
    """Read the thumbs under these contacts."""
    number, verdict, shopper = asker.about(around(asker.period)).columns(
        "from feedback f join turns t on t.id = f.turn where t.at >= :since and t.at < :until",
        "t.number", "f.verdict", "f.shopper",
    )  # fmt: skip
    place, here = about.places(np.array(number, dtype=np.intp))
    place, kind = place[here], Named.of(verdict)
    code = {name: code for code, name in enumerate(about.shopper.names)}
    by = np.array([code.get(name, -1) for name in shopper], dtype=np.intp)[here]
    up, down = (kind.where(wanted.__eq__)[here] for wanted in (Verdict.UP, Verdict.DOWN))
    return Thumbs(place, up, down, by == about.shopper.codes[place])
