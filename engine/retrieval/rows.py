"""All a question is compared with, as rows of text: entries, other routes' examples, the goods."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from engine.retrieval.index import Row
from engine.types import Entry, Product
from knowledge_base.yaml_lines import load_with_lines

SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")
ROUTE, GOODS = "route:", "goods"
ROUTE_EXAMPLES = Path(__file__).parent.parent / "routing" / "data" / "examples.yaml"


def entry_rows(entries: Sequence[Entry]) -> tuple[Row, ...]:
    """The texts an entry is found by: its questions, titles and answers, in every language."""
    rows: list[Row] = []
    for entry in entries:
        for language, title in entry.titles.items():
            rows.append(Row(entry.id, "title", language, title))
        for language, asked in entry.questions.items():
            rows.extend(Row(entry.id, "question", language, text) for text in asked)
        for language, answer in entry.answers.items():
            pieces = [piece for piece in SENTENCE_END.split(answer) if piece.strip()]
            rows.extend(Row(entry.id, "answer", language, piece.strip()) for piece in pieces)
    return tuple(rows)


def route_rows() -> tuple[Row, ...]:
    """Examples of what no entry answers; their source is "route:NAME"."""
    examples, _ = load_with_lines(ROUTE_EXAMPLES.read_text("utf-8"))
    return tuple(
        Row(f"{ROUTE}{name}", "question", language, text)
        for name, by_language in examples.items()
        for language, texts in by_language.items()
        for text in texts
    )


def goods_rows(products: Sequence[Product]) -> tuple[Row, ...]:
    """What the shop sells, as texts that speak for goods and against every entry.

    "Somewhere to put shoes" is near a bench with a shoe rack, and so a wish, not a question.
    """
    return tuple(
        Row(f"{ROUTE}{GOODS}", "title", language, text)
        for product in products
        for texts in (product.names, product.descriptions)
        for language, text in texts.items()
    )
