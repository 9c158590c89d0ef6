"""The journal's tables, as SQLite and PostgreSQL both have them."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    func,
    text,
    true,
)

SCHEMA_VERSION = 5
"""Raise it with every table or column more, and every index less; a new column needs a server
default.
"""
OUTDATED_INDEXES = ("turns_at", "turns_kind", "turns_matters")
"""Of versions before; turns_report serves what they did."""


class UtcTime(TypeDecorator[datetime]):
    """A point in time, kept in UTC; without a zone it is taken as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC."""
        # PostgreSQL would take it as the session's zone.
        return self.process_result_value(value, dialect)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From UTC: SQLite gives it back without its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_tables = MetaData()


def _number() -> Column[int]:
    """Counts the rows of a table in the order of writing."""
    kind = BigInteger().with_variant(Integer, "sqlite")
    return Column("number", kind, primary_key=True, autoincrement=True)


schema = Table(
    "schema_version",
    _tables,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
)

_HANDED = text("handoff is not null")

turns = Table(
    "turns",
    _tables,
    # The order of recording; ids are hashes and clocks of machines differ.
    _number(),
    Column("id", String(16), nullable=False, unique=True),
    Column("message", Text, nullable=False),
    Column("conversation", Text, nullable=False),
    Column("shopper", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("took_s", Float, nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("route", Text, nullable=False),
    Column("band", Text),
    Column("confidence", Float, nullable=False),
    Column("language", Text, nullable=False),
    Column("worded_by", Text, nullable=False),
    Column("handoff", Text),
    Column("snapshot", Text, nullable=False),
    Column("reply", Text, nullable=False),
    # A pressed button; the question is empty then.
    Column("action", Text, nullable=False, server_default=""),
    Column("private", Boolean, nullable=False, server_default=true()),
    # What it is about: the first thing cited, "entry:…" or "product:…".
    Column("topic", Text, nullable=False, server_default=""),
    Index("turns_conversation", "conversation", "number"),
    Index("turns_shopper_at", "shopper", "at"),
    Index("turns_handoff", "conversation", "at", sqlite_where=_HANDED, postgresql_where=_HANDED),
    # All that the report reads: it leaves the long texts alone.
    Index(
        "turns_report",
        "at",
        "shopper",
        "topic",
        "conversation",
        "route",
        "band",
        "language",
        "channel",
        "took_s",
        "handoff",
        "number",
        "id",
    ),
)

feedback = Table(
    "feedback",
    _tables,
    Column("turn", String(16), primary_key=True),
    Column("shopper", Text, primary_key=True),
    Column("verdict", Text, nullable=False),
    Column("at", UtcTime, nullable=False, server_default=func.now()),
)

events = Table(
    "events",
    _tables,
    _number(),
    Column("shopper", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("name", Text, nullable=False),
    Column("product", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    # Its index serves (shopper, at) too.
    UniqueConstraint("shopper", "at", "name", "product"),
    Index("events_at", "at"),
)

impressions = Table(
    "impressions",
    _tables,
    Column("turn", String(16), primary_key=True),
    # Counted from 0, as shown.
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("product", Text, nullable=False),
    Column("recommender", Text, nullable=False),
    Index("impressions_product_turn", "product", "turn"),
)

handovers = Table(
    "handovers",
    _tables,
    _number(),
    Column("conversation", Text, nullable=False),
    Column("shopper", Text, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("answered_at", UtcTime),
    Column("closed_at", UtcTime),
    UniqueConstraint("conversation", "opened_at"),
    Index("handovers_shopper", "shopper"),
    Index("handovers_opened_at", "opened_at"),
)

links = Table(
    "links",
    _tables,
    Column("shopper", Text, primary_key=True),
    # The pseudonym under which the shop's events of this customer are kept.
    Column("account", Text, nullable=False),
    Column("since", UtcTime, nullable=False),
    Index("links_account", "account"),
)

link_nonces = Table(
    "link_nonces",
    _tables,
    # Of a signed link that was used, kept until the link has expired.
    Column("nonce", Text, primary_key=True),
    Column("expires", UtcTime, nullable=False),
)

corrections = Table(
    "corrections",
    _tables,
    Column("conversation", Text, primary_key=True),
    Column("entry", Text, primary_key=True),
    # A digest of what was told to be right.
    Column("text", String(16), primary_key=True),
    Column("at", UtcTime, nullable=False),
)

closed_gaps = Table(
    "closed_gaps",
    _tables,
    Column("gap", String(16), primary_key=True),
    # "answered" or "dismissed".
    Column("step", Text, nullable=False),
    # The entry that answers it; "" where it was dismissed.
    Column("entry", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
)

gap_turns = Table(
    "gap_turns",
    _tables,
    # A turn whose question is part of a closed gap.
    Column("turn", String(16), primary_key=True),
    Column("gap", String(16), nullable=False),
    Index("gap_turns_gap", "gap"),
)

told_gaps = Table(
    "told_gaps",
    _tables,
    # Who waited for an answer and was sent it.
    Column("conversation", Text, primary_key=True),
    Column("gap", String(16), primary_key=True),
    Column("at", UtcTime, nullable=False),
)

TABLES = (
    schema, turns, feedback, events, impressions, handovers, links, link_nonces, corrections,
    closed_gaps, gap_turns, told_gaps,
)  # fmt: skip
