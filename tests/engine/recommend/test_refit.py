"""A recommender goes live only where later days say that it is better."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.recommend import refit as refitting
from engine.recommend.curve import CURVE, draw_curve
from engine.recommend.live import FOLDER, live_folder, read_live
from engine.recommend.parts import ITEM_KNN
from engine.recommend.refit import BLEND, NEW, OLD, Teacher, last_days, refit
from engine.recommend.store import read_about
from tests.engine.recommend.worlds import chains

MINUTES = 0.05
NIGHT = datetime(2026, 6, 1, 3, tzinfo=UTC)


def test_a_better_one_goes_live_and_draws_its_training(tmp_path: Path) -> None:
    found = refit(Teacher(tmp_path, chains(days=30), None, minutes=MINUTES), now=NIGHT)
    assert found.promoted, found.why
    assert read_live(tmp_path) == "20260601-030000"
    figures = found.metrics["ndcg_at_10"]
    assert figures[BLEND] > figures[ITEM_KNN]
    assert found.folder is not None
    assert read_about(found.folder)["metrics"]["cases"] == found.metrics["cases"]
    draw_curve(tmp_path, found)
    assert (found.folder / CURVE).read_text().startswith("<svg")
    assert not list((tmp_path / FOLDER / ".training").glob("*.safetensors"))
    assert set(found.metrics["exposure"]) == {BLEND, ITEM_KNN}


def test_too_few_shoppers_change_nothing(tmp_path: Path) -> None:
    found = refit(Teacher(tmp_path, chains(6, days=30), None, minutes=MINUTES))
    assert not found.promoted
    assert "too few shoppers" in found.why
    assert live_folder(tmp_path) is None


@pytest.mark.parametrize(
    ("figures", "why"),
    [
        ({BLEND: 0.10, ITEM_KNN: 0.10}, "not better than item-kNN"),
        ({BLEND: 0.11, ITEM_KNN: 0.10, NEW: 0.1, OLD: 0.2}, "not better than what is live"),
        ({BLEND: 0.11, ITEM_KNN: 0.10, NEW: 0.2, OLD: 0.2}, ""),
        ({BLEND: 0.11, ITEM_KNN: 0.10}, ""),
    ],
)
def test_what_is_not_better_stays_aside(figures: dict[str, float], why: str) -> None:
    assert refitting._not_better(figures).startswith(why)
    assert bool(refitting._not_better(figures)) == bool(why)


def test_the_days_judged_by_were_seen_by_nothing_that_is_judged() -> None:
    histories = chains(days=30)
    split = last_days(histories)
    assert split is not None
    assert split.train.day.max() < split.known.day.max() < histories.day.max()
