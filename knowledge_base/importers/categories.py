"""Categories that a feed brings: found among the shop's, or added to shop.yaml's text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import yaml

from engine.errors import KnowledgeError
from engine.types import Shop
from knowledge_base.importers.texts import language_of, short_id, slug
from knowledge_base.schema import IDENTIFIER
from knowledge_base.yaml_lines import Loader

OTHER = "other"
OTHER_LABELS = {"en": "Other", "zh": "其他"}
LONGEST_NAME, MOST_NEW = 100, 1_000
LEVEL = re.compile(r"\s*(?:>|›|»)\s*")
Labels = Mapping[str, str]


class Categories:
    """Names of categories as feeds write them, resolved to the shop's keys."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        """The shop with the new categories."""
        self._keys = {label.casefold(): key for key, labels in shop.categories.items()
                      for label in labels.values()}  # fmt: skip
        self._keys |= {key.casefold(): key for key in shop.categories}
        self._new: dict[str, dict[str, str]] = {}

    def key(self, name: str) -> str:
        """The key of a category by key, label or path ("Home > Lamps"); a new one where none is.

        Without a name it is "other". Raises ValueError where it can hardly be a category.
        """
        leaf = LEVEL.split(name.strip())[-1]
        known = self._keys.get(name.strip().casefold()) or self._keys.get(leaf.casefold())
        if known:
            return known
        key = leaf if IDENTIFIER.match(leaf) else _key(leaf)
        if not leaf:
            key = OTHER
        if key not in self.shop.categories:
            self._check_new(leaf)
            self._new[key] = dict(OTHER_LABELS) if not leaf else {language_of(leaf): leaf}
            self.shop = replace(self.shop, categories={**self.shop.categories, **self._new})
        self._keys[leaf.casefold()] = key
        return key

    def _check_new(self, name: str) -> None:
        if len(name) > LONGEST_NAME:
            raise ValueError(f"category: {name[:30]!r}… is longer than {LONGEST_NAME} characters")
        if len(self._new) >= MOST_NEW:
            raise ValueError(f"category: {name!r} would be one more than {MOST_NEW:,} new ones; "
                             "is it that column?")  # fmt: skip

    def new(self, used: frozenset[str]) -> dict[str, dict[str, str]]:
        """The new ones among `used`, with their labels."""
        return {key: labels for key, labels in self._new.items() if key in used}


def _key(name: str) -> str:
    plain = slug(name)
    return plain if IDENTIFIER.match(plain) and name.isascii() else short_id(name)


def with_categories(text: str, new: Mapping[str, Labels]) -> str:
    """shop.yaml's text with further categories; all else stands as it was, comments included.

    Raises KnowledgeError where `categories` is written in a way that cannot be added to.
    """
    lines = [f"{_scalar(key)}: {_scalar(dict(labels))}" for key, labels in new.items()]
    added = _inserted(text, lines)
    expected = yaml.safe_load(text)
    expected["categories"] = (expected.get("categories") or {}) | {
        key: dict(labels) for key, labels in new.items()
    }
    try:
        same = yaml.safe_load(added) == expected
    except yaml.YAMLError:
        same = False
    if not same:
        raise KnowledgeError(
            "the new categories cannot be written into it: " + "; ".join(lines),
            where="shop.yaml",
            mend="write `categories:` with one category a line, or add these yourself.",
        )
    return added


def _inserted(text: str, lines: list[str]) -> str:
    loader = Loader(text)
    try:
        root = loader.get_single_node()
    finally:
        loader.dispose()
    found = next((pair for pair in root.value if pair[0].value == "categories"), None)
    if found is None:
        return text.rstrip("\n") + "\ncategories:\n" + "".join(f"  {line}\n" for line in lines)
    name, value = found
    if isinstance(value, yaml.MappingNode) and value.value and not value.flow_style:
        indent = " " * value.start_mark.column
        return _after_line(text, _last_line(value), [indent + line for line in lines])
    if isinstance(value, yaml.MappingNode):
        # In braces on its line: the new ones go in before the closing one.
        end = _offset(text, value.end_mark) - 1
        comma = ", " if value.value else ""
        return text[:end].rstrip(" ,") + comma + ", ".join(lines) + text[end:]
    return _after_line(text, name.end_mark.line, ["  " + line for line in lines])


def _last_line(node: Any) -> int:
    """The line a block mapping's last value ends on; its own end lies after the comments."""
    value = node.value[-1][1]
    if isinstance(value, yaml.MappingNode) and value.value and not value.flow_style:
        return _last_line(value)
    return int(value.end_mark.line)


def _after_line(text: str, line: int, added: list[str]) -> str:
    lines = text.split("\n")
    return "\n".join([*lines[: line + 1], *added, *lines[line + 1 :]])


def _offset(text: str, mark: Any) -> int:
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: mark.line]) + int(mark.column)


def _scalar(value: object) -> str:
    shown: str = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, width=10**9)
    return shown.removesuffix("\n").removesuffix("\n...").removesuffix("\n")
