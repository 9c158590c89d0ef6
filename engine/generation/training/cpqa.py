"""Shoppers' own questions with written answers (hetPQA, semiPQA), where the data is there."""

from __future__ import annotations

import csv
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from engine.generation.training.example import Example, passed
from engine.types import Passage, Prompt, Route, SourceKind

FILES = ("cpqa/hetPQA/train.csv", "cpqa/semiPQA/train.csv")
_LONGEST = 400
_ATTRIBUTE = re.compile(r'^\s*([\w ]+?):\s*\{ ?value:\s*"?([^"{}\[\]:]+?)"?\s*\}\s*$')
_OPENINGS = ("What is the {0}?", "which {0} is it", "tell me the {0}", "{0}?")


def cpqa_examples(
    data: Path | None, size: int, draw: random.Random, refused: Counter[str]
) -> tuple[list[Example], str]:
    """At most `size` examples, and why there are none where there are none."""
    if data is None or not all((data / file).is_file() for file in FILES):
        return [], f"no {' or '.join(FILES)} under SHOPDESK_DATA: trained on templates alone"
    found = [*_questions(data / FILES[0]), *_attributes(data / FILES[1], draw)]
    draw.shuffle(found)
    kept: list[Example] = []
    for example in found:
        if len(kept) == size:
            break
        good, reasons = passed(example)
        refused.update(f"{example.source} en {reason.partition(':')[0]}" for reason in reasons)
        if good:
            kept.append(good)
    return kept, ""


def _rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t")
        next(rows, None)
        yield from rows


def _questions(path: Path) -> Iterator[Example]:
    for row in _rows(path):
        if len(row) < 5:
            continue
        _, question, candidate, answer, _ = row[:5]
        if len(candidate) > _LONGEST or len(answer.split()) < 3:
            continue
        passage = Passage("entry:shopper", SourceKind.ENTRY, "", _tidy(candidate), "en")
        prompt = Prompt(Route.FAQ, "en", question.strip(), (passage,))
        yield Example(prompt, _tidy(answer), "questions of shoppers", "hetPQA")


def _attributes(path: Path, draw: random.Random) -> Iterator[Example]:
    for row in _rows(path):
        hit = _ATTRIBUTE.match(row[0]) if len(row) == 2 else None
        if not hit:
            continue
        name = hit[1].replace("_", " ")
        passage = Passage("product:one", SourceKind.PRODUCT, "", f"{name}: {hit[2]}", "en")
        question = draw.choice(_OPENINGS).format(name)
        prompt = Prompt(Route.DESCRIBE, "en", question, (passage,))
        yield Example(prompt, _tidy(row[1]), "attributes", "semiPQA")


def _tidy(text: str) -> str:
    """A capital at the beginning, a full stop at the end."""
    plain = " ".join(text.split())
    return plain[:1].upper() + plain[1:] + ("" if plain[-1:] in ".!?" else ".")
