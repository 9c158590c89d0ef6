"""What was asked in vain is found, and nothing that was answered, picked, closed or pressed."""

from __future__ import annotations

from engine.gaps.closing import dismiss
from engine.gaps.collecting import Kind
from engine.journal_writing import HandOver, Step
from engine.types import Band
from tests.engine.gaps.conftest import AT, Shop

VIOLINS = "Do you repair broken violins?"


def test_unknown_unsure_and_thumbs_down_are_gaps_and_nothing_else_is(shop: Shop) -> None:
    unknown = shop.turn("ann", VIOLINS)
    unsure = shop.turn(
        "bob", "Can a violin be tuned?", band=Band.UNSURE, offered=("delivery-time",)
    )
    down = shop.turn("cleo", "Is wood from Norway?", band=Band.CERTAIN, down=True,
                     topic="delivery-time")  # fmt: skip
    shop.turn("dan", "Whose violin is it?", band=Band.CERTAIN, topic="delivery-time")
    shop.turn("eve", "a turn that failed", band=None)
    shop.turn("finn", "", action="human:")
    shop.turn("gus", "⟦email:1⟧")
    shop.turn("hal", VIOLINS, days=40)
    found = {one.turn: one for one in shop.asked()}
    assert {turn: one.kind for turn, one in found.items()} == {
        unknown: Kind.UNKNOWN, unsure: Kind.UNSURE, down: Kind.THUMBS_DOWN,
    }  # fmt: skip
    assert found[unsure].offered == ("delivery-time",)
    near = {entry for one in found.values() for entry in one.near}
    assert near and near <= set(shop.live())


def test_what_is_answered_by_now_is_no_gap(shop: Shop) -> None:
    shop.turn("ann", "How long does delivery take?")
    assert shop.asked() == ()


def test_a_thumb_down_is_settled_once_the_entry_says_otherwise(shop: Shop) -> None:
    asked = "How long does delivery take?"
    turn = shop.turn("ann", asked, band=Band.CERTAIN, down=True, topic="delivery-time")
    assert [one.turn for one in shop.asked()] == [turn]
    file = shop.folder / "faq" / "delivery-time.md"
    file.write_text(file.read_text("utf-8").replace("3 days", "5 days"), "utf-8")
    shop.publish()
    assert shop.asked() == ()


def test_an_offer_that_was_picked_is_no_gap(shop: Shop) -> None:
    shop.turn("ann", VIOLINS, band=Band.UNSURE, offered=("delivery-time",))
    assert len(shop.asked()) == 1
    shop.turn("ann", "", band=Band.CERTAIN, action="entry:delivery-time")
    assert shop.asked() == ()


def test_a_dismissed_gap_stays_away_also_asked_again_in_its_words(shop: Shop) -> None:
    shop.turn("ann", VIOLINS)
    dismiss(shop.journal, shop.gaps()[0], "olga", AT)
    shop.turn("bob", "do you repair broken violins")
    assert shop.asked() == ()


def test_only_who_can_and_may_be_written_to_waits(shop: Shop) -> None:
    shop.turn("ann", VIOLINS)
    shop.turn("web", VIOLINS, channel="web")
    shop.turn("group", VIOLINS, private=False)
    shop.turn("old", VIOLINS, days=15)
    shop.turn("helped", VIOLINS)
    opened = HandOver("tg:helped", "helped", Step.OPENED, AT, "asked")
    shop.journal.write([opened, HandOver("tg:helped", "", Step.ANSWERED, AT)])
    assert {one.shopper for one in shop.asked() if one.waits} == {"ann"}
    assert shop.gaps()[0].waiting == 1
