"""What a desk for replays keeps while it plays: in memory, each conversation's own."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from engine.counters import MemoryCounters
from engine.journal_writing import Verdict, turn_id
from engine.turn import DEADLINE_S, Answering
from engine.types import Answer, Delta, Event, LinkOffer, Message, Reply, Session


class MemoryRecord:
    """Turns and events of a playing; see TurnRecord."""

    trouble = ""

    def __init__(self) -> None:
        self.links = MemoryLinks()
        self._replies: dict[str, Reply] = {}
        self._events: dict[str, dict[tuple[object, ...], Event]] = {}

    def reply_of(self, turn: str) -> Reply | None:
        """The reply of a turn that was played."""
        reply = self._replies.get(turn)
        return replace(reply, turn=turn) if reply else None

    def turn(self, message: Message, question: str, reply: Reply, took_s: float) -> None:
        """Keep a reply; the first of a message stays."""
        self._replies.setdefault(turn_id(message), replace(reply, turn=""))

    def thumb(self, turn: str, shopper: str, verdict: Verdict) -> None:
        """Nobody asks for it."""

    def of(self, shopper: str, limit: int = 50, *, account: str = "") -> tuple[Event, ...]:
        """The newest events of a shopper and their account, oldest first."""
        events = [e for name in (shopper, account) for e in self._events.get(name, {}).values()]
        return tuple(sorted(events, key=lambda event: event.at)[-limit:])

    def record(self, told: Iterable[Event]) -> None:
        """Keep events, each once."""
        for event in told:
            own = self._events.setdefault(event.shopper, {})
            own.setdefault((event.at, event.name, event.product), event)

    def forget(self, shopper: str) -> int:
        """Drop all events of a shopper."""
        return len(self._events.pop(shopper, {}))

    def forget_product(self, shopper: str, product: str) -> int:
        """Drop a shopper's events of one product."""
        own = self._events.get(shopper, {})
        gone = [key for key, event in own.items() if event.product == product]
        for key in gone:
            del own[key]
        return len(gone)

    def clear(self) -> None:
        """Keep nothing of what was played."""
        self._replies.clear()
        self._events.clear()
        self.links.clear()


class MemoryLinks:
    """Accounts linked while playing; see Links."""

    def __init__(self) -> None:
        self._accounts: dict[str, str] = {}
        self._used: set[str] = set()

    def link(self, shopper: str, offer: LinkOffer, at: datetime) -> bool:
        """Link the offered account; False where its link was used."""
        if self._accounts.get(shopper) != offer.account:
            if offer.nonce in self._used:
                return False
            self._used.update(filter(None, [offer.nonce]))
            self._accounts[shopper] = offer.account
        return True

    def used(self, nonce: str) -> bool:
        """Whether the signed link with this nonce has linked somebody."""
        return nonce in self._used

    def unlink(self, shopper: str) -> bool:
        """Undo a shopper's link; whether there was one."""
        return self._accounts.pop(shopper, "") != ""

    def account_of(self, shopper: str) -> str:
        """The account linked to a shopper; "" for none."""
        return self._accounts.get(shopper, "")

    def clear(self) -> None:
        """Nobody is linked any more."""
        self._accounts.clear()
        self._used.clear()


class CountersApart:
    """Counts for each conversation alone: none is held to what was tried in another."""

    def __init__(self) -> None:
        self._counts = MemoryCounters()
        self._here = threading.local()

    def of(self, conversation: str) -> None:
        """What this thread counts from now on is of this conversation."""
        self._here.conversation = conversation

    def add(self, name: str, amount: int = 1) -> int:
        """See DailyCounters."""
        return self._counts.add(f"{getattr(self._here, 'conversation', '')} {name}", amount)

    def forget(self) -> None:
        """Begin at zero again."""
        self._counts.forget()


class CountedApart:
    """An assistant that counts for the conversation it answers in."""

    def __init__(self, assistant: Answering, counters: CountersApart) -> None:
        self._assistant = assistant
        self._counters = counters

    def answer(
        self, message: Message, session: Session, *, deadline_s: float = DEADLINE_S
    ) -> Iterator[Delta | Answer]:
        """See Answering."""
        self._counters.of(message.conversation)
        return self._assistant.answer(message, session, deadline_s=deadline_s)

    def hurry(self, message_id: str) -> None:
        """See Answering."""
        self._assistant.hurry(message_id)
