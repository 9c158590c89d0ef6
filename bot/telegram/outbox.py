"""The outbox: sends a turn's messages in order, and records each one as soon as it is sent."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from bot.telegram.cases import Cases
from bot.telegram.inbox import Inbox
from bot.telegram.parts import Delivery
from bot.telegram.sender import ChatGoneError, Sender, TopicGoneError
from bot.telegram.shown import Shown
from bot.telegram.staff import Staff

log = logging.getLogger(__name__)


class Outbox:
    """A turn resumed after a crash sends only what is not recorded as sent."""

    def __init__(
        self,
        sender: Sender,
        inbox: Inbox,
        cases: Cases,
        staff: Staff | None,
        *,
        previewed: bool = False,
        shown: Shown | None = None,
    ) -> None:
        """`previewed`: a reply may take the place of a message shown before it."""
        self._shown = shown
        self._sender = sender
        self._inbox = inbox
        self._cases = cases
        self._staff = staff
        self._previewed = previewed

    async def deliver(
        self, turn: int, plan: Sequence[Delivery], sent: dict[int, int], *, resumed: bool = False
    ) -> None:
        """Send what is missing of a turn's plan; the caller records its last message as sent.

        `sent` is what this process sent of it so far, and grows: a store that fails between
        sending and recording leads to no repeat. Raises telegram.error.TelegramError for what
        Telegram refuses or cannot take now.
        """
        if resumed:
            sent.update(await self._inbox.sent(turn))
        preview = await self._inbox.preview(turn) if self._previewed and plan else 0
        for number, delivery in enumerate(plan):
            if number in sent:
                continue
            if number == 0 and preview:
                delivery = replace(delivery, edit_of=preview)
            sent[number] = await self.send(delivery)
            if number + 1 < len(plan):
                await self._inbox.set_sent(turn, number, sent[number])

    async def send(self, delivery: Delivery) -> int:
        """Send one message now; 0 where its chat is gone."""
        try:
            message_id = await self._sender.send(delivery)
        except ChatGoneError as error:
            log.info("a chat cannot be written to any more (%s)", error.what)
            if delivery.case:
                # Nobody can read it there: the assistant answers again.
                await self._cases.close(delivery.case)
            if delivery.if_gone:
                await self.send(_told(delivery))
            return 0
        except TopicGoneError:
            message_id = await self._without_topic(delivery)
        if delivery.case and message_id:
            await self._cases.remember(delivery.case, message_id)
        if delivery.shows and message_id and self._shown:
            await self._shown.remember(delivery.chat_id, message_id, delivery.shows)
        if delivery.mirrors and message_id:
            await self._cases.set_mirrored(delivery.mirrors, message_id)
        return message_id

    async def _without_topic(self, delivery: Delivery) -> int:
        """Its topic was deleted: staff messages get a new one, others go to the chat itself."""
        topic = None
        if delivery.case and self._staff:
            known = await self._staff.topic_of(delivery.case)
            if known == (delivery.thread_id or 0):
                for post in await self._staff.replace_topic(delivery.case):
                    sent = await self._sender.send(post)
                    await self._cases.remember(delivery.case, sent)
            topic = await self._staff.topic_of(delivery.case) or None
        return await self._sender.send(replace(delivery, thread_id=topic, reply_to=0))


def _told(lost: Delivery) -> Delivery:
    """What is said elsewhere of a message that reached nobody, under the one it brought."""
    return Delivery(lost.tell, lost.if_gone, thread_id=lost.tell_thread, reply_to=lost.mirrors)
