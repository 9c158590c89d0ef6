"""How fast a question finds its entry: ours, and the same by hand; a huge index; a huge shop."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from engine.benchmarks.many_entries import many_entries, write_many
from engine.evaluation.measures import percentiles
from engine.live import LiveAssistant
from engine.publish import publish
from engine.retrieval.encoders import Encoders, Vectors
from engine.retrieval.index import DenseIndex
from engine.types import Message, Session

NOISE = 0.6
"""Length of the noise added to a real vector of length 1."""
DIFFER, NEAREST = 200, 10
Texts = Sequence[str]


def bench_plan(assistant: LiveAssistant, texts: Texts, repeat: int) -> dict[str, object]:
    """`plan()` on questions of shoppers who just arrived, by whether the second look was taken."""
    plain: list[float] = []
    again: list[float] = []
    for number in range(repeat):
        for place, text in enumerate(texts):
            # Nobody asks the same twice within seconds: what was just encoded is not reused.
            assistant.encoders.forget()
            message = Message(f"b{number}-{place}", "b", "b", text, datetime.now(UTC))
            looks, begun = assistant.encoders.second_looks, time.perf_counter()
            assistant.plan(message, Session(f"b{number}-{place}"))
            taken = time.perf_counter() - begun
            (again if assistant.encoders.second_looks > looks else plain).append(taken)
    whole = max(len(plain) + len(again), 1)
    return {"without_rerank_ms": percentiles(plain), "with_rerank_ms": percentiles(again),
            "reranked_share": round(len(again) / whole, 3), "n": whole}  # fmt: skip


def bench_by_hand(texts: Texts, rows: Texts, model: str) -> dict[str, object]:
    """What anyone would write: SentenceTransformer.encode, IndexFlatIP, bm25s, one sum."""
    import bm25s
    import faiss
    from sentence_transformers import SentenceTransformer

    encoder = SentenceTransformer(model, device="cpu")
    vectors = np.asarray(encoder.encode(list(rows), normalize_embeddings=True), dtype=np.float32)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    lexical = bm25s.BM25()
    lexical.index(bm25s.tokenize(list(rows), show_progress=False), show_progress=False)
    times = []
    for text in texts:
        begun = time.perf_counter()
        vector = np.asarray(encoder.encode([text], normalize_embeddings=True), dtype=np.float32)
        index.search(vector, NEAREST)
        tokens = bm25s.tokenize(text, return_ids=False, show_progress=False)[0]
        lexical.get_scores(list(tokens))
        times.append(time.perf_counter() - begun)
    return {"by_hand_ms": percentiles(times), "rows": len(rows)}


def bench_index(
    real: Vectors, encoders: Encoders, texts: Texts, count: int, step: Callable[[int, int], None]
) -> dict[str, object]:
    """`count` passages: real vectors with noise; queries with their encoding, recall@10."""
    vectors = noisy(real, count)
    begun = time.perf_counter()
    index = DenseIndex(vectors)
    built_s = time.perf_counter() - begun
    step(1, 3)
    encoder = encoders.encoder("en")
    times, shared = [], []
    exact = DenseIndex(vectors, exact_up_to=count)
    step(2, 3)
    asked = [text for number in range(4) for text in (f"{t}{'?' * number}" for t in texts)]
    for text in asked[:DIFFER]:
        begun = time.perf_counter()
        query = encoder.encode([text])
        found, _ = index.search(query, NEAREST)
        times.append(time.perf_counter() - begun)
        best = np.argsort(-exact.scores(query), kind="stable")[:NEAREST]
        shared.append(len(set(best.tolist()) & set(found.tolist())) / NEAREST)
    step(3, 3)
    return {
        "passages": count,
        "query_ms": percentiles(times),
        "recall_at_10": round(float(np.mean(shared)), 4),
        "build_seconds": round(built_s, 1),
        "vectors_mb": round(vectors.nbytes / 1e6),
        "index_mb": round(index.compressed_bytes / 1e6),
        "peak_process_mb": round(_peak_mb()),
    }


def noisy(real: Vectors, count: int) -> Vectors:
    """`count` unit vectors: each a real one with noise of its own."""
    rng = np.random.default_rng(0)
    made = np.empty((count, real.shape[1]), dtype=np.float32)
    spread = NOISE / np.sqrt(real.shape[1])
    for start in range(0, count, len(real)):
        part = real[: min(len(real), count - start)]
        made[start : start + len(part)] = part + spread * rng.standard_normal(
            part.shape, dtype=np.float32
        )
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    return made


def bench_many(
    encoders: Encoders, count: int, step: Callable[[int, int], None]
) -> dict[str, object]:
    """First build of a shop of `count` entries, and the next after one entry was edited."""
    with tempfile.TemporaryDirectory(prefix="shopdesk-many-") as scratch:
        folder, home = Path(scratch) / "shop", Path(scratch) / "home"
        write_many(folder, count)
        home.mkdir()
        begun = time.perf_counter()
        publish(folder, home, encoders, step)
        first_s = time.perf_counter() - begun
        edited = folder / "faq" / f"{next(many_entries(1)).id}.md"
        edited.write_text(edited.read_text("utf-8").replace("damp cloth", "dry cloth"), "utf-8")
        begun = time.perf_counter()
        publish(folder, home, encoders, step)
        again_s = time.perf_counter() - begun
    return {"entries": count, "first_build_seconds": round(first_s, 1),
            "rebuild_seconds": round(again_s, 2)}  # fmt: skip


def compared(ours: Mapping[str, Any], by_hand: Mapping[str, Any]) -> dict[str, float]:
    """Our time over theirs, at the median and the 95th percentile."""
    mine, theirs = ours["without_rerank_ms"], by_hand["by_hand_ms"]
    return {f"ratio_{p}": round(mine[p] / max(theirs[p], 1e-9), 2) for p in ("p50", "p95")}


def _peak_mb() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / 1e6 if sys.platform == "darwin" else used / 1e3
