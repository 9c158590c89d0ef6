"""What failed while shopdesk runs, for the staff chat: the bot brings it there."""

from __future__ import annotations

from contextlib import suppress

from bot.cli.common import RUN_LOCK
from engine.errors import ShopdeskError
from engine.locks import is_held
from engine.settings import Settings

MAX_CHARS = 1000


def tell_staff(settings: Settings, what: str, error: ShopdeskError) -> None:
    """Have staff told that something failed, where a shop runs that has a staff chat.

    Raises nothing: the error itself is what counts.
    """
    running = settings.redis_url or is_held(settings.home / RUN_LOCK)
    if settings.operator_chat_id is None or not running:
        return
    from redis.exceptions import RedisError

    from engine import keys
    from engine.valkey import connect

    with suppress(ShopdeskError, RedisError, OSError), connect(settings) as redis:
        redis.rpush(keys.STAFF_NEWS, f"{what} failed: {str(error)[:MAX_CHARS]}")
