"""Reading updates: what Telegram sent, as one small value the handlers understand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from telegram import CallbackQuery, Chat, Message, MessageEntity, Update, User

from bot.telegram import actions

ALLOWED_UPDATES = ("message", "edited_message", "callback_query")


class Kind(StrEnum):
    """What a shopper did."""

    TEXT = "text"
    COMMAND = "command"
    ACTION = "action"
    EDITED = "edited"
    NOTICE = "notice"
    """Something the assistant cannot read; `text` is the key of the fitting reply."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing a shopper (or, in the staff chat, a colleague) did."""

    update_id: int
    kind: Kind
    chat_id: int
    user_id: int
    at: datetime
    text: str = ""
    argument: str = ""
    thread_id: int | None = None
    message_id: int = 0
    private: bool = True
    language_hint: str | None = None
    callback_id: str = ""
    reply_to: int = 0
    """The message this one answers; 0: none, or only a topic's first message."""
    user_name: str = ""
    edited_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads updates for one bot; `staff_chat` is read whole, other groups only when addressed."""

    bot_id: int
    bot_name: str
    staff_chat: int | None = None

    def read(self, update: Update) -> Incoming | None:
        """The update as a value, or None where it is not for us."""
        if update.callback_query is not None:
            return self._press(update.update_id, update.callback_query)
        message = update.message or update.edited_message
        user = message.from_user if message else None
        if message is None or user is None or user.id == self.bot_id:
            return None
        # Staff may write as anonymous administrators; elsewhere bots and channels are no shoppers.
        staff = message.chat.id == self.staff_chat
        if not staff and (user.is_bot or message.sender_chat or not self._addressed(message)):
            return None
        return self._message(update, message, user)

    def _press(self, update_id: int, query: CallbackQuery) -> Incoming | None:
        message = query.message
        action = actions.read(query.data)
        if message is None or action is None:
            return None
        shown = message if isinstance(message, Message) else None
        return Incoming(
            update_id=update_id,
            kind=Kind.ACTION,
            chat_id=message.chat.id,
            user_id=query.from_user.id,
            at=datetime.now(UTC),
            text=action,
            thread_id=_thread(shown),
            message_id=message.message_id,
            private=message.chat.type == Chat.PRIVATE,
            language_hint=query.from_user.language_code,
            callback_id=query.id,
            user_name=query.from_user.first_name,
        )

    def _message(self, update: Update, message: Message, user: User) -> Incoming | None:
        kind, text, argument = self._content(message)
        if kind is Kind.NOTICE and not text:
            return None
        if update.edited_message is not None:
            if kind not in (Kind.TEXT, Kind.COMMAND):
                return None
            kind = Kind.EDITED
        return Incoming(
            update_id=update.update_id,
            kind=kind,
            chat_id=message.chat.id,
            user_id=user.id,
            at=message.date,
            text=text,
            argument=argument,
            thread_id=_thread(message),
            message_id=message.message_id,
            private=message.chat.type == Chat.PRIVATE,
            language_hint=user.language_code,
            reply_to=_answered(message),
            user_name=user.first_name,
            edited_at=message.edit_date,
        )

    def _content(self, message: Message) -> tuple[Kind, str, str]:
        """Kind, text (or command, or reply key) and a command's argument."""
        if message.forward_origin is not None:
            return Kind.NOTICE, "forwarded", ""
        text = message.text or message.caption or ""
        if message.text and (command := self._command(message)):
            return Kind.COMMAND, *command
        if text.strip():
            return Kind.TEXT, self._without_mention(text), ""
        return Kind.NOTICE, _reply_key(message), ""

    def _command(self, message: Message) -> tuple[str, str] | None:
        text = message.text or ""
        first = message.entities[0] if message.entities else None
        if first is None or first.type != MessageEntity.BOT_COMMAND or first.offset != 0:
            return None
        name, _, addressee = text[1 : first.length].partition("@")
        if addressee and addressee.lower() != self.bot_name.lower():
            return None
        return name.lower(), text[first.length :].strip()

    def _addressed(self, message: Message) -> bool:
        """Whether a message is meant for us: private, a command, a mention or an answer."""
        if message.chat.type == Chat.PRIVATE:
            return True
        if message.chat.type not in (Chat.GROUP, Chat.SUPERGROUP):
            return False
        answered = message.reply_to_message if _answered(message) else None
        if answered and answered.from_user and answered.from_user.id == self.bot_id:
            return True
        return self._mentioned(message) or self._commanded(message)

    def _mentioned(self, message: Message) -> bool:
        found = message.parse_entities() | message.parse_caption_entities()
        name = f"@{self.bot_name}".lower()
        return any(
            (entity.type == MessageEntity.MENTION and text.lower() == name)
            or (entity.user is not None and entity.user.id == self.bot_id)
            for entity, text in found.items()
        )

    def _commanded(self, message: Message) -> bool:
        """A bare command in a group may be another bot's: only ours by name, or our own words."""
        command = self._command(message)
        if command is None:
            return False
        first = (message.text or "").split(maxsplit=1)[0]
        return "@" in first or command[0] in COMMANDS

    def _without_mention(self, text: str) -> str:
        """Take our name out, however it is written."""
        name = f"@{self.bot_name}"
        start = text.lower().find(name.lower())
        if start < 0:
            return text.strip()
        return f"{text[:start].rstrip()} {text[start + len(name) :].lstrip()}".strip(" ,:，：")


COMMANDS = (
    "start", "help", "language", "review", "why", "unlink", "human", "mydata", "export", "forget",
)  # fmt: skip
"""The commands shown in Telegram's menu."""

_NOTICES = (
    ("photo", ("photo",)),
    ("voice", ("voice", "audio", "video_note")),
    ("sticker", ("sticker", "dice", "animation")),
    ("location", ("location", "venue")),
    ("file", ("document", "video", "contact", "poll", "story", "game", "paid_media")),
)


def _reply_key(message: Message) -> str:
    """Which reply a message without words gets; empty for service messages, which get none."""
    for key, attributes in _NOTICES:
        if any(getattr(message, name, None) for name in attributes):
            return key
    return ""


def _thread(message: Message | None) -> int | None:
    if message is None or not message.is_topic_message:
        return None
    return message.message_thread_id


def _answered(message: Message) -> int:
    """The message answered; a topic's messages name its first message, which is no answer."""
    parent = message.reply_to_message
    if parent is None or parent.forum_topic_created is not None:
        return 0
    return parent.message_id
