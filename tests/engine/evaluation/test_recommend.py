"""Recommenders are judged on what none of them has seen, and the figures can be counted again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import log2
from statistics import mean
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.evaluation import recommend
from engine.evaluation.recommend import evaluate_recommenders
from engine.recommend.attention import Shape
from engine.recommend.histories import Histories
from engine.recommend.splits import Split, cut_in_time, leave_one_out
from engine.recommend.training import Options
from tests.engine.recommend.worlds import CHAIN, any_histories, chains, some_histories

MODELS = ("popularity", "item_knn", "recent_item_knn", "transformer", "blend")
CUT = 60.0
WORLD = chains(60, days=80)


@pytest.fixture(autouse=True)
def small_models(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Models of any size are judged alike; those this small are slower with more threads."""

    def small(
        histories: Histories, seed: int, minutes: float | None, content: torch.Tensor | None
    ) -> Options:
        width = 0 if content is None else content.shape[1]
        shape = Shape(len(histories.products), width=8, content=width, events=8)
        return Options(shape, rate=1e-2, batch=64, epochs=2, seed=seed)

    monkeypatch.setattr(recommend, "options_for", small)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def judged_days(split: Split, histories: Histories) -> list[float]:
    """When the first judged product of each case was bought."""
    found = []
    for case in split.judging:
        rows = histories.of(case.shopper)
        at = np.isin(histories.product[rows], case.relevant)
        found.append(float(histories.day[rows][at].min()))
    return found


@given(any_histories)
def test_leaving_one_out_no_model_sees_the_last_two(histories: Histories) -> None:
    split = leave_one_out(histories)
    judged = {case.shopper: case.relevant.tolist() for case in split.judging}
    chosen = {case.shopper: case.relevant.tolist() for case in split.choosing}
    for shopper in range(len(histories)):
        product = histories.product[histories.of(shopper)].tolist()
        learned = split.train.product[split.train.of(shopper)].tolist()
        known = split.known.product[split.known.of(shopper)].tolist()
        if len(product) < 3:
            assert shopper not in judged
            assert learned == product
            continue
        assert (learned, known) == (product[:-2], product[:-1])
        assert (chosen[shopper], judged[shopper]) == ([product[-2]], [product[-1]])
    assert not split.refit


@settings(max_examples=60)
@given(some_histories, st.integers(1, 150))
def test_a_cut_in_time_hides_what_is_judged_and_chosen_on(histories: Histories, cut: int) -> None:
    split = cut_in_time(histories, float(cut), 30.0)
    days = min(30.0, (cut - histories.day.min()) / 4) if histories.day.min() < cut else 0.0
    assert (split.train.day < cut - days).all()
    assert (split.known.day < cut).all()
    assert len(split.known.product) == (histories.day < cut).sum()
    assert all(day >= cut for day in judged_days(split, histories))
    for known, cases in ((split.train, split.choosing), (split.known, split.judging)):
        for case in cases:
            past = known.product[known.of(case.shopper)]
            assert len(past)
            assert not np.isin(case.relevant, past).any()
    untouched = set(range(len(histories.products))) - set(split.known.product.tolist())
    assert all(set(case.relevant.tolist()) <= untouched for case in split.cold)


def changed(histories: Histories, rows: np.ndarray[Any, np.dtype[np.bool_]]) -> Histories:
    """Other products in some rows."""
    other = (histories.product + CHAIN) % len(histories.products)
    return replace(histories, product=np.where(rows, other, histories.product))


def shown(split: Split) -> dict[str, dict[str, Sequence[str]]]:
    _, lines = evaluate_recommenders(split, [0])
    return {line["shopper"]: {name: line[name] for name in MODELS} for line in lines}


def test_leaving_one_out_what_is_judged_changes_no_list() -> None:
    last = np.zeros(len(WORLD.product), dtype=bool)
    last[WORLD.starts[1:] - 1] = True
    assert shown(leave_one_out(WORLD)) == shown(leave_one_out(changed(WORLD, last)))


def test_at_a_cut_what_comes_after_it_changes_no_list() -> None:
    lists = shown(cut_in_time(WORLD, CUT))
    other = shown(cut_in_time(changed(WORLD, WORLD.day >= CUT), CUT))
    both = lists.keys() & other.keys()
    assert len(both) > 10
    assert {s: lists[s] for s in both} == {s: other[s] for s in both}


def figures_of(lines: Sequence[dict[str, Any]], model: str) -> tuple[float, float, int]:
    """NDCG@10, recall@10 and how many products are shown at all, from their definitions."""
    ndcg, recall = [], []
    for line in lines:
        hits = [i for i, product in enumerate(line[model]) if product in line["relevant"]]
        best = sum(1 / log2(i + 2) for i in range(min(10, len(line["relevant"]))))
        ndcg.append(sum(1 / log2(i + 2) for i in hits) / best)
        recall.append(len(hits) / len(line["relevant"]))
    return mean(ndcg), mean(recall), len({p for line in lines for p in line[model]})


@pytest.mark.parametrize("split", [leave_one_out(WORLD), cut_in_time(WORLD, CUT)],
                         ids=["sequences", "events"])  # fmt: skip
def test_the_lines_give_the_figures_again(split: Split) -> None:
    figures, lines = evaluate_recommenders(split, [0])
    assert tuple(figures["models"]) == MODELS
    for name, found in figures["models"].items():
        ndcg, recall, products = figures_of(lines, name)
        assert found["ndcg_at_10"] == {"mean": pytest.approx(ndcg, abs=1e-5), "spread": 0.0}
        assert found["recall_at_10"]["mean"] == pytest.approx(recall, abs=1e-5)
        assert found["coverage_at_10"] == pytest.approx(products / (3 * CHAIN), abs=1e-4)
    assert f"{len(lines)} cases, seeds [0]" in figures["protocol"]
    known = {split.known.shoppers[s]: split.known.of(s) for s in range(len(split.known))}
    for line in lines:
        past = {split.known.products[p] for p in split.known.product[known[line["shopper"]]]}
        assert all(past.isdisjoint(line[name]) for name in MODELS)


def test_spread_is_half_of_what_lies_between_the_seeds() -> None:
    split = leave_one_out(WORLD)
    told: list[tuple[str, int, int]] = []
    both, _ = evaluate_recommenders(split, [0, 1], told=lambda *step: told.append(step))
    each = [evaluate_recommenders(split, [seed])[0]["models"] for seed in (0, 1)]
    for name in MODELS:
        values = [one[name]["ndcg_at_10"]["mean"] for one in each]
        found = both["models"][name]["ndcg_at_10"]
        assert found["mean"] == pytest.approx(mean(values), abs=2e-5)
        assert found["spread"] == pytest.approx((max(values) - min(values)) / 2, abs=2e-5)
    assert all(1 <= done <= whole for _, done, whole in told)
    assert {text.partition(",")[0] for text, _, _ in told} == {"seed 0", "seed 1"}


def test_new_products_are_sought_by_their_content_alone() -> None:
    late = (WORLD.day < CUT) & (WORLD.product % CHAIN == 4)
    split = cut_in_time(WORLD.kept(~late), CUT)
    assert split.cold
    content = torch.randn(3 * CHAIN, 5, generator=torch.Generator().manual_seed(0))
    figures, _ = evaluate_recommenders(split, [0], content=content)
    assert figures["new_products"]["cases"] == len(split.cold)
    # Only three products are new: ten places hold them all.
    assert figures["new_products"]["recall_at_10"] == {"mean": 1.0, "spread": 0.0}
    assert "new_products" not in evaluate_recommenders(split, [0])[0]
