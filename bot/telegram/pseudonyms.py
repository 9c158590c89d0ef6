"""Pseudonyms: what the engine and the journal know a Telegram user or chat by."""

from __future__ import annotations

from engine.pseudonyms import KEY_FILE, Pseudonymizer

__all__ = ["KEY_FILE", "Pseudonyms"]


class Pseudonyms(Pseudonymizer):
    """Those of Telegram's users and chats."""

    def shopper(self, user_id: int) -> str:
        """The pseudonym of a user, the same in every chat."""
        return self._name("user", str(user_id))

    def conversation(self, chat_id: int, thread_id: int | None = None) -> str:
        """The pseudonym of a chat, or of one topic in it."""
        return f"tg:{self._name('chat', f'{chat_id}/{thread_id or 0}')}"

    def secret(self, purpose: str) -> str:
        """A secret of our own derived from the key, stable over restarts."""
        return self._name("secret", purpose, length=48)
