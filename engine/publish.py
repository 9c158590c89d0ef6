"""Builds snapshots out of a shop's folder and makes them live."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from engine.retrieval.embedding import embed
from engine.retrieval.encoders import RERANK, Encoders, Vectors
from engine.retrieval.index import Row
from engine.retrieval.learned import Learned, question_hashes
from engine.retrieval.learning import Examples, fit_heads, learn_all
from engine.retrieval.products import product_rows
from engine.retrieval.rows import entry_rows, goods_rows, route_rows
from engine.retrieval.shipped_vectors import shipped_vectors
from engine.retrieval.snapshot import (
    MOST_RERANKED,
    Progress,
    file_hashes,
    known_vectors,
    read_learned,
    read_live,
    snapshot_id,
    write_live,
    write_snapshot,
)
from knowledge_base.store import Knowledge, load

SAME_SHOP, STALE = 0.5, 0.2
"""Shares of the example questions: learned anew below the first known, a warning from the second
new."""
log = logging.getLogger(__name__)


def asked_rows(knowledge: Knowledge) -> tuple[Row, ...]:
    """All a question is compared with: entries, examples of other routes, and the goods."""
    return (
        *entry_rows(knowledge.entries), *route_rows(), *goods_rows(knowledge.products),
    )  # fmt: skip


def publish(
    folder: Path,
    home: Path,
    encoders: Encoders,
    progress: Progress | None = None,
    *,
    learned: Learned | None = None,
) -> str:
    """Check a shop's folder, build its snapshot if need be, make it live; its id.

    Ranks and thresholds are `learned`, or stay those of the live snapshot. Raises KnowledgeError
    with every problem; then nothing has changed.
    """
    snapshot = build_snapshot(folder, home, encoders, progress, learned=learned)
    write_live(home, snapshot)
    return snapshot


def build_snapshot(
    folder: Path,
    home: Path,
    encoders: Encoders,
    progress: Progress | None = None,
    *,
    learned: Learned | None = None,
) -> str:
    """Build the snapshot of a folder unless it is there already; its id."""
    rows = _rows(load(folder))
    encoders = encoders_for(rows["entries"], encoders)
    before = home / "snapshots" / (read_live(home) or "none")
    learned = learned or _still_good(read_learned(before, encoders.names), rows["entries"])
    files = file_hashes(folder)
    if learned is not None:
        name = snapshot_id(files, encoders.names, learned.calibrations)
        if (home / "snapshots" / name / "manifest.json").is_file():
            return name
    # Where ranks and thresholds are learned too, embedding is about half of the work.
    told = partial(_told, progress, 1 if learned else 2) if progress else None
    vectors = embed_groups(rows, encoders, before, told)
    entries, known = rows["entries"], vectors["entries"]
    heads = fit_heads(entries, known, leave_out=learned is None)
    learned = learned or _learned_from(Examples(entries, known, heads, encoders))
    if progress:
        progress(1, 1)
    name = snapshot_id(files, encoders.names, learned.calibrations)
    write_snapshot(
        home / "snapshots" / name,
        folder,
        files,
        before,
        encoders.names,
        rows,
        vectors,
        learned,
        {key: fit.head.coefficients for key, fit in heads.items()},
    )
    return name


def _learned_from(examples: Examples) -> Learned:
    return Learned(learn_all(examples), question_hashes(examples.rows))


def _told(progress: Progress, parts: int, done: int, whole: int) -> None:
    progress(done, whole * parts)


def encoders_for(rows: Sequence[Row], encoders: Encoders) -> Encoders:
    """The encoders a shop of these rows is built with: no re-ranking one for a huge shop."""
    return Encoders(encoders.by_language) if len(rows) > MOST_RERANKED else encoders


def _rows(knowledge: Knowledge) -> dict[str, Sequence[Row]]:
    return {
        "entries": asked_rows(knowledge),
        "products": product_rows(knowledge.products, knowledge.shop),
    }


def _still_good(learned: Learned | None, rows: Sequence[Row]) -> Learned | None:
    """What was learned, unless most questions are new since then: another shop, or a grown one."""
    if learned is None:
        return None
    share = learned.known_share(rows)
    if share < SAME_SHOP:
        return None
    if share < 1 - STALE:
        log.warning(
            "%.0f %% of the example questions are new since ranks and thresholds were learned; "
            "run `shopdesk tune`",
            100 * (1 - share),
        )
    return learned


def embed_groups(
    rows: Mapping[str, Sequence[Row]], encoders: Encoders, before: Path, progress: Progress | None
) -> dict[str, dict[str, Vectors]]:
    """Vectors by group, then by encoder key; a text of several groups is embedded once.

    `before`: a snapshot whose vectors are taken over, beside those that ship. The re-ranking
    encoder reads the goods too where there are not too many.
    """
    known = {key: shipped_vectors(name) for key, name in encoders.names.items()}
    for group in rows:
        for key, by_text in known_vectors(before, group, encoders.names).items():
            known.setdefault(key, {}).update(by_text)
    few = sum(len(part) for part in rows.values()) <= MOST_RERANKED
    groups = {key: list(rows) if few or key != RERANK else ["entries"] for key in encoders.keys}
    whole = sum(len(rows[group]) for names in groups.values() for group in names)
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        if progress:
            progress(done, whole)

    result: dict[str, dict[str, Vectors]] = {group: {} for group in rows}
    for key, names in groups.items():
        together = [row for group in names for row in rows[group]]
        matrix = embed(together, key, encoders, known.get(key, {}), advance)
        ends = np.cumsum([len(rows[group]) for group in names])[:-1]
        for group, part in zip(names, np.split(matrix, ends), strict=True):
            result[group][key] = part
    return result
