"""What each thing a shopper does leads to: a turn of the desk, a set phrase, or a person."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bot.telegram import actions, render, utf16
from bot.telegram.chats import Chat, Chats
from bot.telegram.console_links import ConsoleLinks
from bot.telegram.fixes import Fixes
from bot.telegram.parts import Delivery
from bot.telegram.preview import Previews, typing
from bot.telegram.pseudonyms import Pseudonyms
from bot.telegram.sender import Bot
from bot.telegram.staff import Person, Staff
from bot.telegram.updates import Incoming, Kind
from engine.errors import StoreError
from engine.types import OWN_DATA, ActionKind, Delta, HandoffReason, Message, Reply
from knowledge_base.shop_file import Replies

EDIT_COUNTS_FOR_S = 60
"""An edit this soon after the newest message is answered like a new message."""
MAX_UNITS = 4000
"""UTF-16 units of one question; what is longer is no question."""
CHANNEL = "telegram"
_RATINGS = (ActionKind.RATE_UP, ActionKind.RATE_DOWN)
_PERSONAL = (
    ActionKind.HUMAN, ActionKind.WHY, ActionKind.FORGET, ActionKind.REVIEW, *OWN_DATA,
)  # fmt: skip
"""What is never done in a group, whoever asks."""


ERASED = f"{ActionKind.ERASE}:yes"


class Desk(Protocol):
    """Holds conversations: takes a message, gives sentences and then the reply."""

    def stream(self, message: Message) -> AsyncIterator[Delta | Reply]:
        """Sentences as they are ready, then the reply, last."""

    async def hurry(self, message_id: str) -> None:
        """The same shopper has written again: no model is waited for with this message."""


@dataclass(frozen=True, slots=True)
class House:
    """What the handlers work with. `staff` is None where no staff chat is set."""

    bot: Bot
    desk: Desk
    replies: Replies
    chats: Chats
    pseudonyms: Pseudonyms
    previews: Previews
    staff: Staff | None
    fixes: Fixes | None = None
    console: ConsoleLinks | None = None


class Handlers:
    """One burst in, the messages to send out. Sends nothing itself but signs of life."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def handle(self, burst: Sequence[Incoming]) -> tuple[Delivery, ...]:
        """What one turn sends, to the shopper first."""
        last, staff, fixes = burst[-1], self._house.staff, self._house.fixes
        from_staff = staff is not None and last.chat_id == staff.chat_id
        if fixes and fixes.concerns(last):
            return await fixes.handle(last, staff=from_staff)
        if (console := self._house.console) and console.concerns(last):
            return await console.handle(last, staff=from_staff)
        if staff and from_staff:
            return await staff.from_staff(last)
        case = await staff.open_case(last.chat_id) if staff and last.private else None
        if staff and case:
            rated = last.kind is Kind.ACTION and actions.kind(last.text) in _RATINGS
            if rated:
                chat = await self._house.chats.get(last.chat_id, last.language_hint)
                await self._ask(burst, last.text, "", chat)
            return () if last.kind is Kind.ACTION else await staff.from_shopper(case, burst)
        chat = await self._house.chats.get(last.chat_id, last.language_hint)
        return await self._answer(burst, chat)

    async def hurry(self, burst: Sequence[Incoming]) -> None:
        """The shopper of a turn under way has written again."""
        await self._house.desk.hurry(_message_id(burst))

    async def apologise(self, burst: Sequence[Incoming]) -> tuple[Delivery, ...]:
        """What a shopper is told when a turn cannot be made at all."""
        last, staff = burst[-1], self._house.staff
        if staff and last.chat_id == staff.chat_id:
            return ()
        chat = await self._house.chats.get(last.chat_id, last.language_hint)
        return self._say("error", chat.language, last)

    async def _answer(self, burst: Sequence[Incoming], chat: Chat) -> tuple[Delivery, ...]:
        last = burst[-1]
        texts = [part.text for part in burst if part.kind is Kind.TEXT]
        match last.kind:
            case Kind.COMMAND:
                return await self._command(last, chat)
            case Kind.ACTION:
                return await self._press(last, chat)
            case Kind.EDITED if not self._counts(last, chat):
                return self._say("edited", chat.language, last) if last.private else ()
            case Kind.NOTICE if not texts:
                return self._say(last.text, chat.language, last)
            case Kind.EDITED:
                texts = [last.text]
        words = "\n".join(texts).strip()
        if not words:
            return self._say("empty" if last.private else "group_hint", chat.language, last)
        if utf16.length(words) > MAX_UNITS:
            return self._say("too_long", chat.language, last)
        return await self._turned(burst, None, words, chat)

    async def _command(self, turn: Incoming, chat: Chat) -> tuple[Delivery, ...]:
        match turn.text:
            case "start" if turn.argument and turn.private:
                return await self._pressed(turn, f"{ActionKind.START}:{turn.argument}", chat)
            case "start":
                return self._say("greeting", chat.language, turn)
            case "help":
                return self._say("help", chat.language, turn)
            case "language":
                asked = self._say("language_ask", chat.language, turn)
                rows = render.languages(self._house.chats.languages)
                return (*asked[:-1], replace(asked[-1], rows=rows))
            case ActionKind.REVIEW if turn.argument and turn.private:
                return await self._turned((turn,), None, f"/review {turn.argument}", chat)
            case "forget":
                return await self._pressed(turn, f"{ActionKind.ERASE}:", chat)
            case (
                ActionKind.HUMAN
                | ActionKind.WHY
                | ActionKind.MYDATA
                | ActionKind.EXPORT
                | ActionKind.UNLINK
                | ActionKind.REVIEW
            ):
                return await self._pressed(turn, f"{turn.text}:", chat)
        return self._say("help", chat.language, turn) if turn.private else ()

    async def _press(self, turn: Incoming, chat: Chat) -> tuple[Delivery, ...]:
        if actions.kind(turn.text) is ActionKind.LANGUAGE:
            chosen = actions.argument(turn.text)
            if chosen not in self._house.chats.languages:
                return ()
            await self._house.chats.choose(chat, chosen)
            chat = replace(chat, language=chosen, known=chosen, chosen=True)
        return await self._pressed(turn, turn.text, chat)

    async def _pressed(self, turn: Incoming, action: str, chat: Chat) -> tuple[Delivery, ...]:
        if actions.kind(action) in _PERSONAL and not turn.private:
            return self._say("group_hint", chat.language, turn)
        sent = await self._turned((turn,), action, "", chat)
        # Where it failed a button to try again stands under the answer.
        if action == ERASED and not sent[-1].rows:
            await self._forget(turn.chat_id)
        return sent

    async def _forget(self, chat_id: int) -> None:
        """What this front itself keeps of a chat: its language, its case with staff."""
        await self._house.chats.forget(chat_id)
        if self._house.staff:
            await self._house.staff.forget(chat_id)

    async def _turned(
        self, burst: Sequence[Incoming], action: str | None, words: str, chat: Chat
    ) -> tuple[Delivery, ...]:
        """A turn of the desk as the messages to send."""
        reply = await self._ask(burst, action, words, chat)
        sent = self._shown(reply, burst[-1], chat.language)
        return sent if reply.handoff is None else await self._handed_over(reply, burst[-1], sent)

    def _shown(self, reply: Reply, turn: Incoming, language: str) -> tuple[Delivery, ...]:
        spoken = reply.language or language
        say = self._house.replies.text
        sent = render.reply(reply, _to(turn), lambda key: say(key, spoken))
        fixes = self._house.fixes
        if reply.turn and turn.private and fixes and fixes.is_operator(turn.user_id):
            sent = tuple(replace(one, shows=(reply.turn,)) for one in sent)
        return sent

    async def _handed_over(
        self, reply: Reply, turn: Incoming, sent: tuple[Delivery, ...]
    ) -> tuple[Delivery, ...]:
        """Bring in staff; where there is none, nothing the reply says may promise them."""
        staff = self._house.staff
        if not turn.private:
            return self._say("group_hint", reply.language, turn)
        if staff is None:
            return self._say("handoff_none", reply.language, turn)
        names = self._house.pseudonyms
        who = Person(names.conversation(turn.chat_id, turn.thread_id), names.shopper(turn.user_id))
        reason = reply.handoff or HandoffReason.ASKED
        return (*sent, *await staff.open(turn, who, reply.language, reason))

    async def _ask(
        self, burst: Sequence[Incoming], action: str | None, words: str, chat: Chat
    ) -> Reply:
        """One turn of the desk, shown while it is being made."""
        last, first = burst[-1], burst[0].update_id
        reply: Reply | None = None
        preview = self._house.previews.open(last, first)
        async with typing(self._house.bot, last):
            async for part in self._house.desk.stream(self._message(burst, action, words)):
                if isinstance(part, Reply):
                    reply = part
                else:
                    await preview.add(part.text)
        if reply is None:
            raise StoreError(
                "the desk gave no reply", where="the engine", mend="see the engine's log."
            )
        newest = last.message_id if action is None else 0
        await self._house.chats.note(chat, reply.language, newest)
        return reply

    def _message(self, burst: Sequence[Incoming], action: str | None, words: str) -> Message:
        last = burst[-1]
        return Message(
            id=_message_id(burst),
            conversation=self._house.pseudonyms.conversation(last.chat_id, last.thread_id),
            shopper=self._house.pseudonyms.shopper(last.user_id),
            text=words,
            at=last.at,
            action=action,
            language_hint=last.language_hint,
            channel=CHANNEL,
            private=last.private,
            staffed=last.private and self._house.staff is not None,
        )

    def _say(self, key: str, language: str, turn: Incoming) -> tuple[Delivery, ...]:
        return render.text(self._house.replies.text(key, language), _to(turn))

    def _counts(self, turn: Incoming, chat: Chat) -> bool:
        """Whether an edit is a correction of the newest message, made at once."""
        if turn.edited_at is None or not turn.text:
            return False
        soon = (turn.edited_at - turn.at).total_seconds() <= EDIT_COUNTS_FOR_S
        return soon and chat.last == turn.message_id


def _message_id(burst: Sequence[Incoming]) -> str:
    return f"tg-{burst[0].update_id}"


def _to(turn: Incoming) -> Delivery:
    """Where an answer goes; in groups it is tied to the message it answers."""
    answered = 0 if turn.private else turn.message_id
    return Delivery(turn.chat_id, thread_id=turn.thread_id, reply_to=answered)
