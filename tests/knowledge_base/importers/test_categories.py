"""New categories are added to shop.yaml's text; all else in it stands as it was."""

from __future__ import annotations

import difflib
import re

import pytest
import yaml

from engine.errors import KnowledgeError
from knowledge_base.importers.categories import Categories, with_categories
from knowledge_base.store import DEMO_SHOP, load

NEW = {"mugs": {"en": "Mugs & cups"}, "cha": {"zh": "茶: 绿茶"}}
HEAD = "name: {en: Fen}  # ours\n"


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "categories:\n  a: {en: A}\n  # of wood\n  b:\n    en: B\n\n# more\nurl: x\n",
        HEAD + "categories:\n    a: {en: A}  # first\nurl: x\n",
        HEAD + "categories: {a: {en: A}}  # first\nurl: x\n",
        HEAD + "categories: {}\nurl: x\n",
        HEAD + "categories:\nurl: x # kept\n",
        HEAD + "url: x\n# the end",
        HEAD + "categories:\n  a: {en: A,\n      zh: 甲}\nurl: x\n",
        HEAD + "categories:\n  a: {en: A}",
    ],
)
def test_all_but_the_new_categories_stands_as_it_was(text: str) -> None:
    after = with_categories(text, NEW)
    values, before = yaml.safe_load(after), yaml.safe_load(text)
    assert values.pop("categories") == (before.pop("categories", None) or {}) | NEW
    assert values == before
    # Taken away what was added, not a character is another.
    left = difflib.SequenceMatcher(None, text, after, autojunk=False).get_opcodes()
    assert {step for step, *_ in left} <= {"equal", "insert"}


def test_what_cannot_be_added_to_is_told_with_what_to_add() -> None:
    with pytest.raises(KnowledgeError, match=re.escape("mugs: {en: Mugs & cups}")):
        with_categories("name: &a {en: A}\ncategories: *a\n", NEW)


def test_a_category_is_found_by_key_label_or_path() -> None:
    known = Categories(load(DEMO_SHOP).shop)
    assert [known.key(name) for name in ("tea", "Home textiles", "灯具", "Home > Furniture")] == [
        "tea", "textiles", "lighting", "furniture",
    ]  # fmt: skip
    assert known.new(frozenset(["tea"])) == {}


def test_a_new_category_has_one_key_however_often_it_comes() -> None:
    known = Categories(load(DEMO_SHOP).shop)
    keys = [known.key(name) for name in ("Bath & Body", "bath & body", "浴室用品", "", "Bath")]
    assert keys[0] == keys[1] == "bath-body"
    assert keys[2].startswith("id-")
    assert keys[3:] == ["other", "Bath"]
    assert known.new(frozenset(keys))["bath-body"] == {"en": "Bath & Body"}


def test_what_can_hardly_be_categories_is_refused() -> None:
    known = Categories(load(DEMO_SHOP).shop)
    with pytest.raises(ValueError, match="longer than 100"):
        known.key("x" * 101)
    for number in range(1_000):
        known.key(f"kind {number}")
    with pytest.raises(ValueError, match="is it that column"):
        known.key("one more")
    assert known.key("kind 7") == "kind-7"
