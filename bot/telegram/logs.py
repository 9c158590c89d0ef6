"""Keeping the bot token out of every log line."""

from __future__ import annotations

import logging

_CHATTY = ("httpx", "httpcore", "telegram", "hpack")
HIDDEN = "[bot token]"


class _HideToken(logging.Filter):
    """Rewrites records that carry the token, in their text or their traceback."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self._token = token
        self._formatter = logging.Formatter()

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if record.exc_info and not record.exc_text:
            record.exc_text = self._formatter.formatException(record.exc_info)
        if self._token in message:
            record.msg, record.args = message.replace(self._token, HIDDEN), ()
        if record.exc_text and self._token in record.exc_text:
            record.exc_text = record.exc_text.replace(self._token, HIDDEN)
        return True


def hide_token(token: str) -> None:
    """Silence the libraries that log whole addresses, and filter every handler there is."""
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    for handler in logging.getLogger().handlers:
        handler.addFilter(_HideToken(token))
