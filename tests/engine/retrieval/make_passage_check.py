"""Writes the passage check's weights: `python -m tests.engine.retrieval.make_passage_check`.

They are learned from passages of invented shops with questions they answer and do not answer.
`--check FILE.jsonl` learns nothing: it judges the shipped weights on a file of `eval answers`.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sklearn.linear_model import LogisticRegression

from engine.build import load_encoders
from engine.evaluation.answer_questions import read_answer_questions
from engine.generation.training.cutting import without_answer
from engine.generation.training.written_examples import written
from engine.retrieval.answerable import FILE, PassageCheck, passage_features
from engine.retrieval.text import is_chinese
from engine.settings import Settings

REFUSED = 0.03
"""Share of answerable questions that the cut refuses."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A question, a passage, and whether it answers."""

    question: str
    passage: str
    answers: bool
    kind: str


def own_pairs(draw: random.Random) -> Iterator[list[Pair]]:
    """The pairs of every passage: what it answers, does not, and no longer does when cut."""
    known = [one for one in written() if one.kind != "review"]
    for one in known:
        text = shown(one.title, one.texts[0])
        pairs = [Pair(question, text, False, "unanswered") for question in one.unanswered]
        for question, answers in one.answered:
            pairs.append(Pair(question, text, True, "answered"))
            if cut := without_answer(one.texts[0], answers):
                pairs.append(Pair(question, shown(one.title, cut), False, "sentence cut"))
        same = [o for o in known if o is not one and o.language == one.language]
        for other in draw.sample(same, 2):
            question, _ = draw.choice(other.answered)
            pairs.append(Pair(question, text, False, "other passage"))
        yield pairs


def shown(title: str, text: str) -> str:
    """A passage as the check reads it."""
    return f"{title}: {text}" if title else text


def fitted(rows: Sequence[Sequence[float]], pairs: Sequence[Pair]) -> dict[str, object]:
    """A logistic model of the features, and its cut, as the file has them."""
    model = LogisticRegression(C=1.0).fit(rows, [p.answers for p in pairs])
    odds = model.predict_proba(rows)[:, 1]
    good = sorted(o for o, p in zip(odds, pairs, strict=True) if p.kind == "answered")
    return {
        "bias": round(float(model.intercept_[0]), 4),
        "weights": [round(float(w), 4) for w in model.coef_[0]],
        "least": round(float(good[int(REFUSED * len(good))]), 4),
    }


def check(path: Path) -> None:
    """How many unanswerable are refused where 3, 5 and 10 % of the answerable are."""
    judge = PassageCheck(load_encoders(Settings.load()))
    scores: dict[tuple[str, bool], list[float]] = {}
    for asked in read_answer_questions(path):
        odds = [judge.answerable(asked.question, p, asked.language) for p in asked.passages]
        if asked.answerable is not None:
            scores.setdefault((asked.language, asked.answerable), []).append(max(odds))
    for language in sorted({language for language, _ in scores}):
        good, bad = sorted(scores[language, True]), scores[language, False]
        for lost in (0.03, 0.05, 0.1):
            cut = good[int(lost * len(good))]
            kept = sum(score < cut for score in bad) / len(bad)
            print(language, f"refused answerable {lost:.2f} unanswerable {kept:.3f} at {cut:.2f}")


def main() -> None:
    """Learn and write, or check."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--check", type=Path)
    given = parser.parse_args()
    if given.check:
        check(given.check)
        return
    encoders = load_encoders(Settings.load())
    pairs = [pair for pairs in own_pairs(random.Random(given.seed)) for pair in pairs]
    found = {}
    for key in ("en", "other"):
        here = [p for p in pairs if is_chinese(p.question) == (key == "other")]
        rows = [passage_features(encoders, key, p.question, p.passage) for p in here]
        found[key] = fitted(rows, here)
    FILE.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
