"""Price and stock older than the shop's limit are told as of when they are."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.answers.cards import Cards
from engine.at_work import AtWork, note_published, note_seen, seen
from engine.order_sources import FileOrders, HttpOrders
from engine.types import OrderLookup
from knowledge_base.problems import Problems
from knowledge_base.shop_file import read_shop
from knowledge_base.store import EMPTY_SHOP, Knowledge, copy_shop, load

CHANGED = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)


@pytest.fixture
def known(tmp_path: Path) -> Knowledge:
    """A shop in Amsterdam whose catalogue lies in a snapshot as of CHANGED."""
    folder = tmp_path / "snapshot" / "knowledge"
    copy_shop(EMPTY_SHOP, folder)
    set_changed(folder, CHANGED)
    found = load(folder)
    shop = replace(found.shop, time_zone="Europe/Amsterdam", stock_fresh_h=24.0)
    return replace(found, shop=shop)


def set_changed(folder: Path, at: datetime) -> None:
    os.utime(folder / "catalogue.csv", (at.timestamp(), at.timestamp()))


def told(known: Knowledge, home: Path, at: datetime, language: str = "en") -> str:
    """What a card of the first product says at a moment."""
    work = AtWork(home, None, lambda: at)
    stale = work.stale(known.shop, known.folder.parent)
    products = {product.id: product for product in known.products}
    cards = Cards(products, known.shop, known.replies, stale)
    return cards.card(next(iter(products)), language).caption


@pytest.mark.parametrize(
    ("language", "end"), [("en", "stock. (as of 2 Nov, 09:30)"), ("zh", "（截至11月2日 09:30）")]
)
def test_what_is_too_old_is_told_with_its_time_in_the_shops_zone(
    known: Knowledge, tmp_path: Path, language: str, end: str
) -> None:
    late, limit = CHANGED + timedelta(hours=24, seconds=1), CHANGED + timedelta(hours=24)
    assert told(known, tmp_path, late, language).endswith(end)
    fresh = told(known, tmp_path, limit, language)
    assert told(known, tmp_path, late, language).startswith(fresh) and end not in fresh


def test_a_shop_without_a_limit_and_a_replay_tell_no_time(known: Knowledge, tmp_path: Path) -> None:
    late = CHANGED + timedelta(days=400)
    without = replace(known, shop=replace(known.shop, stock_fresh_h=None))
    products = {product.id: product for product in known.products}
    replayed = Cards(products, known.shop, known.replies).card(next(iter(products)), "en").caption
    assert told(without, tmp_path, late) == replayed
    assert "as of" not in replayed


def test_an_import_that_changed_nothing_makes_it_fresh_again(
    known: Knowledge, tmp_path: Path
) -> None:
    later = CHANGED + timedelta(days=3)
    note_seen(tmp_path, later)
    assert "as of" not in told(known, tmp_path, later + timedelta(hours=1))
    note_seen(tmp_path, CHANGED)
    assert seen(tmp_path) == later
    assert told(known, tmp_path, later + timedelta(days=2)).endswith("(as of 5 Nov, 09:30)")


def test_publishing_a_catalogue_saved_again_makes_it_fresh_again(
    known: Knowledge, tmp_path: Path
) -> None:
    shop, later = tmp_path / "shop", CHANGED + timedelta(days=3)
    copy_shop(EMPTY_SHOP, shop)
    set_changed(shop, later)
    note_published(tmp_path, shop)
    assert seen(tmp_path) == later
    assert "as of" not in told(known, tmp_path, later + timedelta(hours=1))


def test_a_broken_note_is_none(tmp_path: Path) -> None:
    for text in ("", "soon", "2026-11-02T08:30"):
        (tmp_path / "catalogue.seen").write_text(text)
        assert seen(tmp_path) is None


def test_orders_are_asked_for_where_the_shop_names_a_server(known: Knowledge) -> None:
    work = AtWork(Path("x"), None, lambda: CHANGED)
    assert isinstance(work.orders(known), FileOrders)
    lookup = OrderLookup("https://shop.example/{number}")
    named = replace(known, shop=replace(known.shop, orders=lookup))
    assert isinstance(work.orders(named), HttpOrders)


@pytest.mark.parametrize(
    ("line", "reason"),
    [("stock_fresh_h: 0", "hours from above 0"), ("stock_fresh_h: yes", "hours from above 0"),
     ("stock_fersh_h: 3", "did you mean 'stock_fresh_h'"),
     ("orders: {ulr: x}", "did you mean 'url'"),
     ("stock_fresh_h: 24", ""), ("orders: {url: 'https://a.example/{number}'}", "")],
)  # fmt: skip
def test_shop_yaml_takes_only_what_makes_sense(tmp_path: Path, line: str, reason: str) -> None:
    path, problems = tmp_path / "shop.yaml", Problems()
    path.write_text((EMPTY_SHOP / "shop.yaml").read_text("utf-8") + f"\n{line}\n", "utf-8")
    shop = read_shop(path, problems)
    assert (shop is None) == bool(reason)
    assert all(reason in one.reason for one in problems.found[:1])
    assert shop is None or shop.stock_fresh_h == 24.0 or shop.orders is not None
