"""Pictures: found in the shop's folder, uploaded once, then sent by Telegram's id."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

from redis.asyncio import Redis
from telegram import InputFile

from bot.telegram import keys

MAX_BYTES = 10 * 1024 * 1024
"""Telegram's limit for a photo."""
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif")
"""What is sent: a catalogue's picture that names another file of the shop's never is."""


class Pictures:
    """Hands out what `sendPhoto` takes, and remembers the ids it gave back."""

    def __init__(self, folder: Path, redis: Redis) -> None:
        self._folder = folder.resolve()
        self._redis = redis

    async def find(self, image: str) -> tuple[str | InputFile | None, str]:
        """What to send, and the digest to remember its id by; None where there is no picture."""
        if image.startswith(("https://", "http://")):
            return image, ""
        data = await asyncio.to_thread(self._read, image)
        if data is None:
            return None, ""
        digest = hashlib.sha256(data).hexdigest()
        known = await self._redis.get(keys.file(digest))
        return (str(known) if known else InputFile(data, filename=Path(image).name)), digest

    async def remember(self, digest: str, file_id: str) -> None:
        """Keep the id of an uploaded picture."""
        if digest:
            await self._redis.set(keys.file(digest), file_id, ex=keys.FILE_TTL_S)

    async def forget(self, digest: str) -> None:
        """Drop an id Telegram no longer takes."""
        if digest:
            await self._redis.delete(keys.file(digest))

    def _read(self, image: str) -> bytes | None:
        if not image or "\0" in image:
            return None
        path = (self._folder / image).resolve()
        if path.suffix.lower() not in SUFFIXES:
            return None
        if not path.is_relative_to(self._folder) or not path.is_file():
            return None
        return path.read_bytes() if path.stat().st_size <= MAX_BYTES else None
