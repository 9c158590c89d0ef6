"""Writes the passage check's weights. A command of its own (about an hour on two cores):

    python -m tests.engine.retrieval.make_passage_check [--seed 0] [--check FILE.jsonl]

learns a low-rank change of EmbeddingGemma from passages of our own with questions they answer and
do not answer, and from hetPQA's train split (SHOPDESK_DATA). With --check nothing is learnt: the
shipped weights are judged on a file of `eval answers`.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor
from torch.nn import functional as f

from engine.build import load_encoders
from engine.evaluation.answer_questions import read_answer_questions
from engine.generation.training.written_examples import written
from engine.retrieval.answerable import FILE, first_features
from engine.retrieval.cross_encoder import CHANGED, WEIGHTS, CrossEncoder
from engine.retrieval.embedding_gemma import EmbeddingGemma
from engine.retrieval.reranker import prepare_reranker
from engine.retrieval.text import is_chinese, terms
from engine.settings import Settings

FOREIGN = Path("../shared/data/cpqa/hetPQA/train.csv")
RANK, BLOCKS, BATCH, EPOCHS = 8, 16, 8, 2
RATE, HEAD_RATE = 1e-3, 1e-2
HELD = 0.1
REFUSED = 0.03
"""Share of held answerable questions that the cut refuses."""
SENTENCE = re.compile(r"(?<=[.!?。！？；;])\s*")


@dataclass(frozen=True, slots=True)
class Pair:
    """A question, a passage, and whether it answers."""

    question: str
    passage: str
    answers: bool
    kind: str


def own_pairs(draw: random.Random) -> Iterator[list[Pair]]:
    """The pairs of every passage: what it answers, does not, and no longer does when cut."""
    for one in written():
        text = shown(one.title, one.text)
        pairs = [Pair(question, text, False, "unanswered") for question in one.unanswered]
        for question, answers in one.answered:
            pairs.append(Pair(question, text, True, "answered"))
            if cut := without_answer(one.text, answers):
                pairs.append(Pair(question, shown(one.title, cut), False, "sentence cut"))
        same = [o for o in written() if o is not one and o.language == one.language]
        for other in draw.sample(same, 2):
            question, _ = draw.choice(other.answered)
            pairs.append(Pair(question, text, False, "other passage"))
        yield pairs


def shown(title: str, text: str) -> str:
    """A passage as the check reads it."""
    return f"{title}: {text}" if title else text


def without_answer(text: str, answers: Sequence[str]) -> str:
    """The passage without the sentence nearest the answers, "" where it has but one."""
    sentences = [s for s in SENTENCE.split(text) if s.strip()]
    if len(sentences) < 2:
        return ""
    said = {term for answer in answers for term in terms(answer)}

    def nearness(sentence: str) -> float:
        own = set(terms(sentence))
        return len(own & said) / (len(own) ** 0.5 or 1)

    best = max(sentences, key=nearness)
    return " ".join(s for s in sentences if s is not best)


def foreign_pairs(path: Path, size: int, draw: random.Random) -> list[Pair]:
    """Questions of shoppers with their evidence, and with other evidence on the same product."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file, delimiter="\t") if len(r["candidate"]) < 500]
    by_product: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        by_product.setdefault(row["ASIN"], []).append(row)
    pairs = []
    for row in draw.sample(rows, min(size, len(rows))):
        pairs.append(Pair(row["question"], row["candidate"], True, "hetPQA"))
        others = [r for r in by_product[row["ASIN"]] if r["question"] != row["question"]]
        other = draw.choice(others) if others else draw.choice(rows)
        if other["candidate"] != row["candidate"]:
            pairs.append(Pair(row["question"], other["candidate"], False, "hetPQA other"))
    return pairs


def fresh_weights(encoder: EmbeddingGemma, seed: int) -> dict[str, Tensor]:
    """A change that changes nothing yet, and a head of zeros."""
    made = torch.Generator().manual_seed(seed)
    hidden = encoder.sizes["qkv"][1]
    weights: dict[str, Tensor] = {"head": torch.zeros(hidden), "bias": torch.zeros(1)}
    for block in range(encoder.blocks - BLOCKS, encoder.blocks):
        for name in CHANGED:
            rows, columns = encoder.sizes[name]
            down = torch.randn(RANK, columns, generator=made) / columns**0.5
            weights[f"{block}.{name}.down"] = down
            weights[f"{block}.{name}.up"] = torch.zeros(rows, RANK)
    return weights


def learn(encoder: EmbeddingGemma, pairs: Sequence[Pair], held: Sequence[Pair], seed: int) -> None:
    """AdamW on the binary cross-entropy; the file holds the best state on the held passages."""
    from safetensors.torch import save_file

    weights = fresh_weights(encoder, seed)
    for weight in weights.values():
        weight.requires_grad_()
    model = CrossEncoder(encoder, weights)
    groups: list[dict[str, Any]] = [
        {"params": [w for n, w in weights.items() if n not in ("head", "bias")], "lr": RATE},
        {"params": [weights["head"], weights["bias"]], "lr": HEAD_RATE},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    draw, best, began = random.Random(seed), float("inf"), time.time()
    batches = [b for _ in range(EPOCHS) for b in batched(pairs, draw)]
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [RATE, HEAD_RATE], total_steps=len(batches), pct_start=0.1
    )
    for number, batch in enumerate(batches, 1):
        wanted = torch.tensor([float(p.answers) for p in batch])
        logits = model.forward(_texts(batch))
        loss = f.binary_cross_entropy_with_logits(logits, wanted)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(weights.values(), 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        print(f"{number}/{len(batches)} {loss.item():.4f} {time.time() - began:.0f}s", flush=True)
        if number % 150 == 0 or number == len(batches):
            value = judge(model, held)
            if value < best:
                best = value
                save_file({n: w.detach().to(torch.bfloat16) for n, w in weights.items()}, WEIGHTS)


def batched(pairs: Sequence[Pair], draw: random.Random) -> list[list[Pair]]:
    """Pairs of about one length together, in a mixed order."""
    mixed = draw.sample(list(pairs), len(pairs))
    batches = []
    for start in range(0, len(mixed), BATCH * 20):
        pool = sorted(mixed[start : start + BATCH * 20], key=lambda p: len(p.passage))
        batches += [pool[i : i + BATCH] for i in range(0, len(pool), BATCH)]
    draw.shuffle(batches)
    return batches


def judge(model: CrossEncoder, held: Sequence[Pair]) -> float:
    """Mean loss on held pairs; prints it with the accuracy of every kind."""
    logits = torch.tensor(model.logits(_texts(held)))
    wanted = torch.tensor([float(p.answers) for p in held])
    loss = float(f.binary_cross_entropy_with_logits(logits, wanted))
    right = (logits > 0) == (wanted > 0)
    kinds = sorted({p.kind for p in held})
    shares = {k: float(right[[p.kind == k for p in held]].float().mean()) for k in kinds}
    print(f"held {loss:.4f}", {k: round(v, 3) for k, v in shares.items()}, flush=True)
    return loss


def calibrate(model: CrossEncoder, pairs: Sequence[Pair], held: Sequence[Pair]) -> None:
    """Write how log-odds become probabilities, for the first encoders too, and the cuts."""
    encoders = load_encoders(Settings.load())
    found = {"cross": _fitted([[float(x)] for x in model.logits(_texts(held))], held, held)}
    for key in ("en", "other"):
        here = [p for p in [*pairs, *held] if is_chinese(p.question) == (key == "other")]
        rows = [first_features(encoders, key, p.question, p.passage) for p in here]
        found[key] = _fitted(rows, here, here)
    FILE.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def _fitted(
    rows: Sequence[Sequence[float]], pairs: Sequence[Pair], judged: Sequence[Pair]
) -> dict[str, object]:
    fitted = LogisticRegression(C=1.0).fit(rows, [p.answers for p in pairs])
    odds = fitted.predict_proba(rows)[:, 1]
    good = sorted(o for o, p in zip(odds, judged, strict=True) if p.kind == "answered")
    return {
        "bias": round(float(fitted.intercept_[0]), 4),
        "weights": [round(float(w), 4) for w in fitted.coef_[0]],
        "least": round(float(good[int(REFUSED * len(good))]), 4),
    }


def _texts(pairs: Sequence[Pair]) -> list[tuple[str, str]]:
    return [(p.question, p.passage) for p in pairs]


def check(model: CrossEncoder, path: Path) -> None:
    """How many unanswerable are refused where 3 % and 5 % of the answerable are."""
    scores: dict[tuple[str, bool], list[float]] = {}
    for asked in read_answer_questions(path):
        pairs = [(asked.question, shown(p.title, p.text)) for p in asked.passages]
        if asked.answerable is not None:
            found = scores.setdefault((asked.language, asked.answerable), [])
            found.append(float(model.logits(pairs).max()))
    for language in sorted({language for language, _ in scores}):
        good, bad = sorted(scores[language, True]), scores[language, False]
        for lost in (0.03, 0.05, 0.1):
            cut = good[int(lost * len(good))]
            kept = sum(score < cut for score in bad) / len(bad)
            print(language, f"refused answerable {lost:.2f} unanswerable {kept:.3f} at {cut:.2f}")
    flat = [(s, answerable) for (_, answerable), found in scores.items() for s in found]
    print("right at 0:", sum((s > 0) == a for s, a in flat) / len(flat))


def main() -> None:
    """Learn and write, or check."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--check", type=Path)
    parser.add_argument("--calibrate", action="store_true", help="only calibrate what is learnt")
    parser.add_argument("--foreign", type=int, default=600)
    given = parser.parse_args()
    encoder = EmbeddingGemma(prepare_reranker(Settings.load()))
    if given.check:
        check(CrossEncoder.load(encoder), given.check)
        return
    draw = random.Random(given.seed)
    passages = list(own_pairs(draw))
    draw.shuffle(passages)
    first = int(HELD * len(passages))
    held = [pair for pairs in passages[:first] for pair in pairs]
    pairs = [pair for pairs in passages[first:] for pair in pairs]
    foreign = foreign_pairs(FOREIGN, given.foreign, draw)
    draw.shuffle(foreign)
    if not given.calibrate:
        learn(encoder, [*pairs, *foreign[100:]], [*held, *foreign[:100]], given.seed)
    calibrate(CrossEncoder.load(encoder), pairs, held)


if __name__ == "__main__":
    main()
