"""A shop's folder: read whole or refused with every problem; written in one step."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.errors import KnowledgeError
from knowledge_base.store import (
    DEMO_SHOP,
    EMPTY_SHOP,
    copy_shop,
    ensure_shop,
    load,
    write_atomically,
    write_entry,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the empty shop."""
    copy_shop(EMPTY_SHOP, tmp_path / "shop")
    return tmp_path / "shop"


def test_the_empty_shop_is_valid(folder: Path) -> None:
    known = load(folder)
    assert (len(known.entries), len(known.products)) == (1, 1)


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("9.50", "cheap", "catalogue.csv:2: price: 'cheap' is not an amount"),
        ("9.50", "1e999999", "catalogue.csv:2: price: '1e999999' is not an amount"),
        ("9.50", "-1", "catalogue.csv:2: price: '-1' is not an amount"),
        (",3,material", ",-3,material", "catalogue.csv:2: stock"),
        ("everything", "nothing", "catalogue.csv:2: category: 'nothing'"),
        ("name_en", "nmae_en", "did you mean 'name_en'"),
        ("https://shop.example/p", "javascript:alert(1)//", "catalogue.csv:2: url"),
        ("EX-MUG-1", "EX MUG 1", "catalogue.csv:2: sku"),
    ],
)
def test_a_bad_product_row_is_refused_by_line(
    folder: Path, was: str, becomes: str, said: str
) -> None:
    path = folder / "catalogue.csv"
    path.write_text(path.read_text("utf-8").replace(was, becomes, 1), "utf-8")
    with pytest.raises(KnowledgeError) as refused:
        load(folder)
    assert said in str(refused.value)


def test_every_problem_is_told_at_once(folder: Path) -> None:
    path = folder / "catalogue.csv"
    path.write_text(path.read_text("utf-8") + "a,b\nc,d\n", "utf-8")
    (folder / "faq" / "broken.md").write_text("nothing", "utf-8")
    with pytest.raises(KnowledgeError) as refused:
        load(folder)
    assert str(refused.value).count("catalogue.csv:") == 2
    assert "broken.md:1:" in str(refused.value)


def test_the_same_id_in_two_files_is_a_problem(folder: Path) -> None:
    shutil.copy(folder / "faq" / "contact.md", folder / "faq" / "other.md")
    with pytest.raises(KnowledgeError, match="stands in another file too"):
        load(folder)


def test_a_file_that_is_not_utf8_is_named(folder: Path) -> None:
    (folder / "faq" / "latin.md").write_bytes(b"---\nid: caf\xe9\n---\n")
    with pytest.raises(KnowledgeError, match=r"latin\.md:1: not UTF-8"):
        load(folder)


def test_an_entry_written_is_read_by_the_shop(folder: Path) -> None:
    entry = load(folder).entries[0]
    write_entry(folder, entry)
    assert load(folder).entries == (entry,)


def test_a_failed_write_leaves_the_old_text_and_no_scratch(folder: Path) -> None:
    path = folder / "shop.yaml"
    before = path.read_text("utf-8")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "name: \ud800")
    assert path.read_text("utf-8") == before
    assert [p.name for p in folder.iterdir() if p.name.startswith(".shop")] == []


def test_the_first_start_copies_the_demo_shop_and_later_ones_keep_it(tmp_path: Path) -> None:
    folder = ensure_shop(tmp_path, None)
    (folder / "faq" / "shipping-cost.md").unlink()
    assert ensure_shop(tmp_path, None) == folder
    assert not (folder / "faq" / "shipping-cost.md").exists()
    assert (DEMO_SHOP / "faq" / "shipping-cost.md").exists()
