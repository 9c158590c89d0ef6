"""The way to a person and back: posts to the staff chat, their answers, silence of the bot."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from telegram.error import BadRequest

from bot.telegram import render
from bot.telegram import staff_texts as texts
from bot.telegram.cases import Case, Cases
from bot.telegram.parts import Delivery
from bot.telegram.sender import Bot
from bot.telegram.updates import Incoming, Kind
from engine.journal_writing import HandOver, Step
from engine.staff_words import Said
from engine.types import HandoffReason
from knowledge_base.shop_file import Replies

log = logging.getLogger(__name__)

LAST_TURNS = 10
MAX_TURN_CHARS = 300


@dataclass(frozen=True, slots=True)
class Person:
    """A shopper and their conversation, as the journal knows them."""

    conversation: str
    shopper: str


class PastTurn(Protocol):
    """A masked turn of the journal."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def question(self) -> str:
        """What the shopper said."""

    @property
    def answer(self) -> str:
        """What was replied."""


Record = Callable[[HandOver], None]
"""Keeps what became of a conversation; writes the journal, so it may block."""
LastTurns = Callable[[str, int], Sequence[PastTurn]]
"""The newest turns of a conversation, oldest first; reads the journal, so it may block."""


class Staff:
    """Knows the staff chat. Every method returns what is to be sent, in order."""

    def __init__(
        self,
        bot: Bot,
        chat_id: int,
        cases: Cases,
        last_turns: LastTurns,
        record: Record,
        mask: Callable[[str], str],
        replies: Replies,
        clock: Callable[[], float],
    ) -> None:
        self.chat_id = chat_id
        self._bot = bot
        self._cases = cases
        self._last_turns = last_turns
        self._record = record
        self._mask = mask
        self._replies = replies
        self._clock = clock
        self._forum: bool | None = None

    async def open(
        self, turn: Incoming, who: Person, language: str, reason: HandoffReason
    ) -> tuple[Delivery, ...]:
        """Open a case for the shopper's chat; returns the post for staff."""
        now = self._clock()
        known = await self._cases.get(turn.chat_id)
        case = Case(
            turn.chat_id,
            who.conversation,
            language,
            now,
            topic=known.topic if known else 0,
            shopper_thread=turn.thread_id or 0,
        )
        await self._cases.open(case, now)
        await self._cases.forget_post(turn.chat_id)
        opened = HandOver(who.conversation, who.shopper, Step.OPENED, self._now(), reason.value)
        await asyncio.to_thread(self._record, opened)
        if not case.topic:
            case = replace(case, topic=await self._new_topic(case))
        return await self._summary(case, texts.REASONS[reason])

    async def open_case(self, chat_id: int) -> Case | None:
        """The open case of a shopper's chat."""
        case = await self._cases.get(chat_id)
        return case if case and case.open else None

    async def from_shopper(self, case: Case, burst: Sequence[Incoming]) -> tuple[Delivery, ...]:
        """Bring a shopper's messages, masked, to staff; the bot itself stays silent."""
        await self._cases.touch(case.chat_id, self._clock())
        sent: list[Delivery] = []
        words = [_said(part) for part in burst if part.kind is not Kind.NOTICE]
        if words:
            masked = self._mask("\n".join(words))
            sent += self.to_staff(case, f"Shopper: {masked}")
            await self._said(case, "", masked)
        for part in burst:
            if part.kind is Kind.NOTICE:
                copy = self.to_staff(case, "")[0]
                sent.append(replace(copy, copy_of=(part.chat_id, part.message_id)))
        return tuple(sent)

    async def from_staff(self, turn: Incoming) -> tuple[Delivery, ...]:
        """Bring a staff message to the shopper it is meant for; /close ends the case."""
        case = await self._cases.find(turn.thread_id or 0, turn.reply_to)
        if case is None:
            lost = turn.kind is Kind.COMMAND and turn.text == "close"
            return (
                (Delivery(self.chat_id, texts.NO_CASE, reply_to=turn.message_id),) if lost else ()
            )
        if turn.kind is Kind.COMMAND:
            return (
                await self.close(case, texts.CLOSED) if turn.text == "close" and case.open else ()
            )
        if turn.kind is Kind.EDITED:
            return await self._edited(case, turn)
        notes = () if case.open else self.to_staff(case, texts.REOPENED)
        text = f"({turn.text})" if turn.kind is Kind.NOTICE else turn.text
        await self.answered(case, turn.user_name or "staff", text)
        return (*self._to_shopper(case, turn), *notes)

    async def case_of(self, conversation: str) -> Case | None:
        """The newest case of a conversation, open or closed."""
        return await self._cases.of_conversation(conversation)

    def answer(self, case: Case, text: str) -> tuple[Delivery, ...]:
        """What brings an answer to the shopper of a case."""
        words = self._replies.text("staff_reply", case.language, text=text)
        return render.text(words, self._reaching(case))

    def _reaching(self, case: Case) -> Delivery:
        return replace(_shopper(case), if_gone=texts.NOT_DELIVERED, tell=self.chat_id,
                       tell_thread=case.topic or None)  # fmt: skip

    async def close_silent(self, after_s: float) -> list[tuple[int, tuple[Delivery, ...]]]:
        """What to send for each case without a message for `after_s` seconds.

        A case stays open until `closed` is told that this was sent.
        """
        found = []
        for chat_id in await self._cases.silent_since(self._clock() - after_s):
            case = await self._cases.get(chat_id)
            if case is not None and case.open:
                found.append((chat_id, self._goodbye(case, texts.TIMED_OUT)))
            else:
                await self._cases.close(chat_id)
        return found

    async def closed(self, chat_id: int) -> None:
        """The end of a case has been told."""
        case = await self._cases.get(chat_id)
        await self._cases.close(chat_id)
        if case is not None:
            await self._note(case, Step.CLOSED)

    async def forget(self, chat_id: int) -> None:
        """A shopper is forgotten; what stands in the staff chat is the staff's to delete."""
        await self._cases.forget(chat_id)

    async def replace_topic(self, chat_id: int) -> tuple[Delivery, ...]:
        """The case's topic was deleted: make a new one; returns its opening posts."""
        case = await self._cases.get(chat_id)
        if case is None:
            return ()
        case = replace(case, topic=await self._new_topic(case))
        await self._cases.forget_post(chat_id)
        return await self._summary(case, "goes on (its topic was deleted)")

    async def topic_of(self, chat_id: int) -> int:
        """The topic of a case; 0 where the staff chat has none."""
        case = await self._cases.get(chat_id)
        return case.topic if case else 0

    async def close(self, case: Case, note: str) -> tuple[Delivery, ...]:
        """A case is solved; what tells the shopper and staff of it."""
        await self._cases.close(case.chat_id)
        await self._note(case, Step.CLOSED)
        return self._goodbye(case, note)

    async def answered(self, case: Case, by: str, text: str) -> None:
        """Somebody of staff has the case."""
        await self._cases.open(case, self._clock())
        await self._note(case, Step.ANSWERED)
        await self._said(case, by, self._mask(text))

    async def _said(self, case: Case, by: str, masked: str) -> None:
        await self._cases.note_said(case.conversation, Said(by, masked, self._clock()))

    async def _note(self, case: Case, step: Step) -> None:
        happened = HandOver(case.conversation, "", step, self._now())
        await asyncio.to_thread(self._record, happened)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)

    def _goodbye(self, case: Case, note: str) -> tuple[Delivery, ...]:
        words = self._replies.text("handoff_closed", case.language)
        return (*render.text(words, _shopper(case)), *self.to_staff(case, note))

    async def _edited(self, case: Case, turn: Incoming) -> tuple[Delivery, ...]:
        shown = await self._cases.mirrored(turn.message_id)
        words = self._replies.text("staff_reply", case.language, text=turn.text)
        edited = render.text(words, replace(_shopper(case), edit_of=shown))
        return edited[:1] if shown else ()

    def _to_shopper(self, case: Case, turn: Incoming) -> tuple[Delivery, ...]:
        to = replace(self._reaching(case), mirrors=turn.message_id)
        if turn.kind is Kind.NOTICE:
            return (replace(to, copy_of=(self.chat_id, turn.message_id)),)
        words = self._replies.text("staff_reply", case.language, text=turn.text)
        return render.text(words, to)

    async def lost(self, case: Case, by: str, text: str) -> None:
        """What was answered reached nobody: the case is as it was."""
        said = Said(by, self._mask(text), self._clock(), lost=True)
        await self._cases.note_said(case.conversation, said)

    def to_staff(self, case: Case, words: str) -> tuple[Delivery, ...]:
        """A post in the staff chat, where the case stands."""
        to = Delivery(
            self.chat_id,
            thread_id=case.topic or None,
            reply_to=0 if case.topic else case.post,
            case=case.chat_id,
            if_gone=self._replies.text("handoff_none", case.language),
            tell=case.chat_id,
            tell_thread=case.shopper_thread or None,
        )
        return render.text(words, to)

    async def _summary(self, case: Case, reason: str) -> tuple[Delivery, ...]:
        # One more, because the newest may be the tap or command that asked for a person.
        turns = await asyncio.to_thread(self._last_turns, case.conversation, LAST_TURNS + 1)
        if turns and not turns[-1].question:
            turns = turns[:-1]
        lines = [f"A shopper {reason}. Language: {case.language}.", texts.HOW_TO]
        for turn in turns[-LAST_TURNS:]:
            question = _short(turn.question) or texts.TAPPED
            lines += [f"\nShopper: {question}", f"Assistant: {_short(turn.answer)}"]
        shows = tuple(turn.id for turn in reversed(turns) if turn.id)
        return tuple(replace(post, shows=shows) for post in self.to_staff(case, "\n".join(lines)))

    async def _new_topic(self, case: Case) -> int:
        """A topic for the case; 0 where the staff chat is no forum or refuses."""
        if not await self._is_forum():
            return 0
        name = f"Shopper {case.conversation[-6:]}"
        try:
            topic = await self._bot.create_forum_topic(self.chat_id, name)
        except BadRequest as error:
            log.warning("no topic in the staff chat (%s); posting without", error.message)
            return 0
        await self._cases.set_topic(case.chat_id, topic.message_thread_id)
        return topic.message_thread_id

    async def _is_forum(self) -> bool:
        if self._forum is None:
            chat = await self._bot.get_chat(self.chat_id)
            self._forum = bool(chat.is_forum)
        return self._forum


def _shopper(case: Case) -> Delivery:
    return Delivery(case.chat_id, thread_id=case.shopper_thread or None)


def _short(text: str) -> str:
    return text if len(text) <= MAX_TURN_CHARS else f"{text[: MAX_TURN_CHARS - 1].rstrip()}…"


def _said(part: Incoming) -> str:
    if part.kind is Kind.COMMAND:
        return f"/{part.text} {part.argument}".rstrip()
    return f"(edited) {part.text}" if part.kind is Kind.EDITED else part.text
