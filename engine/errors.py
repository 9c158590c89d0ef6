"""Everything that can go wrong, each with what happened, where, and how to mend it."""

from __future__ import annotations


class ShopdeskError(Exception):
    """Base of all our errors. `what` happened, `where`, and how to `mend` it."""

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.mend = mend

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.what}" if self.where else self.what]
        if self.mend:
            parts.append(f"Mend: {self.mend}")
        return "\n".join(parts)


class SettingsError(ShopdeskError):
    """A setting is missing, misspelt or out of range."""


class KnowledgeError(ShopdeskError):
    """A file of the shop is broken; `where` is file:line."""


class SnapshotError(ShopdeskError):
    """A snapshot cannot be read or was built by something else."""


class ModelError(ShopdeskError):
    """A model is missing, cut short, or refuses to load."""


class GeneratorError(ShopdeskError):
    """The generator failed or timed out; the caller falls back to the passage."""


class StoreError(ShopdeskError):
    """Valkey, SQLite or PostgreSQL is gone, full or locked."""


class BackupError(ShopdeskError):
    """A backup cannot be written or restored; what was there before is untouched."""


class TelegramError(ShopdeskError):
    """Telegram refuses the token or cannot be reached."""
