"""Builds snapshots out of a shop's folder and makes them live."""

from __future__ import annotations

import json
from pathlib import Path

from engine.retrieval.calibration import (
    FEWEST_EXAMPLES,
    Calibration,
    Thresholds,
    Weights,
    learn,
    trials,
)
from engine.retrieval.encoders import Encoders
from engine.retrieval.entries import ROUTE, entry_rows, route_rows
from engine.retrieval.features import EntryFeatures, Query
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
from knowledge_base.store import load

LANGUAGE_OF_KEY = {"en": "en", "other": "zh"}


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
        "entries": (*entry_rows(knowledge.entries), *route_rows()),
        "products": product_rows(knowledge.products, knowledge.shop),
    }
    before = home / "snapshots" / (read_live(home) or "none")
    vectors = {
        group: embed(rows[group], encoders, known_vectors(before, group), progress)
        for group in rows
    }
    calibrations = {
        key: calibrate(EntryFeatures(rows["entries"], vectors["entries"][key]), key, encoders)
        for key in encoders.by_language
    }
    write_snapshot(target, folder, encoders.names, rows, vectors, calibrations)
    return name


def calibrate(found: EntryFeatures, key: str, encoders: Encoders) -> Calibration:
    """Learn from the shop's own example questions; from ours where it has too few."""
    language = LANGUAGE_OF_KEY.get(key, key)
    asked = sum(
        row.field == "question" and row.language == language and not row.source.startswith(ROUTE)
        for row in found.rows
    )
    if asked < FEWEST_EXAMPLES or len(found.sources) < 5:
        return default_calibration(key)
    texts = (DATA / f"out_of_scope_{language}.txt").read_text("utf-8").splitlines()
    vectors = encoders.by_language[key].encode(texts)
    strangers = [found.query(text, vector) for text, vector in zip(texts, vectors, strict=True)]
    return learn(trials(found, language, list[Query](strangers)))


def default_calibration(key: str) -> Calibration:
    """The calibration learned on the demo shop, for shops with too few examples of their own."""
    known = json.loads((DATA / "default_calibration.json").read_text("utf-8"))
    value = known.get(key) or known["other"]
    return Calibration(
        Weights(value["rank"]["bias"], tuple(value["rank"]["weights"])),
        Weights(value["confidence"]["bias"], tuple(value["confidence"]["weights"])),
        Thresholds(**value["thresholds"]),
    )
