"""What may be chosen about the Telegram front beyond the shop's settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from bot.telegram.limiter import Limits


class Streaming(StrEnum):
    """How a reply is shown while it is being written."""

    DRAFT = "draft"
    """By sendMessageDraft, in private chats; nothing is shown where Telegram does not know it."""
    EDITS = "edits"
    """By a message that is edited until it is the reply."""
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Options:
    """Defaults fit a shop; tests and benchmarks choose others."""

    burst_window_s: float = 1.0
    """A message that may be going on is waited for this long; one that ends, a third of it."""
    streaming: Streaming = Streaming.DRAFT
    limits: Limits | None = field(default_factory=Limits)
    """None: no flood limits, for benchmarks only."""
    poll_timeout_s: int = 30
    connect_for_s: float = 60.0
    """At the start Telegram is waited for this long; later on, for ever."""
    silence_closes_after_s: float = 3600.0
    """A case with a person ends after this long without a message."""
    correction_every_s: float = 1.0
    look_for_trouble_every_s: float = 5.0
    look_for_wishes_every_s: float = 1.0
    look_for_words_every_s: float = 0.5
    sweep_every_s: float = 30.0
    stop_grace_s: float = 5.0
    """Turns under way may finish for this long at a stop; the others wait in the inbox."""
