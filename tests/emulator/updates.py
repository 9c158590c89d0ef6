"""The queue of updates: long polling with offsets, and what a webhook takes from it."""

from __future__ import annotations

import copy
import itertools
import time
from collections import deque
from collections.abc import Collection
from typing import Any

from .errors import ApiError, bad_request
from .signals import Signal
from .text import Json

UPDATE_KINDS = frozenset(
    {"message", "edited_message", "channel_post", "edited_channel_post", "inline_query"}
    | {"chosen_inline_result", "callback_query", "shipping_query", "pre_checkout_query"}
    | {"poll", "poll_answer", "my_chat_member", "chat_member", "chat_join_request"}
    | {"message_reaction", "message_reaction_count", "business_connection", "business_message"}
    | {"edited_business_message", "deleted_business_messages", "purchased_paid_media"}
    | {"chat_boost", "removed_chat_boost"}
)
DEFAULT_KINDS = UPDATE_KINDS - {"chat_member", "message_reaction", "message_reaction_count"}
FIRST_UPDATE_ID = 700_000_001
MAX_POLL_S = 50


class UpdateQueue:
    """Pending updates in order; an update stays until a later offset confirms it."""

    def __init__(self) -> None:
        self.allowed: frozenset[str] = DEFAULT_KINDS
        self.changed = Signal()
        self.polls = 0
        self._pending: deque[Json] = deque()
        self._repeats: deque[Json] = deque()
        self._history: list[Json] = []
        self._next_id = FIRST_UPDATE_ID
        self._newest_poll = 0

    def __len__(self) -> int:
        return len(self._pending)

    @property
    def last_id(self) -> int:
        """The id of the newest update, 0 before the first."""
        return self._history[-1]["update_id"] if self._history else 0

    def add(self, kind: str, payload: Json) -> int | None:
        """Queue an update; None where `allowed_updates` leaves that kind out."""
        if kind not in self.allowed:
            return None
        update_id = self._next_id
        self._next_id += 1
        self._pending.append({"update_id": update_id, kind: copy.deepcopy(payload)})
        self._history.append(self._pending[-1])
        self.changed.notify()
        return update_id

    def repeat(self, update_id: int) -> bool:
        """Deliver an old update once more, whatever the offset, as after a lost confirmation."""
        found = [update for update in self._history if update["update_id"] == update_id]
        self._repeats.extend(found)
        self.changed.notify()
        return bool(found)

    def first(self) -> Json | None:
        """The update to deliver next."""
        waiting = self._repeats or self._pending
        return waiting[0] if waiting else None

    def drop_first(self) -> None:
        """Confirm the update that `first` gave."""
        (self._repeats or self._pending).popleft()

    def clear(self) -> None:
        """Forget all pending updates."""
        self._pending.clear()

    def allow(self, kinds: Any) -> None:
        """Take over `allowed_updates`: None keeps the setting, an empty list restores all."""
        if kinds is None:
            return
        if not isinstance(kinds, list):
            raise bad_request("can't parse allowed_updates: expected an Array of String")
        chosen: Collection[str] = UPDATE_KINDS & set(map(str, kinds))
        self.allowed = frozenset(chosen) or DEFAULT_KINDS

    async def poll(self, offset: int, limit: int, timeout_s: int) -> list[Json]:
        """Confirm what lies before `offset`, then wait for up to `limit` updates.

        Raises 409 when another poll starts while this one waits.
        """
        self.polls += 1
        self._newest_poll = mine = self._newest_poll + 1
        self.changed.notify()
        self._confirm(offset)
        deadline = time.monotonic() + min(max(timeout_s, 0), MAX_POLL_S)
        while self.first() is None:
            seen = self.changed.version
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                return []
            await self.changed.wait(seen, left_s)
            if mine != self._newest_poll:
                raise ApiError(
                    409,
                    "Conflict: terminated by other getUpdates request; "
                    "make sure that only one bot instance is running",
                )
        limit = limit if 1 <= limit <= 100 else 100
        batch = list(itertools.islice(itertools.chain(self._repeats, self._pending), limit))
        self._repeats.clear()
        return batch

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self._pending) > -offset:
                self._pending.popleft()
        while offset > 0 and self._pending and self._pending[0]["update_id"] < offset:
            self._pending.popleft()
