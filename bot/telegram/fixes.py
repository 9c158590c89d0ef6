"""`/fix` in answer to a wrong answer: shown, then saved, and published where that is wanted."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from redis.asyncio import Redis

from bot.telegram import actions, keys, render
from bot.telegram.parts import Delivery, Key
from bot.telegram.publishing import Wish, wish_publish
from bot.telegram.shown import Shown
from bot.telegram.updates import Incoming, Kind
from engine.errors import ShopdeskError
from engine.operators import Operator, Role, operator_of
from engine.retrieval.text import is_chinese
from engine.told_entries import ToldEntry
from engine.types import Shop
from knowledge_base.one_answer import find_entry, with_answer
from knowledge_base.working_copy import ChangedMeanwhileError, WorkingCopy

COMMAND = "fix"
WHY = "/fix"
# Operators are spoken to in English, as the staff chat is.
NOT_YOU = "Only the shop's operators may correct answers."
HOW = "Reply to the wrong answer with /fix and the right text, all in one message."
NOTHING_TOLD = "That message shows no answer of an entry (or it is not kept any more)."
SAME = "That is what the entry says already; nothing to save."
GONE = "This correction is not open any more: saved, cancelled, or older than a day."
CANCELLED = "Cancelled; nothing was changed."
SAVED = "Saved; not live yet."
PUBLISHING = "Saved. Publishing: what it changes is told here."
NO_LANGUAGE = "This text is in none of the shop's languages ({languages})."


@dataclass(frozen=True, slots=True)
class Fix:
    """A correction that waits for its button. `version`: of the file it was begun with."""

    entry: str
    file: str
    language: str
    answer: str
    version: str
    by: int


class Fixes:
    """Knows who may correct. Every method returns what is to be sent, in order."""

    def __init__(
        self, redis: Redis, operators: Sequence[Operator], shop: Shop, folder: Path,
        told: Callable[[Sequence[str]], ToldEntry | None],
    ) -> None:  # fmt: skip
        """`told` looks into the journal, so it may block."""
        self._redis = redis
        self._operators = operators
        self._shop = shop
        self._copy = WorkingCopy(folder)
        self._told = told
        self._shown = Shown(redis)

    def concerns(self, turn: Incoming) -> bool:
        """Whether a message or a tap is about a correction."""
        if turn.kind is Kind.ACTION:
            return turn.text.startswith(f"{actions.FIX}:")
        return turn.kind is Kind.COMMAND and turn.text == COMMAND

    def is_operator(self, user_id: int) -> bool:
        """Whether answers to this person may be corrected by them."""
        known = operator_of(self._operators, user_id)
        return known is not None and known.may(Role.EDITOR)

    async def handle(self, turn: Incoming, *, staff: bool) -> tuple[Delivery, ...]:
        """The next step of a correction. `staff`: it comes from the staff chat."""
        operator = operator_of(self._operators, turn.user_id)
        if operator is None or not operator.may(Role.EDITOR):
            return _say(turn, NOT_YOU) if staff or turn.private else ()
        if not (staff or turn.private):
            return ()
        try:
            if turn.kind is Kind.ACTION:
                return await self._pressed(turn, operator)
            return await self._asked(turn, operator)
        except ShopdeskError as error:
            return _say(turn, str(error))
        except OSError as error:
            return _say(turn, f"The shop's files cannot be written ({error.strerror}).")

    async def _asked(self, turn: Incoming, operator: Operator) -> tuple[Delivery, ...]:
        answer = turn.argument.strip()
        if not turn.reply_to or not answer:
            return _say(turn, HOW)
        turns = await self._shown.turns(turn.chat_id, turn.reply_to)
        told = await asyncio.to_thread(self._told, turns)
        if told is None:
            return _say(turn, NOTHING_TOLD)
        language = language_of(answer, told.language, self._shop)
        if not language:
            return _say(turn, NO_LANGUAGE.format(languages=", ".join(self._shop.languages)))
        return await self._preview(turn, told, language, answer, operator)

    async def _preview(
        self, turn: Incoming, told: ToldEntry, language: str, answer: str, operator: Operator
    ) -> tuple[Delivery, ...]:
        file, entry = await asyncio.to_thread(find_entry, self._copy, told.entry)
        version = await asyncio.to_thread(self._copy.version, file)
        with_answer(self._copy.read(file) or "", self._copy.folder / file, language, answer)
        now = entry.answers.get(language, "")
        if now == answer:
            return _say(turn, SAME)
        fix = Fix(entry.id, file, language, answer, version, operator.telegram_id)
        name = secrets.token_hex(8)
        words = json.dumps(asdict(fix), ensure_ascii=False)
        await self._redis.set(keys.fix(name), words, ex=keys.FIX_TTL_S)
        title = entry.titles.get(language) or next(iter(entry.titles.values()), entry.id)
        shown = _say(turn, f"{title} ({entry.id}, {language})\nAsked: {told.question}\n\n"
                     f"Now:\n{now or '(nothing in this language)'}\n\nNew:\n{answer}")  # fmt: skip
        return (*shown[:-1], replace(shown[-1], rows=_buttons(name, operator)))

    async def _pressed(self, turn: Incoming, operator: Operator) -> tuple[Delivery, ...]:
        what, _, name = turn.text.removeprefix(f"{actions.FIX}:").partition(".")
        found = await self._redis.get(keys.fix(name))
        if found is None:
            return _say(turn, GONE)
        fix = Fix(**json.loads(found))
        if fix.by != operator.telegram_id:
            return _say(turn, "Only who began this correction can finish it.")
        publish = what == "publish" and operator.may(Role.PUBLISHER)
        if what == "publish" and not publish:
            return _say(turn, "You may save, not publish.")
        if what == "cancel":
            await self._redis.delete(keys.fix(name))
            return _say(turn, CANCELLED)
        try:
            await asyncio.to_thread(self._save, fix, turn.user_name)
        except ChangedMeanwhileError as error:
            await self._redis.delete(keys.fix(name))
            return _say(turn, f"{error.what}. Nothing was overwritten; send /fix again to see "
                        "what stands there now.")  # fmt: skip
        if publish:
            await wish_publish(self._redis, Wish(turn.chat_id, turn.thread_id or 0, _by(fix)))
        await self._redis.delete(keys.fix(name))
        return _say(turn, PUBLISHING if publish else SAVED)

    def _save(self, fix: Fix, name: str) -> None:
        present = self._copy.read(fix.file) or ""
        text = with_answer(present, self._copy.folder / fix.file, fix.language, fix.answer)
        if text == present:
            return  # Saved before a restart.
        self._copy.apply({fix.file: text}, by=_by(fix, name), why=WHY,
                         expected={fix.file: fix.version})  # fmt: skip


def language_of(text: str, told: str, shop: Shop) -> str:
    """Which of the shop's languages a text is in: by its script, then as the shopper's, then the
    shop's own. "" for none.
    """
    own = [code for code in (told, shop.default_language, *shop.languages)
           if code in shop.languages]  # fmt: skip
    chinese = is_chinese(text)
    return next((code for code in own if (code.split("-")[0] == "zh") == chinese), "")


def _by(fix: Fix, name: str = "") -> str:
    return f"{name} ({fix.by})" if name else f"Telegram {fix.by}"


def _buttons(name: str, operator: Operator) -> tuple[tuple[Key, ...], ...]:
    publish = (Key("Save and publish", f"{actions.FIX}:publish.{name}"),)
    save = (
        Key("Save", f"{actions.FIX}:save.{name}"),
        Key("Cancel", f"{actions.FIX}:cancel.{name}"),
    )
    return (save, publish) if operator.may(Role.PUBLISHER) else (save,)


def _say(turn: Incoming, words: str) -> tuple[Delivery, ...]:
    answered = 0 if turn.kind is Kind.ACTION else turn.message_id
    to = Delivery(turn.chat_id, thread_id=turn.thread_id, reply_to=answered)
    return render.text(words, to)
