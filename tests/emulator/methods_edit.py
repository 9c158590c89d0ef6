"""Methods that change or remove what is in a chat, and answers to pressed buttons."""

from __future__ import annotations

from typing import Any

from .chats import Chat
from .errors import bad_request
from .params import Params
from .text import Json, utf16_length
from .validation import (
    MAX_CALLBACK_ANSWER,
    check_inline_keyboard,
    read_caption,
    read_text,
)
from .world import World

DELETABLE_FOR_S = 48 * 3600
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)


def edit_message_text(world: World, params: Params) -> Json:
    """editMessageText."""
    chat, message = _own_message(world, params)
    text, entities = read_text(params, allow_parse_mode=not world.options.refuse_parse_mode)
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    return _change(world, chat, message, params, {"text": text, "entities": entities})


def edit_message_caption(world: World, params: Params) -> Json:
    """editMessageCaption."""
    chat, message = _own_message(world, params)
    text, entities = read_caption(params, allow_parse_mode=not world.options.refuse_parse_mode)
    if "photo" not in message and "document" not in message:
        raise bad_request("there is no caption in the message to edit")
    return _change(world, chat, message, params, {"caption": text, "caption_entities": entities})


def edit_message_reply_markup(world: World, params: Params) -> Json:
    """editMessageReplyMarkup."""
    chat, message = _own_message(world, params)
    return _change(world, chat, message, params, {})


def delete_message(world: World, params: Params) -> bool:
    """deleteMessage: the bot's own, or a user's in a private chat or as admin, for 48 hours."""
    chat = world.chat(params.string("chat_id"))
    message = chat.message(params.integer("message_id"), "message to delete not found")
    own = message["from"]["id"] == world.bot["id"]
    permitted = own or chat.kind == "private" or chat.bot_admin
    too_old = world.now() - message["date"] > DELETABLE_FOR_S and not chat.bot_admin
    if not permitted or too_old:
        raise bad_request("message can't be deleted for everyone")
    del chat.messages[message["message_id"]]
    return True


def answer_callback_query(world: World, params: Params) -> bool:
    """answerCallbackQuery: in time, up to 200 characters."""
    query = world.queries.get(params.string("callback_query_id"))
    if query is None or query.until < world.now():
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if utf16_length(params.string("text")) > MAX_CALLBACK_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    if params.string("url"):
        raise bad_request("URL_INVALID")
    query.answer = {"text": params.string("text"), "show_alert": params.flag("show_alert")}
    return True


def _own_message(world: World, params: Params) -> tuple[Chat, Json]:
    if params.string("inline_message_id"):
        raise bad_request("message to edit not found")
    chat = world.chat(params.string("chat_id"))
    chat.require_writable()
    if not params.integer("message_id"):
        raise bad_request("message identifier is not specified")
    message = chat.message(params.integer("message_id"), "message to edit not found")
    if message["from"]["id"] != world.bot["id"] or "forward_origin" in message:
        raise bad_request("message can't be edited")
    return chat, message


def _change(world: World, chat: Chat, message: Json, params: Params, content: Json) -> Json:
    keyboard = check_inline_keyboard(params.parsed("reply_markup"))
    wanted: dict[str, Any] = {**content, "reply_markup": keyboard}
    if all((message.get(name) or None) == (value or None) for name, value in wanted.items()):
        raise bad_request(NOT_MODIFIED)
    changed = {**message, **wanted, "edit_date": int(world.now())}
    changed = {name: value for name, value in changed.items() if value not in (None, [], "")}
    chat.messages[message["message_id"]] = changed
    if keyboard != message.get("reply_markup"):
        chat.remember_keyboard(changed)
    return changed
