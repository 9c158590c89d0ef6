"""The rules of the Bot API about texts, entities, keyboards, commands and secrets."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from .errors import bad_request
from .markup import parse_markup
from .params import Params
from .text import Json, find_entities, merge_entities, trim, utf16_length, utf16_slice

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_CALLBACK_BYTES = 64
MAX_CALLBACK_ANSWER = 200
MAX_BUTTONS = 100

_FORMAT_TYPES = frozenset(
    {"bold", "italic", "underline", "strikethrough", "spoiler", "blockquote", "code", "pre"}
    | {"expandable_blockquote", "text_link", "text_mention", "custom_emoji", "date_time"}
)
_FOUND_TYPES = frozenset(
    {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"}
)
_BUTTON_KINDS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)


def read_text(
    params: Params, *, name: str = "text", allow_parse_mode: bool = True
) -> tuple[str, list[Json]]:
    """A message text with its entities, checked; raises 400 as Telegram does."""
    text, entities = _formatted(params, name, "entities", allow_parse_mode)
    if not text:
        raise bad_request("message text is empty")
    if utf16_length(text) > MAX_TEXT:
        raise bad_request("message is too long")
    return text, entities


def read_caption(params: Params, *, allow_parse_mode: bool = True) -> tuple[str, list[Json]]:
    """A caption (may be empty) with its entities, checked."""
    text, entities = _formatted(params, "caption", "caption_entities", allow_parse_mode)
    if utf16_length(text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return text, entities


def _formatted(
    params: Params, name: str, entities_name: str, allow_parse_mode: bool
) -> tuple[str, list[Json]]:
    text = params.string(name)
    mode = params.string("parse_mode")
    given = params.parsed(entities_name)
    if mode and not given:
        if not allow_parse_mode:
            raise bad_request("parse_mode is refused by this server")
        text, entities = parse_markup(text, mode)
    else:
        entities = check_entities(text, given)
    text, entities = trim(text, entities)
    return text, merge_entities(entities, find_entities(text))


def check_entities(text: str, given: Any) -> list[Json]:
    """The formatting entities, each inside the text and on whole characters."""
    if given is None:
        return []
    if not isinstance(given, list):
        raise bad_request("can't parse entities: expected an Array of MessageEntity")
    return [
        entity
        for entity in map(_entity, given)
        if _fits(text, entity) and entity["type"] in _FORMAT_TYPES
    ]


def _entity(given: Any) -> Json:
    if not isinstance(given, dict):
        raise bad_request("can't parse MessageEntity: expected an Object")
    kind = given.get("type")
    if kind not in _FORMAT_TYPES | _FOUND_TYPES:
        raise bad_request(f'can\'t parse MessageEntity: unsupported type "{kind}" specified')
    for name in ("offset", "length"):
        if not isinstance(given.get(name), int) or isinstance(given.get(name), bool):
            raise bad_request(f'can\'t parse MessageEntity: field "{name}" must be an Integer')
    if kind == "text_link" and not given.get("url"):
        raise bad_request('can\'t parse MessageEntity: field "url" must be non-empty')
    return dict(given)


def _fits(text: str, entity: Json) -> bool:
    offset, length = entity["offset"], entity["length"]
    if offset < 0:
        raise bad_request(f"receive an entity with incorrect offset {offset}")
    if length < 0:
        raise bad_request(f"receive an entity with incorrect length {length}")
    if offset + length > utf16_length(text):
        raise bad_request(f"entity beginning at UTF-16 offset {offset} ends outside of the text")
    try:
        utf16_slice(text, 0, offset)
        utf16_slice(text, offset, length)
    except UnicodeDecodeError:
        raise bad_request(
            f"entity at UTF-16 offset {offset} begins or ends in the middle of a UTF-16 symbol"
        ) from None
    return bool(length)


def check_inline_keyboard(markup: Any) -> Json | None:
    """The inline keyboard as messages carry it, None for none; other keyboards pass through."""
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" not in markup:
        if not {"keyboard", "remove_keyboard", "force_reply"} & set(markup):
            raise bad_request("can't parse reply markup JSON object")
        return None
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" must be an Array of Arrays')
    if sum(map(len, rows)) > MAX_BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    checked = [[_button(button) for button in row] for row in rows if row]
    return {"inline_keyboard": checked} if checked else None


def _button(button: Any) -> Json:
    prefix = "can't parse inline keyboard button: "
    if not isinstance(button, dict):
        raise bad_request(prefix + "expected an Object")
    if not isinstance(button.get("text"), str) or not button["text"].strip():
        raise bad_request(prefix + 'field "text" must be a non-empty String')
    kinds = [kind for kind in _BUTTON_KINDS if button.get(kind) is not None]
    if not kinds:
        raise bad_request(prefix + "Text buttons are unallowed in the inline keyboard")
    if len(kinds) > 1:
        raise bad_request(prefix + "exactly one of the optional fields must be used")
    if kinds == ["callback_data"]:
        data = button["callback_data"]
        if not isinstance(data, str) or not 1 <= len(data.encode()) <= MAX_CALLBACK_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    if kinds == ["url"] and not is_button_url(button["url"]):
        raise bad_request(
            f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL"
        )
    return {name: value for name, value in button.items() if value is not None}


def is_button_url(url: Any) -> bool:
    """Whether Telegram takes the address for a button: http(s) with a real host, tg: or mailto."""
    if not isinstance(url, str) or not url or re.search(r"\s", url):
        return False
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme in {"tg", "ton", "tonsite"}:
        return bool(parts.netloc)
    if parts.scheme not in {"http", "https"}:
        return False
    return re.fullmatch(r"(?:[\w-]+\.)+[\w-]{2,}|\d+(?:\.\d+){3}", parts.hostname or "") is not None


def check_commands(commands: Any) -> list[Json]:
    """A bot's command list: at most 100, names 1–32 of a–z, 0–9, _, descriptions 1–256."""
    if not isinstance(commands, list):
        raise bad_request("can't parse commands: expected an Array of BotCommand")
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    checked = []
    for command in commands:
        name = str(command.get("command", "")).removeprefix("/")
        description = str(command.get("description", ""))
        if not re.fullmatch(r"[a-z0-9_]{1,32}", name):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(description) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        checked.append({"command": name, "description": description})
    return checked


def check_secret_token(token: str) -> str:
    """A webhook's secret: up to 256 of A–Z, a–z, 0–9, _ and -."""
    if len(token) > 256:
        raise bad_request("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", token):
        raise bad_request("secret token contains unallowed characters")
    return token
