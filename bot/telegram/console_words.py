"""Brings what staff say in the console to the shoppers it is meant for, in order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError
from telegram.error import BadRequest
from telegram.error import TelegramError as ApiError

from bot.telegram import render
from bot.telegram import staff_texts as texts
from bot.telegram.cases import Case
from bot.telegram.parts import Delivery
from bot.telegram.staff import Staff
from engine import keys
from engine.staff_words import StaffWord, read_staff_word

log = logging.getLogger(__name__)


class ConsoleWords:
    """Takes from the queue that the console fills.

    A word is off the queue once it is sent: a kill between may send it twice, and loses none.
    """

    def __init__(
        self, redis: Redis, staff: Staff, send: Callable[[Delivery], Awaitable[int]]
    ) -> None:
        self._redis = redis
        self._staff = staff
        self._send = send

    async def run(self, every_s: float) -> None:
        """Bring them until cancelled."""
        while True:
            try:
                while await self.bring_next():
                    pass
            except (RedisError, ApiError) as error:
                log.warning("an answer from the console waits (%s)", type(error).__name__)
            await asyncio.sleep(every_s)

    async def bring_next(self) -> bool:
        """Bring the oldest; whether there was one. One that Telegram refuses is given up."""
        found: Any = await self._redis.lindex(keys.STAFF_WORDS, 0)
        if found is None:
            return False
        try:
            await self._bring(read_staff_word(found))
        except (BadRequest, ValueError) as error:
            log.error("an answer from the console is given up (%s)", type(error).__name__)
        await self._redis.lpop(keys.STAFF_WORDS)
        return True

    async def _bring(self, word: StaffWord) -> None:
        staff, case = self._staff, await self._staff.case_of(word.conversation)
        if case is None:
            told = texts.LOST_ELSEWHERE.format(by=word.by)
            await self._send_all(render.text(told, Delivery(staff.chat_id)))
        elif word.text:
            await self._answer(case, word)
        elif case.open:
            note = texts.CLOSED_ELSEWHERE.format(by=word.by)
            await self._send_all(await staff.close(case, note))

    async def _answer(self, case: Case, word: StaffWord) -> None:
        """Only what has reached the shopper counts as an answer."""
        staff = self._staff
        try:
            reached = await self._send_all(staff.answer(case, word.text))
        except BadRequest as error:
            log.error("Telegram refuses an answer from the console (%s)", error.message)
            await staff.lost(case, word.by, word.text)
            await self._send_all(staff.to_staff(case, texts.REFUSED_ELSEWHERE.format(by=word.by)))
            return
        if not reached:
            await staff.lost(case, word.by, word.text)
            return
        await staff.answered(case, word.by, word.text)
        told = texts.ANSWERED_ELSEWHERE.format(by=word.by, text=word.text)
        notes = () if case.open else staff.to_staff(case, texts.REOPENED)
        await self._send_all((*staff.to_staff(case, told), *notes))

    async def _send_all(self, deliveries: Sequence[Delivery]) -> bool:
        """Send them in order; whether each has reached its chat."""
        return all([await self._send(one) for one in deliveries])
