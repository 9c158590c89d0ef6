"""What staff say from the console to a shopper whose case is open: the bot brings it there."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from redis import Redis

from engine import keys
from engine.valkey import store_errors


@dataclass(frozen=True, slots=True)
class StaffWord:
    """An answer of `by` to a conversation; with no text their case is solved."""

    conversation: str
    by: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A message of an open case, masked. `by`: who of staff; "" for the shopper. `at`: unix s.

    `lost`: Telegram would not bring it.
    """

    by: str
    text: str
    at: float
    lost: bool = False


def queue_staff_word(redis: Redis, word: StaffWord) -> None:
    """Have it brought, after those before. Raises StoreError."""
    with store_errors():
        redis.rpush(keys.STAFF_WORDS, json.dumps(asdict(word), ensure_ascii=False))


def queued_staff_words(redis: Redis) -> tuple[StaffWord, ...]:
    """Those not brought yet, oldest first. Raises StoreError."""
    with store_errors():
        lines = redis.lrange(keys.STAFF_WORDS, 0, -1)
    return tuple(read_staff_word(line) for line in lines)


def read_staff_word(line: str | bytes) -> StaffWord:
    """A queued word. Raises ValueError for one that is garbled."""
    try:
        return StaffWord(**json.loads(line))
    except TypeError as error:
        raise ValueError(str(error)) from error


def said_in_case(redis: Redis, conversation: str) -> tuple[Said, ...]:
    """What shopper and staff wrote since a person took over, oldest first. Raises StoreError."""
    with store_errors():
        lines = redis.lrange(keys.case_talk(conversation), 0, -1)
    return tuple(Said(**json.loads(line)) for line in lines)


def said_line(said: Said) -> str:
    """As it is kept in the list of a case's talk."""
    return json.dumps(asdict(said), ensure_ascii=False)
