"""Writes the calibration that shops with few examples start with. A command of its own:

    python -m tests.engine.retrieval.make_default_calibration

learns it on the demo shop as a small shop would have it: three examples an entry and language.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

from engine.build import load_encoders
from engine.publish import asked_rows
from engine.retrieval.embedding import embed
from engine.retrieval.learning import Examples, fit_heads, learn_all
from engine.retrieval.text import DATA
from engine.settings import Settings
from engine.types import Entry
from knowledge_base.store import DEMO_SHOP, load

EXAMPLES = 3
TARGET = DATA / "default_calibration.json"


def thinned(entry: Entry) -> Entry:
    """An entry with its first examples only."""
    return replace(entry, questions={code: q[:EXAMPLES] for code, q in entry.questions.items()})


def main() -> None:
    """Learn and write, with four digits."""
    known = load(DEMO_SHOP)
    rows = asked_rows(replace(known, entries=tuple(thinned(entry) for entry in known.entries)))
    encoders = load_encoders(Settings.load())
    if encoders.reranker is None:
        raise SystemExit("run `shopdesk prepare` first: the re-ranking encoder is missing")
    vectors = {key: embed(rows, key, encoders, {}) for key in encoders.keys}
    learned = learn_all(Examples(rows, vectors, fit_heads(rows, vectors), encoders))
    found = {key: asdict(value) for key, value in learned.items()}
    TARGET.write_text(json.dumps(_rounded(found), indent=1) + "\n", "utf-8")


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(inner) for inner in value]
    return round(value, 4)


if __name__ == "__main__":
    main()
