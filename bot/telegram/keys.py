"""Every Redis key of the Telegram front and how long it lives."""

from __future__ import annotations

from engine.keys import PREFIX

_TG = f"{PREFIX}:tg"

SEEN_TTL_S = 48 * 3600
"""Telegram keeps an update for at most 24 hours, so a repeat cannot come later than this."""
TURN_TTL_S = 7 * 24 * 3600
"""What is known about an unfinished turn; deleted when it is finished."""
CHAT_TTL_S = 400 * 24 * 3600
"""A chat's language, kept this long after its last message."""
CASE_TTL_S = 30 * 24 * 3600
"""A case with a person, and which staff message belongs to it."""
FILE_TTL_S = 30 * 24 * 3600
"""Telegram's id of an uploaded picture."""
FIX_TTL_S = 24 * 3600
"""A correction waits this long for its button."""
LEASE_MS = 6_000
"""The bot at work counts as dead this long after its last sign of life."""
RENEW_EVERY_S = 1.5

INBOX = f"{_TG}:inbox"
"""Stream: raw updates not answered yet; what lies here is still to be done."""
LEASE = f"{_TG}:lease"
"""String: which bot process is at work; the flood limits belong to the token, so one is."""
FILES = f"{_TG}:file"
MOVED = f"{_TG}:moved"
"""Hash: group chats that became supergroups, old id to new."""
CASES = f"{_TG}:cases"
"""Sorted set: shoppers' chats with an open case, by the time of the last message (unix s)."""

WISHES = f"{_TG}:publish"
"""List: who wants the shop's files published, oldest first; off it once that is told."""


def shown(chat_id: int, message_id: int) -> str:
    """String: the turns that a message of the bot shows, the newest first."""
    return f"{_TG}:shown:{chat_id}:{message_id}"


def fix(name: str) -> str:
    """String: a correction that waits for its button."""
    return f"{_TG}:fix:{name}"


def seen(update_id: int) -> str:
    """String: this update was stored before."""
    return f"{_TG}:seen:{update_id}"


def turn(update_id: int) -> str:
    """Hash: an unfinished turn by its first update: tries, burst, plan, sent message ids."""
    return f"{_TG}:turn:{update_id}"


def chat(chat_id: int) -> str:
    """Hash: a chat's language, whether it was chosen, and its last message."""
    return f"{_TG}:chat:{chat_id}"


def case(chat_id: int) -> str:
    """Hash: the case of a shopper's chat."""
    return f"{_TG}:case:{chat_id}"


def case_of(conversation: str) -> str:
    """String: the shopper's chat whose case is of this conversation."""
    return f"{_TG}:case:of:{conversation}"


def staff_message(message_id: int) -> str:
    """String: the shopper's chat a message in the staff chat belongs to."""
    return f"{_TG}:staff:message:{message_id}"


def staff_topic(thread_id: int) -> str:
    """String: the shopper's chat a topic of the staff chat belongs to."""
    return f"{_TG}:staff:topic:{thread_id}"


def mirrored(message_id: int) -> str:
    """String: the message in the shopper's chat that brought this staff message there."""
    return f"{_TG}:staff:mirrored:{message_id}"


def file(digest: str) -> str:
    """String: Telegram's id of a picture, by the SHA-256 of its bytes."""
    return f"{FILES}:{digest}"
