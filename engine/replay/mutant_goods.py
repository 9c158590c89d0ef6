"""Another price in a catalogue, and another set phrase, as a mutant of a shop has them."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from random import Random

import yaml

from knowledge_base.store import Knowledge

FACTORS = (Decimal("0.5"), Decimal("0.8"), Decimal("0.9"), Decimal("1.1"), Decimal("1.2"),
           Decimal(2))  # fmt: skip
CENT = Decimal("0.01")


def other_price(catalogue: str, rng: Random) -> tuple[str, str, str, str]:
    """The table with one variant's price changed; whose it is, what it was, and what it is."""
    rows = list(csv.DictReader(io.StringIO(catalogue), strict=True))
    row = rng.choice(rows)
    was = row["price"]
    row["price"] = str((Decimal(was) * rng.choice(FACTORS)).quantize(CENT))
    table = io.StringIO()
    written = csv.DictWriter(table, list(rows[0]), lineterminator="\n")
    written.writeheader()
    written.writerows(rows)
    return table.getvalue(), row["product"], was, row["price"]


def other_phrase(known: Knowledge, rng: Random) -> tuple[str, str, str, str, str]:
    """One set phrase replaced by another that fills in the same: key, language, was, is, the file.

    A phrase alone in what it fills in loses its first word, or its first two letters in Chinese.
    """
    texts = known.replies.texts
    key = rng.choice(sorted(texts))
    language = rng.choice(sorted(texts[key]))
    was = texts[key][language]
    alike = [
        told[language]
        for other, told in sorted(texts.items())
        if language in told and told[language] != was and _filled(told[language]) == _filled(was)
    ]
    cut = was.partition(" ")[2] or was[2:]
    new = rng.choice(alike) if alike else cut
    changed = {**texts, key: {**texts[key], language: new}}
    plain = {name: dict(told) for name, told in changed.items()}
    return key, language, was, new, yaml.safe_dump(plain, allow_unicode=True, sort_keys=False)


def _filled(phrase: str) -> frozenset[str]:
    return frozenset(re.findall(r"\{(\w+)\}", phrase))
