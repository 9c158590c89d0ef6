"""A conversation as a test: what the shopper did, and what is expected of each answer."""

from __future__ import annotations

from dataclasses import dataclass, field

MUST_HOLD = "must-hold"
"""The tag of a conversation that keeps a publish from going live when it fails."""
NO_HANDOFF, ANY_HANDOFF = "none", "any"


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of one answer; what is empty is not looked at.

    Of `route`, `band` and `entry` any one named is right; all of the others must hold. `entry`:
    the id told, or offered first. `products`: ids of products shown. `facts`: amounts with their
    units, found however they are written. `handoff`: "none", "any" or a reason.
    """

    route: tuple[str, ...] = ()
    band: tuple[str, ...] = ()
    entry: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    must_say: tuple[str, ...] = ()
    must_not_say: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    language: str = ""
    handoff: str = ""
    max_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing the shopper did: said something, or pressed a button that was shown.

    `press`: the button's action or its label. `said`: what was answered in the past, where that
    is known.
    """

    say: str = ""
    press: str = ""
    expected: Expected = field(default_factory=Expected)
    said: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation of a file. `language`: what the shopper's app is set to."""

    id: str
    steps: tuple[Step, ...]
    title: str = ""
    tags: tuple[str, ...] = ()
    language: str = ""
    private: bool = True
    staffed: bool = True
    file: str = ""

    @property
    def must_hold(self) -> bool:
        """Whether a publish may not go live while this fails."""
        return MUST_HOLD in self.tags
