"""hetPQA's dev questions as `eval answers` and `bench generate` read them. A command of its own:

    python -m tests.engine.evaluation.make_answer_sets --out FOLDER

writes hetpqa_alone.jsonl (the passage that answers), hetpqa_two_more.jsonl (two passages more, of
the same product where the data have any) and workload.jsonl (hetPQA with fourteen passages, the
demo shop with four entries, 300 to 800 tokens: the fixed set that speed is measured on). Nothing of
it is committed.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import knowledge_base
from knowledge_base.store import load

DATA = Path(__file__).parents[4] / "shared" / "data"
SHOP = Path(knowledge_base.__file__).parent / "demo_shop"
SEED = 4
MORE, MANY = 2, 13
ENTRIES = 4
WORKLOAD = 24
"""Questions of each kind."""
RAW = "{"
"""Attributes stand in the data as code; no shop shows them so."""


def rows(path: Path) -> Iterator[dict[str, str]]:
    """The lines of a tab-separated file."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t")


def tidy(text: str) -> str:
    """On one line, with a capital and an end."""
    plain = " ".join(text.split())
    return plain[:1].upper() + plain[1:] + ("" if plain[-1:] in ".!?" else ".")


def questions(folder: Path, more: int, draw: random.Random) -> list[dict[str, Any]]:
    """Every dev question with the passage that answers it and `more` others, mixed."""
    beside: dict[str, set[str]] = {}
    for row in rows(folder / "evidence_dev.csv"):
        if row["label"] == "0" and RAW not in row["candidate"]:
            beside.setdefault(row["ASIN"], set()).add(tidy(row["candidate"]))
    everything = sorted({text for texts in beside.values() for text in texts})
    found = []
    for row in rows(folder / "dev.csv"):
        if RAW in row["candidate"] or not (row["answer"] or "").strip():
            continue
        own = tidy(row["candidate"])
        near = sorted(beside.get(row["ASIN"], set()) - {own})
        others = draw.sample(near, min(more, len(near)))
        while len(others) < more:
            others.append(draw.choice(everything))
        passages = draw.sample([own, *others], more + 1)
        found.append({"route": "faq", "language": "en", "question": row["question"].strip(),
                      "passages": passages, "reference": tidy(row["answer"]),
                      "answerable": True})  # fmt: skip
    return found


def shop_questions(count: int, draw: random.Random) -> list[dict[str, Any]]:
    """Questions of the demo shop's entries, each with its entry and others, languages in turn."""
    entries = [e for e in load(SHOP).entries if {"en", "zh"} <= e.answers.keys()]
    found = []
    for number in range(count):
        language = ("en", "zh")[number % 2]
        shown = draw.sample(entries, ENTRIES)
        passages = [{"id": e.id, "title": e.titles[language], "text": e.answers[language]}
                    for e in shown]  # fmt: skip
        found.append({"route": "faq", "language": language, "passages": passages,
                      "question": draw.choice(shown[0].questions[language])})  # fmt: skip
    return found


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    out: Path = parser.parse_args().out
    folder = Path(os.environ.get("SHOPDESK_DATA", DATA)) / "cpqa" / "hetPQA"
    draw = random.Random(SEED)
    many = questions(folder, MANY, draw)
    made = {
        "hetpqa_alone": questions(folder, 0, draw),
        "hetpqa_two_more": questions(folder, MORE, draw),
        "workload": [*draw.sample(many, WORKLOAD), *shop_questions(WORKLOAD, draw)],
    }
    out.mkdir(parents=True, exist_ok=True)
    for name, lines in made.items():
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (out / f"{name}.jsonl").write_text(text, encoding="utf-8")
        print(f"{name}.jsonl: {len(lines)} questions")


if __name__ == "__main__":
    main()
