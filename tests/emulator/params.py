"""One call's parameters, whichever way they came: query, JSON, urlencoded or multipart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from .errors import ApiError, bad_request

_JSON_NAMES = frozenset(
    {"entities", "caption_entities", "reply_markup", "reply_parameters", "link_preview_options"}
    | {"media", "commands", "scope", "allowed_updates", "message_ids"}
)
_INTEGER_NAMES = frozenset(
    {"chat_id", "from_chat_id", "message_id", "message_thread_id", "reply_to_message_id"}
    | {"draft_id", "offset", "limit", "timeout", "max_connections", "icon_color", "cache_time"}
)
_FLAG_NAMES = frozenset(
    {"disable_notification", "protect_content", "show_alert", "drop_pending_updates"}
    | {"allow_sending_without_reply", "disable_web_page_preview", "has_spoiler"}
    | {"show_caption_above_media", "remove_caption"}
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a multipart call."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Params:
    """Typed access to a call's parameters; an empty string counts as missing."""

    values: Mapping[str, Any]
    uploads: Mapping[str, Upload] = field(default_factory=dict)

    def string(self, name: str) -> str:
        """The parameter as text, "" where missing."""
        value = self.values.get(name)
        if value is None:
            return ""
        if isinstance(value, bool | dict | list):
            raise bad_request(f"parameter {name} must be a String")
        return str(value)

    def integer(self, name: str, default: int = 0) -> int:
        """The parameter as a whole number; raises 400 where it is none."""
        value = self.values.get(name)
        if value is None or value == "":
            return default
        if isinstance(value, bool | dict | list | float):
            raise bad_request(f"parameter {name} must be an Integer")
        try:
            return int(value)
        except ValueError:
            raise bad_request(f"invalid {name} specified") from None

    def flag(self, name: str) -> bool:
        """The parameter as a yes or no."""
        return str(self.values.get(name, "")).lower() in {"true", "1", "yes"}

    def parsed(self, name: str) -> Any:
        """The parameter as JSON, None where missing; raises 400 where it does not parse."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def upload(self, name: str) -> Upload | None:
        """The file of that parameter, direct or by "attach://part"."""
        value = self.values.get(name)
        if isinstance(value, str) and value.startswith("attach://"):
            return self.attached(value)
        return self.uploads.get(name)

    def attached(self, reference: str) -> Upload:
        """The file that "attach://part" points to; raises 400 where that part is missing."""
        found = self.uploads.get(reference.removeprefix("attach://"))
        if found is None:
            raise bad_request("file not found in the request")
        return found

    def recorded(self) -> dict[str, Any]:
        """The parameters as plain values for the record: JSON parsed, files by name and size."""
        plain = {name: _plain(name, value) for name, value in self.values.items()}
        mentioned = json.dumps(plain, ensure_ascii=False)
        for name, upload in self.uploads.items():
            if f'"attach://{name}"' not in mentioned:
                plain[name] = {"upload": upload.name, "size": len(upload.data)}
        return plain


def _plain(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if name in _FLAG_NAMES and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    if name in _JSON_NAMES or name in _INTEGER_NAMES:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


async def read_params(request: web.Request) -> Params:
    """Read a request's parameters; raises 400 for a body that does not parse."""
    values: dict[str, Any] = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.content_type == "application/json":
        values.update(await _json_body(request))
    elif request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        try:
            form = await request.post()
        except web.HTTPRequestEntityTooLarge:
            raise ApiError(413, "Request Entity Too Large") from None
        for name, value in form.items():
            if isinstance(value, str):
                values[name] = value
            elif isinstance(value, web.FileField):
                uploads[name] = Upload(value.filename, value.file.read())
    _require_utf8(values)
    return Params(values, uploads)


async def _json_body(request: web.Request) -> dict[str, Any]:
    body = await request.read()
    if not body.strip():
        return {}
    try:
        parsed = json.loads(body)
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(parsed, dict):
        raise bad_request("expected JSON object")
    return parsed


def _require_utf8(values: Mapping[str, Any]) -> None:
    try:
        json.dumps(values, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
