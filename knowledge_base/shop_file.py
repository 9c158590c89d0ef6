"""shop.yaml and replies.yaml: what is true of the shop as a whole, and its set phrases."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from engine.types import Shop
from knowledge_base.imports_field import FIELD, import_problems, read_imports_field
from knowledge_base.order_field import order_problems, read_orders_field
from knowledge_base.problems import Problems
from knowledge_base.yaml_lines import load_with_lines, load_with_places

FIELDS = (
    "name", "currency", "languages", "default_language", "time_zone", "categories",
    "contact_entry", "url", "rates", "consumables", "hours", "contact", "about", "orders",
    "stock_fresh_h", "imports",
)  # fmt: skip
NEEDED = ("name", "currency", "languages", "default_language", "time_zone")


@dataclass(frozen=True, slots=True)
class Replies:
    """The shop's set phrases, by key and language."""

    texts: Mapping[str, Mapping[str, str]]
    default_language: str

    def text(self, key: str, language: str, **values: object) -> str:
        """The phrase in `language`, else in the shop's default; `{names}` filled with values."""
        known = self.texts[key]
        base = language.split("-")[0]
        phrase = known.get(language) or known.get(base) or known[self.default_language]
        return re.sub(r"\{(\w+)\}", lambda m: str(values.get(m.group(1), m.group(0))), phrase)


def read_yaml(path: Path, problems: Problems) -> tuple[dict[str, Any], dict[str, int]]:
    """A YAML mapping with the line of each top-level key (from 1)."""
    text = path.read_text(encoding="utf-8")
    try:
        return load_with_lines(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problems.add(path, mark.line + 1 if mark else 1, f"not readable as YAML: {error}")
    except ValueError as error:
        problems.add(path, 1, str(error))
    return {}, {}


def read_shop(path: Path, problems: Problems) -> Shop | None:
    """shop.yaml as a Shop, or None with what is wrong added to `problems`."""
    before = len(problems.found)
    values, lines = read_yaml(path, problems)
    for name in values:
        if name not in FIELDS:
            problems.unknown(path, lines.get(name, 1), name, FIELDS)
    for name in NEEDED:
        if not values.get(name):
            problems.add(path, lines.get(name, 1), f"{name}: missing")
    if len(problems.found) > before:
        return None
    _check_shop(values, lines, path, problems)
    if FIELD in values:
        _, places = load_with_places(path.read_text(encoding="utf-8"))
        for line, reason in import_problems(values[FIELD], places):
            problems.add(path, line, reason)
    if len(problems.found) > before:
        return None
    return _shop(values)


def _check_shop(
    values: Mapping[str, Any], lines: Mapping[str, int], path: Path, problems: Problems
) -> None:
    def wrong(name: str, reason: str) -> None:
        problems.add(path, lines.get(name, 1), f"{name}: {reason}")

    if not re.fullmatch(r"[A-Z]{3}", str(values["currency"])):
        wrong("currency", "three capital letters, such as EUR")
    if not isinstance(values["languages"], list):
        wrong("languages", "must be a list, such as [en, zh]")
    elif values["default_language"] not in values["languages"]:
        wrong("default_language", "must be one of languages")
    if not isinstance(values["name"], dict):
        wrong("name", "must be keyed by language")
    try:
        ZoneInfo(str(values["time_zone"]))
    except (ZoneInfoNotFoundError, ValueError):
        wrong("time_zone", f"{values['time_zone']!r} is not a zone such as Europe/Amsterdam")
    for line, reason in order_problems(values.get("orders"), lines.get("orders", 1)):
        problems.add(path, line, reason)
    fresh = values.get("stock_fresh_h", 1)
    if isinstance(fresh, bool) or not isinstance(fresh, int | float) or not 0 < fresh <= 8760:
        wrong("stock_fresh_h", "hours from above 0 to 8760, such as 24")
    rates = values.get("rates") or {}
    for currency, rate in rates.items() if isinstance(rates, dict) else [("rates", rates)]:
        try:
            if Decimal(str(rate)) <= 0:
                wrong("rates", f"{currency}: must be above 0")
        except InvalidOperation:
            wrong("rates", f"{currency}: {rate!r} is not a number")


def _shop(values: Mapping[str, Any]) -> Shop:
    categories = values.get("categories") or {}
    return Shop(
        name={str(k): str(v) for k, v in values["name"].items()},
        currency=str(values["currency"]),
        languages=tuple(str(code) for code in values["languages"]),
        default_language=str(values["default_language"]),
        time_zone=str(values["time_zone"]),
        categories={
            str(name): {str(k): str(v) for k, v in labels.items()}
            for name, labels in categories.items()
        },
        contact_entry=str(values.get("contact_entry") or ""),
        url=str(values.get("url") or ""),
        rates={str(k): Decimal(str(v)) for k, v in (values.get("rates") or {}).items()},
        consumables=tuple(str(name) for name in values.get("consumables") or []),
        orders=read_orders_field(values.get("orders")),
        stock_fresh_h=float(fresh) if (fresh := values.get("stock_fresh_h")) is not None else None,
        imports=read_imports_field(values.get(FIELD)),
    )


def read_replies(path: Path, shop: Shop, needed: Path, problems: Problems) -> Replies:
    """replies.yaml over the phrases of `needed`, whose keys are the whole list.

    A shop's own file may leave keys out; it may not invent any.
    """
    standard, _ = read_yaml(needed, problems)
    own, lines = read_yaml(path, problems) if path.exists() else ({}, {})
    for name in own:
        if name not in standard:
            problems.unknown(path, lines.get(name, 1), name, standard)
    texts = {key: dict(standard[key]) for key in standard}
    for key, phrases in own.items():
        if not isinstance(phrases, dict):
            problems.add(path, lines.get(key, 1), f"{key}: must be keyed by language")
            continue
        texts.setdefault(key, {}).update({str(k): str(v).strip() for k, v in phrases.items()})
    default = shop.default_language if shop.default_language in ("en", "zh") else "en"
    return Replies(texts, default)
