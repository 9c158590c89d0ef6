"""Product pictures out of the shop's images folder, and nothing else out of it."""

from __future__ import annotations

from pathlib import Path

SUFFIXES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".avif": "image/avif",
}
PREFIX = "images/"


def image_file(folder: Path, name: str) -> Path | None:
    """The picture `name` inside `folder`, or None: outside, hidden, missing, or no picture."""
    if "\0" in name or Path(name).suffix.lower() not in SUFFIXES:
        return None
    root = folder.resolve()
    path = (root / name).resolve()
    hidden = any(part.startswith(".") for part in path.parts[len(root.parts) :])
    return path if path.is_relative_to(root) and path.is_file() and not hidden else None


def image_address(image: str) -> str:
    """Where the page finds a card's picture, relative to it; empty where it is not the shop's."""
    is_ours = image.startswith(PREFIX) and Path(image).suffix.lower() in SUFFIXES
    return image if is_ours and ".." not in image else ""
