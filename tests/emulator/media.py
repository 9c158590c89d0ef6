"""What people send besides words, as the Message fields Telegram makes of it."""

from __future__ import annotations

import base64
from collections.abc import Callable

from .errors import EmulatorMisuseError
from .files import StoredFile, photo_sizes
from .text import Json
from .world import World


def media_content(world: World, media: Json) -> Json:
    """The Message fields for `media`: {"kind": …, "data": base64, …} or {"raw": fields}."""
    if "raw" in media:
        return dict(media["raw"])
    kind = media["kind"]
    if kind == "location":
        return {"location": {"latitude": media["latitude"], "longitude": media["longitude"]}}
    if kind not in _MAKERS:
        raise EmulatorMisuseError(f"nobody here can send a {kind}")
    suffix, make = _MAKERS[kind]
    file = world.files.add(kind, base64.b64decode(media["data"]), suffix)
    content = make(file, media)
    if media.get("album"):
        content["media_group_id"] = str(media["album"])
    return content


def _photo(file: StoredFile, media: Json) -> Json:
    return {"photo": photo_sizes(file)}


def _voice(file: StoredFile, media: Json) -> Json:
    voice = {**file.reference(), "duration": media.get("duration_s", 3), "mime_type": "audio/ogg"}
    return {"voice": voice}


def _document(file: StoredFile, media: Json) -> Json:
    name = media.get("name", "file.bin")
    return {"document": {**file.reference(), "file_name": name}}


def _sticker(file: StoredFile, media: Json) -> Json:
    sticker = {
        **file.reference(),
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
        "emoji": media.get("emoji", "👍"),
    }
    return {"sticker": sticker}


_MAKERS: dict[str, tuple[str, Callable[[StoredFile, Json], Json]]] = {
    "photo": ("jpg", _photo),
    "voice": ("oga", _voice),
    "document": ("bin", _document),
    "sticker": ("webp", _sticker),
}
