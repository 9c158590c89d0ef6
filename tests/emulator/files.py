"""Files of the emulated service: uploads, pictures at addresses, and downloads."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field

from .errors import bad_request
from .text import Json

MAX_PHOTO_BYTES = 10 * 1024 * 1024
MAX_DOWNLOAD_BYTES = 20 * 1024 * 1024
MAX_PHOTO_SIDES = 10_000
MAX_PHOTO_RATIO = 20


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file with its id and the path it downloads from."""

    file_id: str
    unique_id: str
    path: str
    data: bytes

    def reference(self) -> Json:
        """The fields every file object shares."""
        return {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "file_size": len(self.data),
        }


@dataclass
class FileStore:
    """All files by id; `addresses` are the web pictures Telegram can fetch."""

    stored: dict[str, StoredFile] = field(default_factory=dict)
    addresses: dict[str, bytes] = field(default_factory=dict)

    def add(self, kind: str, data: bytes, suffix: str) -> StoredFile:
        """Store bytes; the same bytes of a kind get the same id."""
        if not data:
            raise bad_request("file must be non-empty")
        digest = hashlib.sha256(data).hexdigest()
        file_id = f"{kind[:2].upper()}AgAC{digest[:48]}"
        name = f"{kind}s/file_{digest[48:56]}.{suffix}"
        return self.stored.setdefault(file_id, StoredFile(file_id, digest[:16], name, data))

    def get(self, file_id: str) -> StoredFile:
        """A file by id; raises 400 for an id this bot never saw."""
        found = self.stored.get(file_id)
        if found is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return found

    def fetch(self, kind: str, reference: str, suffix: str) -> StoredFile:
        """A file by id or by an http address that a test has registered."""
        if not reference.lower().startswith(("http://", "https://")):
            return self.get(reference)
        data = self.addresses.get(reference)
        if data is None:
            raise bad_request("failed to get HTTP URL content")
        return self.add(kind, data, suffix)

    def at_path(self, path: str) -> StoredFile | None:
        """The file a download path names."""
        return next((file for file in self.stored.values() if file.path == path), None)


def photo_sizes(file: StoredFile) -> list[Json]:
    """The PhotoSize list of a picture; raises 400 for what Telegram cannot show."""
    if len(file.data) > MAX_PHOTO_BYTES:
        raise bad_request(
            f"file of size {len(file.data)} bytes is too big for a photo; "
            f"the maximum size is {MAX_PHOTO_BYTES} bytes"
        )
    width, height = _measure(file.data)
    if width + height > MAX_PHOTO_SIDES or max(width, height) > MAX_PHOTO_RATIO * min(
        width, height
    ):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return [{**file.reference(), "width": width, "height": height}]


def _measure(data: bytes) -> tuple[int, int]:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError):
        raise bad_request("IMAGE_PROCESS_FAILED") from None
