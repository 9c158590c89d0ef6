"""The written drafts as values: tests/engine/grounding/data/*.jsonl."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from engine.grounding.reply import Sources
from engine.types import Passage, SourceKind

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Draft:
    """One written sentence with what it may draw on."""

    sentence: str
    sources: Sources
    language: str
    note: str


def load(name: str) -> list[Draft]:
    """All drafts of data/`name`.jsonl."""
    out = []
    for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        passages = tuple(
            Passage(p["id"], SourceKind(p["kind"]), p["title"], p["text"], p["language"])
            for p in row["passages"]
        )
        sources = Sources(passages, row["question"], row["language"])
        out.append(Draft(row["sentence"], sources, row["language"], row["note"]))
    return out
