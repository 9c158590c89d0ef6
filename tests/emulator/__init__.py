"""A strict Telegram Bot API on loopback: test equipment, itself held by independent judges."""

from .client import EmulatorClient
from .emulator import Emulator
from .errors import EmulatorMisuseError
from .people import ChatView, User
from .records import Call, Shown, Verdict
from .telegram_side import TelegramSide

__all__ = [
    "Call",
    "ChatView",
    "Emulator",
    "EmulatorClient",
    "EmulatorMisuseError",
    "Shown",
    "TelegramSide",
    "User",
    "Verdict",
]
