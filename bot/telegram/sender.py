"""One delivery to Telegram, and what each refusal means."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError
from telegram import InputFile, LinkPreviewOptions, ReplyParameters
from telegram.error import BadRequest, ChatMigrated, Forbidden
from telegram.ext import ExtBot

from bot.telegram import keys, utf16
from bot.telegram.parts import DOCUMENT_NAME, Delivery, entities, keyboard
from bot.telegram.pictures import Pictures
from engine.errors import TelegramError

log = logging.getLogger(__name__)

Bot = ExtBot[Any]

_GONE = ("chat not found", "user is deactivated", "peer_id_invalid", "have no rights to send")
_TOPIC_GONE = ("message thread not found", "topic_deleted", "topic_closed", "topic_id_invalid")
_NOT_EDITABLE = ("message to edit not found", "message can't be edited", "message_id_invalid")
_BAD_PICTURE = ("file", "image", "photo", "url content", "webpage", "wrong type")


class ChatGoneError(TelegramError):
    """The chat cannot be written to any more: blocked, deleted, or the bot was removed."""


class TopicGoneError(TelegramError):
    """The topic written to was deleted or closed."""


class Sender:
    """Sends one delivery. Telegram's answer "message is not modified" counts as success."""

    def __init__(self, bot: Bot, pictures: Pictures, redis: Redis) -> None:
        self._bot = bot
        self._pictures = pictures
        self._redis = redis
        self._moved: dict[int, int] = {}

    async def load(self) -> None:
        """Recall which groups moved to a new id."""
        found: Any = await self._redis.hgetall(keys.MOVED)
        self._moved = {int(old): int(new) for old, new in found.items()}

    async def send(self, delivery: Delivery) -> int:
        """Send it; returns the message id.

        Raises ChatGoneError, TopicGoneError, and telegram.error.TelegramError for the rest.
        """
        chat_id = self._moved.get(delivery.chat_id, delivery.chat_id)
        try:
            return await self._send(chat_id, delivery)
        except ChatMigrated as error:
            self._moved[delivery.chat_id] = error.new_chat_id
            await self._redis.hset(keys.MOVED, str(delivery.chat_id), str(error.new_chat_id))
            return await self.send(delivery)
        except Forbidden as error:
            raise ChatGoneError(error.message) from error
        except BadRequest as error:
            reason = error.message.lower()
            if any(part in reason for part in _GONE):
                raise ChatGoneError(error.message) from error
            if any(part in reason for part in _TOPIC_GONE):
                raise TopicGoneError(error.message) from error
            raise

    async def _send(self, chat_id: int, delivery: Delivery) -> int:
        if delivery.copy_of is not None:
            return await self._copy(chat_id, delivery)
        if delivery.edit_of:
            return await self._edit(chat_id, delivery)
        if delivery.document:
            return await self._document(chat_id, delivery)
        if delivery.image:
            found, digest = await self._pictures.find(delivery.image)
            if found is not None:
                return await self._photo(chat_id, delivery, found, digest)
        return await self._text(chat_id, delivery)

    async def _text(self, chat_id: int, delivery: Delivery) -> int:
        message = await self._bot.send_message(
            chat_id,
            delivery.text,
            entities=entities(delivery.marks) or None,
            link_preview_options=LinkPreviewOptions(True) if delivery.no_preview else None,
            **_place(delivery),
        )
        return message.message_id

    async def _document(self, chat_id: int, delivery: Delivery) -> int:
        content = InputFile(delivery.document.encode(), filename=DOCUMENT_NAME)
        message = await self._bot.send_document(
            chat_id, content, caption=delivery.text or None, **_place(delivery)
        )
        return message.message_id

    async def _photo(
        self, chat_id: int, delivery: Delivery, photo: str | InputFile, digest: str
    ) -> int:
        try:
            message = await self._bot.send_photo(
                chat_id,
                photo,
                caption=delivery.text,
                caption_entities=entities(delivery.marks) or None,
                **_place(delivery),
            )
        except BadRequest as error:
            if not any(part in error.message.lower() for part in _BAD_PICTURE):
                raise
            return await self._without_photo(chat_id, delivery, photo, digest, error.message)
        if message.photo:
            # It is sent: a store that is away now must not lead to a repeat.
            with suppress(RedisError):
                await self._pictures.remember(digest, message.photo[-1].file_id)
        return message.message_id

    async def _without_photo(
        self, chat_id: int, delivery: Delivery, photo: str | InputFile, digest: str, why: str
    ) -> int:
        """Upload anew where an old id was refused; else the card goes without its picture."""
        if isinstance(photo, str) and digest:
            await self._pictures.forget(digest)
            found, digest = await self._pictures.find(delivery.image)
            if isinstance(found, InputFile):
                return await self._photo(chat_id, delivery, found, digest)
        log.warning("Telegram refuses the picture %s (%s)", delivery.image, why)
        return await self._text(chat_id, delivery)

    async def _copy(self, chat_id: int, delivery: Delivery) -> int:
        source, message_id = delivery.copy_of or (0, 0)
        place = _place(delivery)
        if delivery.text:
            place["caption"] = utf16.truncate(delivery.text, utf16.CAPTION_LIMIT)
        copied = await self._bot.copy_message(
            chat_id, self._moved.get(source, source), message_id, **place
        )
        return copied.message_id

    async def _edit(self, chat_id: int, delivery: Delivery) -> int:
        try:
            await self._bot.edit_message_text(
                delivery.text,
                chat_id,
                delivery.edit_of,
                entities=entities(delivery.marks) or None,
                reply_markup=keyboard(delivery.rows),
            )
        except BadRequest as error:
            reason = error.message.lower()
            if "message is not modified" in reason:
                return delivery.edit_of
            if not any(part in reason for part in _NOT_EDITABLE):
                raise
            return await self._text(chat_id, delivery)
        return delivery.edit_of


def _place(delivery: Delivery) -> dict[str, Any]:
    """Where in a chat, in answer to what, with which buttons."""
    place: dict[str, Any] = {}
    if delivery.thread_id:
        place["message_thread_id"] = delivery.thread_id
    if delivery.reply_to:
        place["reply_parameters"] = ReplyParameters(
            delivery.reply_to, allow_sending_without_reply=True
        )
    markup = keyboard(delivery.rows)
    if markup is not None:
        place["reply_markup"] = markup
    return place
