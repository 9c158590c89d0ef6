"""Signed-in browsers: a random token in a cookie, its hash here; and the brake on guessing."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from engine.operators import Role
from knowledge_base.console.people import People
from knowledge_base.console.store import ConsoleStore

COOKIE = "shopdesk_console"
IDLE_S, LONGEST_S = 12 * 3600, 7 * 24 * 3600
SEEN_EVERY_S = 60
TRIES, TRIES_ALL, WITHIN_S = 5, 30, 15 * 60
"""Failed sign-ins of one name, and of everybody, before nobody may try until some time passed."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is at this browser. `csrf` must come with every change."""

    name: str
    role: Role
    csrf: str
    digest: str


class Sessions:
    """All signed-in browsers. `now`: unix seconds."""

    def __init__(
        self, store: ConsoleStore, people: People, now: Callable[[], float] = time.time
    ) -> None:
        self._store = store
        self._people = people
        self._now = now

    def begin(self, name: str) -> str:
        """Sign a person in; the token for their cookie."""
        token, now = secrets.token_urlsafe(32), int(self._now())
        self._store.change("delete from sessions where began < ?", now - LONGEST_S)
        self._store.change(
            "insert into sessions values (?, ?, ?, ?, ?)",
            _digest(token), name, secrets.token_urlsafe(24), now, now,
        )  # fmt: skip
        return token

    def read(self, token: str | None) -> SignedIn | None:
        """Who holds this token, with the rights they have now."""
        if not token:
            return None
        digest, now = _digest(token), int(self._now())
        rows = self._store.rows(
            "select name, csrf, began, seen from sessions where digest = ?", digest
        )
        if not rows:
            return None
        name, csrf, began, seen = rows[0]
        person = self._people.find(name)
        if person is None or now - seen > IDLE_S or now - began > LONGEST_S:
            self.end(digest)
            return None
        if now - seen > SEEN_EVERY_S:
            self._store.change("update sessions set seen = ? where digest = ?", now, digest)
        return SignedIn(person.name, person.role, csrf, digest)

    def end(self, digest: str) -> None:
        """Sign a browser out."""
        self._store.change("delete from sessions where digest = ?", digest)

    def end_others(self, name: str, but: str = "") -> None:
        """Sign all other browsers of a person out."""
        self._store.change("delete from sessions where name = ? and digest <> ?", name, but)

    def use_link(self, nonce: str, expires: int) -> bool:
        """Whether a one-time link is used for the first time; from now on it is not."""
        now = int(self._now())
        self._store.change("delete from used_links where expires < ?", now)
        return (
            self._store.change("insert or ignore into used_links values (?, ?)", nonce, expires) > 0
        )

    def may_try(self, who: str) -> bool:
        """Whether a sign-in of this name may be tried now; it counts as failed until it succeeds.

        Counted before the password is looked at: many at once are no more than one by one.
        """
        who, now = who.casefold(), int(self._now())
        with self._store.begin() as connection:
            connection.execute("delete from tries where at < ?", (now - WITHIN_S,))
            mine, every = connection.execute(
                "select coalesce(sum(who = ?), 0), count(*) from tries", (who,)
            ).fetchone()
            if mine >= TRIES or every >= TRIES_ALL:
                return False
            connection.execute("insert into tries values (?, ?)", (who, now))
            return True

    def succeeded(self, who: str) -> None:
        """Forget what failed before."""
        self._store.change("delete from tries where who = ?", who.casefold())


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two secrets are the same, in as long a time whether or not they are."""
    return hmac.compare_digest(one.encode(), other.encode())
