"""`/console`: operators get a link with which they sign in to the console, once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.telegram.parts import Delivery
from bot.telegram.updates import Incoming, Kind
from engine.console_accounts import has_account
from engine.operators import Operator, operator_of
from engine.settings import Settings
from engine.sign_in_links import TTL_S, console_address, console_key, make_link

COMMAND = "console"
# Operators are spoken to in English, as the staff chat is.
NOT_YOU = "This command is for the shop's operators."
ONLY_PRIVATE = "Write /console to me in our own chat: the link signs in whoever opens it first."
LINK = (
    "{link}\n\nThis link signs you in to the console, once, within {minutes} minutes. "
    "Do not forward it."
)


@dataclass(frozen=True, slots=True)
class ConsoleLinks:
    """Makes links for operators. `knows`: whether the console has an account of a Telegram id;
    it reads a file, so it may block.
    """

    key: bytes
    address: str
    operators: Sequence[Operator]
    knows: Callable[[int], bool]
    clock: Callable[[], float]

    @classmethod
    def open(cls, settings: Settings, clock: Callable[[], float]) -> ConsoleLinks:
        """Those of a home's console. Raises SettingsError, StoreError for its key."""
        home: Path = settings.home
        return cls(
            console_key(home), console_address(settings), settings.operators,
            lambda number: has_account(home, number), clock,
        )  # fmt: skip

    def concerns(self, turn: Incoming) -> bool:
        """Whether a message asks for a link."""
        return turn.kind is Kind.COMMAND and turn.text == COMMAND

    async def handle(self, turn: Incoming, *, staff: bool) -> tuple[Delivery, ...]:
        """The link, or why there is none. `staff`: asked in the staff chat."""
        if not turn.private:
            return (_say(turn, ONLY_PRIVATE),) if staff else ()
        if not await self._may(turn.user_id):
            # The same words for all: whether a console is served here, and where, is not told.
            return (_say(turn, NOT_YOU),)
        token = make_link(self.key, turn.user_id, self.clock())
        words = LINK.format(link=f"{self.address}/enter/{token}", minutes=TTL_S // 60)
        return (_say(turn, words),)

    async def _may(self, user_id: int) -> bool:
        listed = operator_of(self.operators, user_id) is not None
        return listed or await asyncio.to_thread(self.knows, user_id)


def _say(turn: Incoming, words: str) -> Delivery:
    # A preview would fetch the link, and show it to who looks over a shoulder.
    return Delivery(turn.chat_id, words, thread_id=turn.thread_id, no_preview=True,
                    reply_to=0 if turn.private else turn.message_id)  # fmt: skip
