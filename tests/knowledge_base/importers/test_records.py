"""Orders, reviews and entries come in by their key; what nobody could use is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from knowledge_base.store import load
from tests.knowledge_base.importers import samples
from tests.knowledge_base.importers.conftest import Import
from tests.knowledge_base.importers.test_products import counts, refused


def test_our_own_orders_come_in_and_keep_their_names_and_totals(
    bring_in: Import, folder: Path
) -> None:
    imported, known = bring_in(samples.OWN_ORDERS)
    assert (imported.kind, counts(imported)) == ("orders", (1, 0, 0))
    assert "placed_at: 'yesterday'" in refused(imported)[3]
    assert "neither email nor phone" in refused(imported)[4]
    (order,) = known.orders
    assert (order.status, order.expected_on) == ("shipped", date(2026, 10, 5))
    assert "Ann" in (folder / "orders.csv").read_text("utf-8")
    again, _ = bring_in(samples.OWN_ORDERS)
    assert counts(again) == (0, 0, 1)


def test_a_state_alone_can_be_brought_in(bring_in: Import, folder: Path) -> None:
    bring_in(samples.OWN_ORDERS)
    imported, known = bring_in("number,status\nJJ-1,delivered\n")
    assert (counts(imported), known.orders[0].status) == ((0, 1, 0), "delivered")
    assert ",Ann," in (folder / "orders.csv").read_text("utf-8")


def test_shopifys_orders_gather_their_items(bring_in: Import) -> None:
    imported, known = bring_in(samples.SHOPIFY_ORDERS)
    assert counts(imported) == (2, 0, 0)
    first, second = known.orders
    assert [(line.sku, line.quantity) for line in first.lines] == [("EX-MUG-1", 2), ("OAK-1", 1)]
    assert (first.status, first.phone) == ("shipped", "+31 6 0000 0001")
    assert first.placed_at.isoformat() == "2026-10-02T09:30:00+02:00"
    assert second.status == "returned"
    assert "USD is not the shop's" in refused(imported)[5]


def test_a_feed_does_not_take_back_that_an_order_arrived(bring_in: Import) -> None:
    bring_in(samples.SHOPIFY_ORDERS)
    bring_in("number,status\n#1001,delivered\n")
    imported, known = bring_in(samples.SHOPIFY_ORDERS)
    assert (counts(imported), known.orders[0].status) == ((0, 0, 2), "delivered")


def test_an_order_with_a_broken_line_stays_out_whole(bring_in: Import) -> None:
    broken = samples.SHOPIFY_ORDERS.replace(",1,Oak stool,OAK-1,,,,", ",one,Oak stool,OAK-1,,,,")
    imported, known = bring_in(broken)
    assert [order.number for order in known.orders] == ["#1002"]
    assert "Lineitem quantity: 'one'" in refused(imported)[2]
    short = samples.SHOPIFY_ORDERS.replace("Oak stool,OAK-1,,,,", "Oak stool,OAK-1")
    imported, known = bring_in(short)
    assert [order.number for order in known.orders] == ["#1002"]
    assert sorted(refused(imported)) == [2, 3, 5]


def test_reviews_get_ids_and_languages_of_their_own(bring_in: Import) -> None:
    imported, known = bring_in(samples.REVIEWS)
    assert (imported.kind, counts(imported)) == ("reviews", (2, 0, 0))
    assert [review.language for review in known.reviews] == ["en", "zh"]
    assert "no-such-mug" in refused(imported)[4]
    assert "rating: 9" in refused(imported)[5]
    again, _ = bring_in(samples.REVIEWS)
    assert counts(again) == (0, 0, 2)


def test_entries_come_in_one_a_row(bring_in: Import) -> None:
    imported, known = bring_in(samples.ENTRIES)
    assert (imported.kind, counts(imported)) == ("entries", (1, 0, 0))
    assert list(imported.files) == ["faq/returns.md"]
    entry = next(one for one in known.entries if one.id == "returns")
    assert entry.questions["en"] == ("How long can I return?", "Can I send it back?")
    assert entry.answers == {"en": "Within 30 days.", "zh": "30 天内可以退货。"}
    assert entry.tags == ("returns", "orders")
    assert "no answer" in refused(imported)[4]
    again, _ = bring_in(samples.ENTRIES)
    assert counts(again) == (0, 0, 1)


def test_questions_and_answers_alone_are_enough(bring_in: Import) -> None:
    imported, known = bring_in(samples.SIMPLE_ENTRIES)
    assert counts(imported) == (2, 0, 0)
    entry = next(one for one in known.entries if one.id == "do-you-ship-to-norway")
    assert entry.answers == {"en": "Yes, in five days."}
    assert any(one.answers == {"zh": "寄，五天到。"} for one in known.entries)
    assert list(refused(imported)) == [4]


def test_several_rows_of_an_id_are_questions_of_one_entry(bring_in: Import) -> None:
    text = "id,question,answer\nfit,Does it fit?,It does.\nfit,Will it fit?,\nfit,Fits?,It does.\n"
    _, known = bring_in(text)
    entry = next(one for one in known.entries if one.id == "fit")
    assert entry.questions == {"en": ("Does it fit?", "Will it fit?", "Fits?")}
    imported, _ = bring_in(text.replace("Fits?,It does.", "Fits?,It does not."))
    assert "two answers in 'en'" in refused(imported)[2]


def test_an_entry_keeps_the_file_it_lies_in(bring_in: Import, folder: Path) -> None:
    (folder / "faq" / "contact.md").rename(folder / "faq" / "other-name.md")
    imported, known = bring_in("id,owner\ncontact,Kim\n".replace("owner", "owner,title_en") + "")
    assert imported.refused  # A row without the title's cell.
    imported, known = bring_in("id,owner,title_en\ncontact,Kim,Reach us\n")
    assert list(imported.files) == ["faq/other-name.md"]
    assert known.entries[0].owner == "Kim"
    assert known.entries[0].questions == load(folder).entries[0].questions


def test_an_answer_that_would_begin_another_is_refused(bring_in: Import) -> None:
    imported, _ = bring_in('id,questions_en,answer_en\nx,Why?,"So.\n## zh\nOr so."\n')
    assert "## en" in refused(imported)[2]


def test_an_answer_in_a_language_the_shop_lacks_is_refused(bring_in: Import) -> None:
    imported, _ = bring_in("id,questions_fr,answer_fr\nx,Pourquoi ?,Parce que.\n")
    assert "none of the shop's languages" in refused(imported)[2]


def test_entries_as_json_lines_may_be_nested(bring_in: Import) -> None:
    line = '{"id": "x", "questions": {"en": ["Why?", "How so?"]}, "answers": {"en": "So."}}\n'
    imported, known = bring_in(line + "{broken\n[1]\n", "entries.jsonl")
    entry = next(one for one in known.entries if one.id == "x")
    assert entry.questions["en"] == ("Why?", "How so?")
    assert refused(imported) == {2: "broken JSON", 3: "not a JSON object"}
