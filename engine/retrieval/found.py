"""What a search for an entry found, by one way of asking and by several together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.retrieval.calibration import CANDIDATES
from engine.retrieval.rows import ROUTE
from engine.types import Band, Candidate

SHOWN = 5
"""Candidates a receipt names."""
NEAR_LOGITS = 2.0
"""A route this little before an entry leaves the entry to be offered."""


@dataclass(frozen=True, slots=True)
class Found:
    """Entry ids best first, and what is believed of the first."""

    entries: tuple[str, ...]
    logits: tuple[float, ...]
    confidence: float
    band: Band
    features: Mapping[str, float]
    route: str = ""
    """The route whose examples came first, before any entry, and how sure that is."""
    route_confidence: float = 0.0
    reranked: bool = False
    """Whether the re-ranking encoder was asked."""
    doubtful: bool = False
    """Whether more than confidence keeps the first from being told."""
    route_logits: Mapping[str, float] = field(default_factory=dict)
    """Log-odds of every other route's best example."""

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The first entries, as a receipt shows them."""
        pairs = zip(self.entries[:SHOWN], self.logits, strict=False)
        return tuple(Candidate(entry, round(logit, 3)) for entry, logit in pairs)

    @property
    def why(self) -> str:
        """What decided on the band, as a receipt names it."""
        if self.doubtful:
            return "doubtful"
        return "example" if self.confidence == 1.0 and self.band is Band.CERTAIN else "confidence"


@dataclass(frozen=True, slots=True)
class Tried:
    """One way of asking: what it found, and the log-odds of every source."""

    found: Found
    logits: Mapping[str, float]


def together(tried: Sequence[Tried], whole_ones: int) -> Tried:
    """The whole message and its clauses as one: half of the say has the whole.

    As sure as the surest of the first `whole_ones`, the message and its sentences, that found
    the same first; told only if there is one. A clause alone lacks too much to be sure by.
    """
    whole, *clauses = tried
    if not clauses:
        return whole
    logits = {
        source: (logit + sum(c.logits[source] for c in clauses) / len(clauses)) / 2
        for source, logit in whole.logits.items()
    }
    order = sorted(logits, key=lambda source: -logits[source])[:CANDIDATES]
    agreeing = [t for t in tried[:whole_ones] if t.found.entries[0] == order[0]]
    found = max(agreeing or [whole], key=lambda t: t.found.confidence).found
    if not agreeing:
        told = found.band in (Band.CERTAIN, Band.LIKELY)
        found = replace(found, band=Band.UNSURE if told else found.band, doubtful=True)
    ranked = tuple(logits[source] for source in order)
    return Tried(replace(found, entries=tuple(order), logits=ranked), logits)


def agreed(first: Found, second: Found) -> Found:
    """The second look's word; but what was likely at the first and found again stays so.

    Of 60 shoppers' messages such, 58 were right, and 14 of them only offered after the second.
    """
    again = first.entries[:1] == second.entries[:1] and not (second.route or second.doubtful)
    if first.band is Band.LIKELY and second.band is Band.UNSURE and again:
        return replace(second, band=Band.LIKELY, confidence=first.confidence)
    return second


def routes_apart(found: Found, logits: Mapping[str, float]) -> Found:
    """Entries alone, with the route that came before them noted; then no entry is the answer."""
    routes = {s.removeprefix(ROUTE): v for s, v in logits.items() if s.startswith(ROUTE)}
    kept = [(e, v) for e, v in zip(found.entries, found.logits, strict=True)
            if not e.startswith(ROUTE)]  # fmt: skip
    alone = replace(found, entries=tuple(e for e, _ in kept), logits=tuple(v for _, v in kept),
                    route_logits=routes)  # fmt: skip
    if found.entries and found.entries[0].startswith(ROUTE):
        name = found.entries[0].removeprefix(ROUTE)
        near = bool(kept) and found.logits[0] - kept[0][1] <= NEAR_LOGITS
        offered = near and found.band in (Band.UNSURE, Band.LIKELY)
        return replace(
            alone,
            route=name,
            route_confidence=found.confidence,
            confidence=0.0,
            band=Band.UNSURE if offered else Band.UNKNOWN,
        )
    return alone if alone.entries else replace(alone, band=Band.UNKNOWN)
