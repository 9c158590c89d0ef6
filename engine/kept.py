"""What a home keeps of its shoppers, opened: journal, spool, sessions, their rights, link keys."""

from __future__ import annotations

from dataclasses import dataclass

from redis import Redis

from engine.journal import Journal
from engine.link_payload import LinkKeys
from engine.redis_sessions import RedisSessions
from engine.rights import Rights
from engine.rights_talk import RightsTalk
from engine.settings import Settings
from engine.spool import Spool
from engine.turn_record import PATIENCE_S, TurnRecord
from engine.valkey import rewrite
from knowledge_base.store import REPLAYS, ensure_shop


@dataclass(frozen=True, slots=True)
class Kept:
    """All of one home; `close` it at the end."""

    journal: Journal
    spool: Spool
    record: TurnRecord
    sessions: RedisSessions
    rights: Rights
    rights_talk: RightsTalk
    link_keys: LinkKeys

    def close(self) -> None:
        """Close what is open; what is spooled stays for the next start."""
        self.record.close()
        self.journal.close()


def open_kept(settings: Settings, redis: Redis) -> Kept:
    """Open a home's. A journal that is away keeps nobody from starting.

    Raises SettingsError, StoreError where files of the home cannot be used.
    """
    journal = Journal.open(settings, patience_s=PATIENCE_S, later=True)
    spool, sessions = Spool(settings.home), RedisSessions(redis)
    rights = Rights(
        journal, sessions, spool=spool,
        replays=ensure_shop(settings.home, settings.kb) / REPLAYS,
        rewrite_store=lambda: rewrite(redis),
    )  # fmt: skip
    return Kept(
        journal, spool, TurnRecord(journal, spool), sessions, rights,
        RightsTalk(rights, settings.keep_days), LinkKeys.open(settings),
    )  # fmt: skip
