"""Shoppers' own questions with written answers (hetPQA, semiPQA), where the data is there."""

from __future__ import annotations

import csv
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.generation.training.example import Example, passed
from engine.types import Passage, Prompt, Route, SourceKind

FILES = ("cpqa/hetPQA/train.csv", "cpqa/semiPQA/train.csv")
_LONGEST = 400
BESIDE = (0, 0, 0, 1, 2)
"""How many passages about other products a question may be shown beside its own."""
_ATTRIBUTE = re.compile(r'^\s*([\w ]+?):\s*\{ ?value:\s*"?([^"{}\[\]:]+?)"?\s*\}\s*$')
_OPENINGS = ("What is the {0}?", "which {0} is it", "tell me the {0}", "{0}?")


@dataclass(frozen=True, slots=True)
class _Row:
    """One example with the product it is about, "" where the data do not say."""

    product: str
    example: Example


def cpqa_examples(
    data: Path | None, size: int, draw: random.Random, refused: Counter[str], held: int = 0
) -> tuple[list[Example], list[Example], str]:
    """At most `size` examples, `held` of other products, and why there are none."""
    if data is None or not all((data / file).is_file() for file in FILES):
        why = f"no {' or '.join(FILES)} under SHOPDESK_DATA: trained on templates alone"
        return [], [], why
    asked = list(_questions(data / FILES[0]))
    found = [*asked, *_attributes(data / FILES[1], draw)]
    # The same products are held out whatever the seed: a run may go on from another's adapter.
    products = sorted({row.product for row in asked})
    kept_out = set(random.Random(0).sample(products, min(2 * held, len(products) // 4)))
    draw.shuffle(found)
    learn = (row for row in found if row.product not in kept_out)
    rest = (row for row in asked if row.product in kept_out)
    return (
        _passing(learn, asked, size, draw, refused),
        _passing(rest, asked, held, random.Random(0), Counter()),
        "",
    )


def _passing(
    rows: Iterator[_Row], asked: Sequence[_Row], size: int, draw: random.Random,
    refused: Counter[str],
) -> list[Example]:  # fmt: skip
    """The first `size` whose answers grounding lets pass, some beside other passages."""
    kept: list[Example] = []
    for row in rows:
        if len(kept) == size:
            break
        example = _beside(row, asked, draw) if row.product else row.example
        good, reasons = passed(example)
        refused.update(f"{example.source} en {reason.partition(':')[0]}" for reason in reasons)
        if good:
            kept.append(good)
    return kept


def _beside(row: _Row, asked: Sequence[_Row], draw: random.Random) -> Example:
    """The example with up to two passages about other products beside its own."""
    others = draw.sample(asked, min(draw.choice(BESIDE), len(asked)))
    prompt = row.example.prompt
    shown = [*prompt.passages, *(o.example.prompt.passages[0] for o in others
                                 if o.product != row.product)]  # fmt: skip
    draw.shuffle(shown)
    passages = tuple(replace(p, id=f"entry:{i}") for i, p in enumerate(shown))
    return replace(row.example, prompt=replace(prompt, passages=passages))


def _rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t")
        next(rows, None)
        yield from rows


def _questions(path: Path) -> Iterator[_Row]:
    for row in _rows(path):
        if len(row) < 5:
            continue
        product, question, candidate, answer, _ = row[:5]
        if len(candidate) > _LONGEST or len(answer.split()) < 3:
            continue
        passage = Passage("entry:shopper", SourceKind.ENTRY, "", _tidy(candidate), "en")
        prompt = Prompt(Route.FAQ, "en", question.strip(), (passage,))
        yield _Row(product, Example(prompt, _tidy(answer), "questions of shoppers", "hetPQA"))


def _attributes(path: Path, draw: random.Random) -> Iterator[_Row]:
    for row in _rows(path):
        hit = _ATTRIBUTE.match(row[0]) if len(row) == 2 else None
        if not hit:
            continue
        name = hit[1].replace("_", " ")
        passage = Passage("product:one", SourceKind.PRODUCT, "", f"{name}: {hit[2]}", "en")
        question = draw.choice(_OPENINGS).format(name)
        prompt = Prompt(Route.DESCRIBE, "en", question, (passage,))
        yield _Row("", Example(prompt, _tidy(row[1]), "attributes", "semiPQA"))


def _tidy(text: str) -> str:
    """A capital at the beginning, a full stop at the end."""
    plain = " ".join(text.split())
    return plain[:1].upper() + plain[1:] + ("" if plain[-1:] in ".!?" else ".")
