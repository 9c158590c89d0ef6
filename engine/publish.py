"""Builds snapshots out of a shop's folder and makes them live."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from engine.retrieval.calibration import (
    FEWEST_EXAMPLES,
    Calibration,
    Thresholds,
    Weights,
    learn,
    trials,
)
from engine.retrieval.encoders import Encoders, Vectors
from engine.retrieval.entries import ROUTE, entry_rows, goods_rows, route_rows
from engine.retrieval.features import EntryFeatures, Query
from engine.retrieval.head import HeadFit
from engine.retrieval.index import Row
from engine.retrieval.products import product_rows
from engine.retrieval.snapshot import (
    Progress,
    embed,
    known_vectors,
    read_live,
    snapshot_id,
    write_live,
    write_snapshot,
)
from engine.retrieval.text import DATA
from knowledge_base.store import Knowledge, load

FEWEST_SOURCES = 5
LANGUAGE_OF_KEY = {"en": "en", "other": "zh"}


def asked_rows(knowledge: Knowledge) -> tuple[Row, ...]:
    """All a question is compared with: entries, examples of other routes, and the goods."""
    return (
        *entry_rows(knowledge.entries), *route_rows(), *goods_rows(knowledge.products),
    )  # fmt: skip


def publish(folder: Path, home: Path, encoders: Encoders, progress: Progress | None = None) -> str:
    """Check a shop's folder, build its snapshot if need be, make it live; its id.

    Raises KnowledgeError with every problem; then nothing has changed.
    """
    snapshot = build_snapshot(folder, home, encoders, progress)
    write_live(home, snapshot)
    return snapshot


def build_snapshot(
    folder: Path, home: Path, encoders: Encoders, progress: Progress | None = None
) -> str:
    """Build the snapshot of a folder unless it is there already; its id."""
    knowledge = load(folder)
    name = snapshot_id(folder, encoders.names)
    target = home / "snapshots" / name
    if (target / "manifest.json").is_file():
        return name
    rows = {
        "entries": asked_rows(knowledge),
        "products": product_rows(knowledge.products, knowledge.shop),
    }
    before = home / "snapshots" / (read_live(home) or "none")
    vectors = _vectors(rows, encoders, before, progress)
    fits = {
        key: fit_head(rows["entries"], vectors["entries"][key], key) for key in encoders.by_language
    }
    calibrations = {
        key: calibrate(rows["entries"], vectors["entries"][key], fits[key], key, encoders)
        for key in encoders.by_language
    }
    heads = {key: fit.head.coefficients for key, fit in fits.items()}
    write_snapshot(target, folder, encoders.names, rows, vectors, calibrations, heads)
    return name


def _vectors(
    rows: Mapping[str, Sequence[Row]], encoders: Encoders, before: Path, progress: Progress | None
) -> dict[str, dict[str, Vectors]]:
    """Vectors by group, then by encoder key; a text of several groups is embedded once."""
    known: dict[str, dict[str, Vectors]] = {key: {} for key in encoders.by_language}
    for group in rows:
        for key, by_text in known_vectors(before, group).items():
            known.setdefault(key, {}).update(by_text)
    whole = embed([row for group in rows.values() for row in group], encoders, known, progress)
    ends = np.cumsum([len(group) for group in rows.values()])[:-1]
    split = {key: np.split(matrix, ends) for key, matrix in whole.items()}
    return {
        group: {key: parts[i] for key, parts in split.items()} for i, group in enumerate(rows)
    }  # fmt: skip


def fit_head(rows: Sequence[Row], vectors: Vectors, key: str) -> HeadFit:
    """The head over all rows that an encoder reads well: its language's, or any for "other"."""
    used = np.array([key == "other" or row.language == key for row in rows], dtype=bool)
    return HeadFit(vectors, [row.source for row in rows], used)


def calibrate(
    rows: Sequence[Row], vectors: Vectors, fit: HeadFit, key: str, encoders: Encoders
) -> Calibration:
    """Learn from the shop's own example questions; from ours where it has too few."""
    language = LANGUAGE_OF_KEY.get(key, key)
    asked = sum(
        row.field == "question" and row.language == language and not row.source.startswith(ROUTE)
        for row in rows
    )
    if asked < FEWEST_EXAMPLES or len(fit.head.sources) < FEWEST_SOURCES:
        return default_calibration(key)
    found = EntryFeatures(rows, vectors, fit.head)
    texts = (DATA / f"out_of_scope_{language}.txt").read_text("utf-8").splitlines()
    vectors = encoders.by_language[key].encode(texts)
    strangers = [found.query(text, vector) for text, vector in zip(texts, vectors, strict=True)]
    return learn(trials(found, fit, language, list[Query](strangers)))


def default_calibration(key: str) -> Calibration:
    """The calibration learned on the demo shop, for shops with too few examples of their own."""
    known = json.loads((DATA / "default_calibration.json").read_text("utf-8"))
    value = known.get(key) or known["other"]
    return Calibration(
        Weights(value["rank"]["bias"], tuple(value["rank"]["weights"])),
        Weights(value["confidence"]["bias"], tuple(value["confidence"]["weights"])),
        Thresholds(**value["thresholds"]),
    )
