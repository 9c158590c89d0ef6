"""A journal of an older version is brought up to date, and all it kept stays."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import create_engine, inspect, select, text

from engine.journal import Journal
from engine.journal_tables import OUTDATED_INDEXES, SCHEMA_VERSION, impressions, turns
from engine.types import Citation, Message, Money, ProductCard, Receipt, Reply, Route, WordedBy

AT = datetime(2026, 11, 30, tzinfo=UTC)
REPLY = Reply("Yes.", Route.FAQ, None, 1.0, "en")


def sent(number: int, action: str | None = None) -> Message:
    return Message(f"m{number}", "c", "s", "", AT, action=action)


def as_of_version_1(url: str) -> None:
    """What a journal of the first version lacks is taken away."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(text("drop table impressions"))
        for column in ("action", "private"):
            connection.execute(text(f"alter table turns drop column {column}"))
        connection.execute(text("update schema_version set version = 1"))
    engine.dispose()


def test_an_old_journal_keeps_its_turns_and_takes_new_ones(database_url: str) -> None:
    old = Journal(database_url)
    old.record_turn(sent(1), "old", REPLY)
    old.close()
    as_of_version_1(database_url)
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: Journal(database_url), range(4)))
    opened[0].record_turn(sent(2, "human:"), "", REPLY)
    with opened[1].begin() as connection:
        rows = connection.execute(select(turns.c.question, turns.c.action, turns.c.private)).all()
        version = connection.scalar(text("select version from schema_version"))
    assert [tuple(row) for row in rows] == [("old", "", True), ("", "human:", True)]
    assert version == SCHEMA_VERSION
    for journal in opened:
        journal.close()


def indexes(url: str) -> set[str]:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    found = {str(index["name"]) for index in inspect(engine).get_indexes("turns")}
    engine.dispose()
    return found


def test_outdated_indexes_of_an_old_journal_go_and_the_new_one_comes(database_url: str) -> None:
    Journal(database_url).close()
    new = indexes(database_url)
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(text("drop index turns_report"))
        for name in OUTDATED_INDEXES:
            connection.execute(text(f"create index {name} on turns (at)"))
        connection.execute(text("update schema_version set version = 3"))
    engine.dispose()
    assert set(OUTDATED_INDEXES) <= indexes(database_url)
    Journal(database_url).close()
    assert indexes(database_url) == new
    assert not new & set(OUTDATED_INDEXES)


def test_what_a_link_carried_is_not_kept(database_url: str) -> None:
    journal = Journal(database_url)
    journal.record_turn(sent(1, "start:secret-token"), "", REPLY)
    with journal.begin() as connection:
        assert connection.scalar(select(turns.c.action)) == "start:"
    journal.close()


def test_each_product_shown_is_kept_with_its_place_and_who_chose_it(database_url: str) -> None:
    cards = tuple(
        ProductCard(f"S{n}", f"N{n}", Money(Decimal(n), "EUR"), True, "", "", "") for n in (1, 2)
    )
    reply = Reply(
        "Look:", Route.RECOMMEND, None, 1.0, "en", products=cards,
        citations=(Citation("product:lamp", "Lamp"), Citation("product:sofa", "Sofa")),
        receipt=Receipt("s", "", WordedBy.TEMPLATE, recommender="r7"),
    )  # fmt: skip
    journal = Journal(database_url)
    turn = journal.record_turn(sent(1), "lamps", reply)
    journal.record_turn(sent(1), "lamps", reply)
    with journal.begin() as connection:
        rows = connection.execute(select(impressions).order_by(impressions.c.slot)).all()
    assert [tuple(row) for row in rows] == [(turn, 0, "lamp", "r7"), (turn, 1, "sofa", "r7")]
    journal.close()
