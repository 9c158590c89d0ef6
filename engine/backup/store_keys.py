"""Our keys in a Valkey or Redis: taken out at one moment, put into another."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from redis import Redis
from redis.exceptions import ResponseError

from engine import keys
from engine.errors import BackupError
from engine.valkey import store_errors

SIGNS_OF_LIFE_S = 60.0
"""What would end within so long says only which processes run now."""
AT_ONCE = 500
# One script, so that a message lies in exactly one place of its way.
_TAKE = """
local found = {}
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  found[#found + 1] = {key, redis.call('DUMP', key), redis.call('PEXPIRETIME', key)}
end
return found
"""


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key with its value as the server dumps it. `ends_ms`: unix time, 0 for never."""

    name: bytes
    value: bytes
    ends_ms: int


def take_keys(client: Redis) -> tuple[StoredKey, ...]:
    """All our keys but signs of life. `client` must not decode responses. Raises StoreError."""
    with store_errors():
        found: Any = client.eval(_TAKE, 0, f"{keys.PREFIX}:*")
    soon = (time.time() + SIGNS_OF_LIFE_S) * 1000
    return tuple(
        StoredKey(name, value, max(0, int(ends)))
        for name, value, ends in found
        if not 0 < int(ends) < soon
    )


def has_keys(client: Redis) -> bool:
    """Whether any key of ours is there. Raises StoreError."""
    with store_errors():
        return next(iter(client.scan_iter(f"{keys.PREFIX}:*", count=1000)), None) is not None


def put_keys(client: Redis, stored: Iterable[StoredKey]) -> int:
    """Put keys into a store that has none of them, all or none; how many have not ended yet.

    Raises StoreError, and BackupError where the server does not know their form.
    """
    now_ms = time.time() * 1000
    living = [one for one in stored if not 0 < one.ends_ms <= now_ms]
    done: list[bytes] = []
    try:
        with store_errors():
            for one in living:
                client.restore(one.name, one.ends_ms, one.value, absttl=True)
                done.append(one.name)
    except BaseException as error:
        with store_errors():
            for at in range(0, len(done), AT_ONCE):
                client.unlink(*done[at : at + AT_ONCE])
        if isinstance(error.__cause__, ResponseError):
            raise BackupError(
                f"this Valkey or Redis does not take what was backed up ({error.__cause__})",
                where="store", mend="name one by REDIS_URL that is of the kind and at least the "
                "version of the one backed up, or restore without REDIS_URL.",
            ) from error  # fmt: skip
        raise
    return len(living)


def drop_stale(client: Redis, streams: Iterable[str], older_than_s: float) -> None:
    """Take out of streams what waits for longer than a message may. Raises StoreError."""
    oldest_ms = int((time.time() - older_than_s) * 1000)
    with store_errors():
        for name in streams:
            if client.exists(name):
                client.xtrim(name, minid=f"{oldest_ms}-0", approximate=False)


def to_line(stored: StoredKey) -> bytes:
    """A key as a line of JSON."""
    packed = [base64.b64encode(part).decode() for part in (stored.name, stored.value)]
    return json.dumps([*packed, stored.ends_ms]).encode() + b"\n"


def from_lines(lines: IO[bytes]) -> Iterator[StoredKey]:
    """Keys out of such lines. Raises BackupError for one that is none of ours."""
    prefix = f"{keys.PREFIX}:".encode()
    for number, line in enumerate(lines, 1):
        try:
            name, value, ends_ms = json.loads(line)
            one = StoredKey(base64.b64decode(name), base64.b64decode(value), int(ends_ms))
        except (ValueError, TypeError, RecursionError) as error:
            raise _no_key(number) from error
        if not one.name.startswith(prefix) or one.ends_ms < 0:
            raise _no_key(number)
        yield one


def _no_key(number: int) -> BackupError:
    return BackupError(
        f"line {number} of the store is no key of ours", where="store.jsonl",
        mend="take another copy of the backup; nothing was changed.",
    )  # fmt: skip
