"""The last look is kept without a shopper's word, and shows only what still stands."""

from __future__ import annotations

import stat
from datetime import UTC, datetime

import pytest

from engine.errors import StoreError
from engine.gaps.closing import bring_back, dismiss
from engine.gaps.clustering import Gap
from engine.gaps.kept import FILE, Look, dismissed, keep_look, read_look
from engine.journal import Journal
from engine.rights import Rights
from engine.sessions import MemorySessions
from tests.engine.gaps.conftest import AT, Shop

ASKED = "Do you repair broken violins?"


def looked(shop: Shop) -> tuple[Gap, ...]:
    found = shop.gaps()
    keep_look(shop.settings.home, Look(AT, 28, found))
    return found


def kept(shop: Shop) -> tuple[Gap, ...]:
    look = read_look(shop.settings.home, shop.journal)
    assert look is not None
    return look.gaps


def test_a_kept_look_is_what_was_found(shop: Shop) -> None:
    shop.turn("ann", ASKED)
    shop.turn("bob", ASKED)
    shop.turn("cat", "Can you repair my violin? Mail ⟦email:1⟧")
    shop.turn("dan", "Is there a shop in Berlin?", offered=("delivery-time",))
    found, again = looked(shop), kept(shop)
    assert len(found) >= 2
    for name in ("id", "title", "language", "variants", "shoppers", "kinds", "languages", "first",
                 "last", "waiting", "near"):  # fmt: skip
        assert [getattr(g, name) for g in again] == [getattr(g, name) for g in found], name
    assert [[a.turn for a in g.asked] for g in again] == [[a.turn for a in g.asked] for g in found]


def test_what_is_kept_holds_nobodys_words_and_is_ours_alone(shop: Shop) -> None:
    shop.turn("ann", ASKED)
    looked(shop)
    file = shop.settings.home / FILE
    text = file.read_text("utf-8")
    assert "violins" not in text
    assert "ann" not in text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_who_is_forgotten_is_in_no_gap_any_more(shop: Shop) -> None:
    shop.turn("ann", ASKED)
    shop.turn("bob", "Do you repair my broken violins please?")
    looked(shop)
    Rights(shop.journal, MemorySessions()).forget("ann")
    assert [variant.words for gap in kept(shop) for variant in gap.variants] == [
        "Do you repair my broken violins please?"
    ]
    Rights(shop.journal, MemorySessions()).forget("bob")
    assert kept(shop) == ()


def test_what_was_dealt_with_since_is_left_out(shop: Shop) -> None:
    shop.turn("ann", ASKED)
    shop.turn("dan", "Is there a shop in Berlin?")
    found = looked(shop)
    dismiss(shop.journal, found[0], "olga", AT)
    assert [gap.id for gap in kept(shop)] == [gap.id for gap in found[1:]]


def test_what_was_dismissed_is_told_and_brought_back_into_every_look(shop: Shop) -> None:
    shop.turn("ann", ASKED)
    shop.turn("dan", "Is there a shop in Berlin?")
    found = looked(shop)
    for gap in found:
        dismiss(shop.journal, gap, "olga", AT)
    assert shop.gaps() == ()
    assert {one.closed.gap for one in dismissed(shop.journal, 9)} == {gap.id for gap in found}
    assert {one.title for one in dismissed(shop.journal, 9)} == {gap.title for gap in found}
    assert bring_back(shop.journal, found[0].id)
    assert [gap.id for gap in kept(shop)] == [found[0].id]
    assert [gap.id for gap in shop.gaps()] == [found[0].id]
    assert not bring_back(shop.journal, found[0].id)
    Rights(shop.journal, MemorySessions()).forget("ann")
    Rights(shop.journal, MemorySessions()).forget("dan")
    assert dismissed(shop.journal, 9) == ()


def test_without_a_look_there_is_none(shop: Shop) -> None:
    assert read_look(shop.settings.home, shop.journal) is None


AT_ALL = '{"at": "2026-01-01T00:00:00+00:00", "days": 1, "gaps": [{"id": "x"}]}'


@pytest.mark.parametrize("text", ["", "{", "[]", '{"at": "x"}', AT_ALL])
def test_a_look_that_cannot_be_read_is_told_as_such(shop: Shop, text: str) -> None:
    (shop.settings.home / FILE).write_text(text, "utf-8")
    with pytest.raises(StoreError, match="cannot be read") as told:
        read_look(shop.settings.home, shop.journal)
    assert "look for gaps once more" in told.value.mend


def test_a_look_over_thousands_of_turns_is_read_at_once(shop: Shop) -> None:
    for number in range(30):
        shop.turn(f"who{number}", f"{ASKED} {number}")
    (gap,) = (g for g in looked(shop) if len(g.asked) > 5)
    many = Gap(gap.id, gap.title, gap.language, gap.variants, gap.asked * 400, gap.near)
    keep_look(shop.settings.home, Look(datetime.now(UTC), 28, (many,)))
    journal = Journal(f"sqlite:///{shop.settings.home}/journal.sqlite3")
    look = read_look(shop.settings.home, journal)
    journal.close()
    assert look is not None
    assert len(look.gaps[0].asked) == len(gap.asked) * 400
