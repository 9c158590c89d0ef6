"""Which account at the shop a shopper has linked to their chat, beside the journal's turns."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection, delete, select

from engine.journal import Database
from engine.journal_tables import events, link_nonces, links
from engine.types import LinkOffer

NONCE_KEPT = timedelta(days=1)
"""How long a used link is remembered after it has expired: clocks of machines differ."""


class LinkStore(Protocol):
    """Which account a shopper has linked. Every method raises StoreError; see Links."""

    def link(self, shopper: str, offer: LinkOffer, at: datetime) -> bool:
        """Link the offered account; False where its link was used."""

    def used(self, nonce: str) -> bool:
        """Whether the signed link with this nonce has linked somebody."""

    def unlink(self, shopper: str) -> bool:
        """Undo a shopper's link; whether there was one."""

    def account_of(self, shopper: str) -> str:
        """The account linked to a shopper; "" for none."""


class Links:
    """Links of pseudonymous shoppers to pseudonymous accounts, in the journal's database.

    A shopper has one account; an account may have several shoppers, one a chat service. Every
    method raises StoreError when the database is gone or full.
    """

    def __init__(self, journal: Database) -> None:
        """In the database of this open journal."""
        self._begin = journal.begin
        self._insert = journal.insert

    def link(self, shopper: str, offer: LinkOffer, at: datetime) -> bool:
        """Link the offered account in place of any before it; False where its link was used.

        Of two shoppers who use one link at once only one gets it. Linking again what is linked
        already changes nothing.
        """
        with self._begin() as connection:
            if _account(connection, shopper) == offer.account:
                return True
            if offer.nonce and not self._spend(connection, offer, at):
                return False
            row = {"account": offer.account, "since": at}
            new = self._insert(links).values(shopper=shopper, **row)
            connection.execute(new.on_conflict_do_update(index_elements=["shopper"], set_=row))
        return True

    def used(self, nonce: str) -> bool:
        """Whether the signed link with this nonce has linked somebody."""
        with self._begin() as connection:
            found = select(link_nonces.c.nonce).where(link_nonces.c.nonce == nonce)
            return connection.scalar(found) is not None

    def unlink(self, shopper: str) -> bool:
        """Undo a shopper's link; whether there was one."""
        with self._begin() as connection:
            return connection.execute(delete(links).where(links.c.shopper == shopper)).rowcount > 0

    def account_of(self, shopper: str) -> str:
        """The account linked to a shopper; "" for none."""
        with self._begin() as connection:
            return _account(connection, shopper)

    def since(self, shopper: str) -> datetime | None:
        """When a shopper linked their account; None where none is linked."""
        with self._begin() as connection:
            return connection.scalar(select(links.c.since).where(links.c.shopper == shopper))

    def shoppers_of(self, account: str) -> tuple[str, ...]:
        """Everyone who has linked this account, by name."""
        theirs = select(links.c.shopper).where(links.c.account == account)
        with self._begin() as connection:
            return tuple(connection.scalars(theirs.order_by(links.c.shopper)))

    def all(self) -> dict[str, str]:
        """The account of every shopper who has linked one."""
        with self._begin() as connection:
            rows = connection.execute(select(links.c.shopper, links.c.account)).all()
        return {row.shopper: row.account for row in rows}

    def forget(self, shopper: str) -> bool:
        """Undo a shopper's link and delete the account's events; whether anything was deleted."""
        with self._begin() as connection:
            account = _account(connection, shopper)
            connection.execute(delete(events).where(events.c.shopper == account))
            gone = connection.execute(delete(links).where(links.c.shopper == shopper))
            return gone.rowcount > 0

    def _spend(self, connection: Connection, offer: LinkOffer, at: datetime) -> bool:
        """Mark a signed link as used; False where it was."""
        connection.execution_options(preserve_rowcount=True)
        expires = offer.expires or at
        old = link_nonces.c.expires < at - NONCE_KEPT
        new = self._insert(link_nonces).values(nonce=offer.nonce, expires=expires)
        spent = connection.execute(new.on_conflict_do_nothing()).rowcount > 0
        connection.execute(delete(link_nonces).where(old, link_nonces.c.nonce != offer.nonce))
        return spent


def _account(connection: Connection, shopper: str) -> str:
    return connection.scalar(select(links.c.account).where(links.c.shopper == shopper)) or ""
