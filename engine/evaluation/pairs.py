"""`shopdesk eval pairs`: do two texts ask the same? By the retriever's own fused score."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from engine.evaluation.tables import Pair
from engine.retrieval.calibration import reranked
from engine.retrieval.embedding import embed
from engine.retrieval.encoders import RERANK, Encoders
from engine.retrieval.features import ENTRY_FEATURES, RERANK_FEATURES, Matrix
from engine.retrieval.head import RIDGE, likeness
from engine.retrieval.index import LexicalIndex, Row
from engine.retrieval.learning import default_calibrations
from engine.retrieval.text import is_chinese

Advance = Callable[[int], object]
FEATURES = (*ENTRY_FEATURES, *RERANK_FEATURES)


def evaluate_pairs(
    pairs: Sequence[Pair], encoders: Encoders, advance: Advance = lambda _: None
) -> tuple[dict[str, object], list[dict[str, object]]]:
    """`n` and `auc`, and one line a pair. Labels are read after all scores are made."""
    scores = fused_scores([(p.first, p.second) for p in pairs], encoders, advance)
    lines: list[dict[str, object]] = [
        {"first": pair.first, "second": pair.second, "score": round(float(score), 6),
         "same": None if pair.same is None else int(pair.same)}
        for pair, score in zip(pairs, scores, strict=True)
    ]  # fmt: skip
    known = [(pair.same, score) for pair, score in zip(pairs, scores, strict=True)
             if pair.same is not None]  # fmt: skip
    figures: dict[str, object] = {"n": len(pairs)}
    if len({same for same, _ in known}) == 2:
        from sklearn.metrics import roc_auc_score

        auc = roc_auc_score([same for same, _ in known], [score for _, score in known])
        figures["auc"] = round(float(auc), 4)
    return figures, lines


def fused_scores(
    pairs: Sequence[tuple[str, str]], encoders: Encoders, advance: Advance = lambda _: None
) -> list[float]:
    """Log-odds that the second text is the entry the first asks for, both ways and averaged."""
    texts = list(dict.fromkeys(text for pair in pairs for text in pair))
    rows = [Row(text, "question", "zh" if is_chinese(text) else "en", text) for text in texts]
    place = {text: i for i, text in enumerate(texts)}
    vectors = {key: embed(rows, key, encoders, {}, advance) for key in encoders.keys}
    lexical = LexicalIndex(rows)
    calibrations = default_calibrations(encoders.keys)

    def asked(question: str, entry: str) -> float:
        key = encoders.key("zh" if is_chinese(question) else "en")
        a, b = place[question], place[entry]
        near = {k: float(vectors[k][a] @ vectors[k][b]) for k in (key, RERANK) if k in vectors}
        carried = _coverage(lexical, lexical.terms[a], lexical.terms[b])
        features = _features(near[key], near.get(RERANK), carried)
        name = reranked(key) if RERANK in near else key
        return float(calibrations[name].rank.logit(features)[0])

    return [(asked(a, b) + asked(b, a)) / 2 for a, b in pairs]


def _features(first: float, second: float | None, coverage: float) -> Matrix:
    """The features of an entry whose only text this is; a head of one row says its likeness."""
    again = first if second is None else second
    said, said_again = likeness(np.array([first, again], dtype=np.float32)) / (1 + RIDGE)
    known: Mapping[str, float] = {
        "question_cosine": first, "top3_cosine": first, "coverage": coverage, "learned": said,
        "rerank_question": again, "rerank_top3": again, "rerank_learned": said_again,
    }  # fmt: skip
    names = ENTRY_FEATURES if second is None else FEATURES
    return np.array([[known.get(name, 0.0) for name in names]], dtype=np.float32)


def _coverage(lexical: LexicalIndex, question: Sequence[str], entry: Sequence[str]) -> float:
    weights = {term: lexical.idf(term) for term in question}
    whole = sum(weights.values())
    return sum(w for term, w in weights.items() if term in entry) / whole if whole else 0.0
