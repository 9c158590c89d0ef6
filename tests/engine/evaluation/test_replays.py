"""Every change of an answer is in the blast radius; what shipped replays are told, they hold."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import ShopdeskError
from engine.evaluation.mutant_trials import Trial, is_broken
from engine.evaluation.replays import Task, details, evaluate_replays, figures
from engine.live import LiveAssistant
from engine.progress import Steps
from engine.replay.answered import Answered
from engine.replay.comparing import Change, Verdict
from engine.replay.mutants import Kind, Mutant, mutants
from engine.replay.reading import read_conversations
from engine.settings import Settings
from knowledge_base.store import DEMO_SHOP, load

SHIPPED = Path(__file__).parents[2] / "replays"
SEED, CHANGES = 4, 1


@contextmanager
def unseen(_: str) -> Iterator[Steps]:
    yield lambda done, whole: None


def settings(home: Path) -> Settings:
    return Settings.load({"SHOPDESK_HOME": str(home), "SHOPDESK_RERANKER": "off"}, Path("no.env"))


@pytest.fixture(scope="module")
def about_them(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped replays that expect something of what is changed."""
    folder = tmp_path_factory.mktemp("replays")
    subjects = {mutant.subject for mutant in mutants(load(DEMO_SHOP), SEED, CHANGES)}
    for one in read_conversations([SHIPPED]):
        expected = {x for s in one.steps for x in (*s.expected.entry, *s.expected.products)}
        if expected & subjects:
            shutil.copy(one.file, folder)
    return folder


@pytest.fixture(scope="module")
def trials(shop: LiveAssistant, about_them: Path) -> tuple[Trial, ...]:
    task = Task(DEMO_SHOP, about_them, SEED, CHANGES, processes=1)
    return evaluate_replays(settings(shop.home), task, unseen)


def test_what_changes_an_answer_is_in_the_blast_radius(trials: tuple[Trial, ...]) -> None:
    assert any(trial.changed for trial in trials)
    assert [trial.changed for trial in trials] == [trial.seen for trial in trials]


def test_a_replay_told_what_was_changed_fails(trials: tuple[Trial, ...]) -> None:
    assert any(trial.broke for trial in trials)
    assert all(trial.failed for trial in trials if trial.broke)


def test_trying_changes_leaves_the_home_as_it_was(
    shop: LiveAssistant, trials: tuple[Trial, ...]
) -> None:
    assert {path.name for path in (shop.home / "snapshots").iterdir()} >= {shop.snapshot}
    assert not list(shop.home.glob("mutant-*"))
    assert len(trials) == CHANGES


def test_figures_count_the_trials(trials: tuple[Trial, ...]) -> None:
    found, lines = figures(trials), details(trials)
    assert found["changes"] == CHANGES == len(lines)
    assert found["changed_answers"] == sum(bool(line["changed"]) for line in lines)
    assert found["broke_covered"] == sum(bool(line["broke"]) for line in lines)
    assert sum(one["changes"] for one in found["by_kind"].values()) == CHANGES


def test_a_change_that_nothing_shows_is_listed_as_missed() -> None:
    mutant = Mutant(Kind.NUMBER, "returns-window", "en: 30 became 31")
    blind = Trial(mutant, 2, ("how long",), (), 0, ("a",), ())
    found = figures([blind, replace(blind, seen=("how long",), blast=1, failed=("a",))])
    assert [line["missed_by"] for line in found["missed"]] == [["blast", "replays"]]
    assert (found["blast_recall"], found["caught_share"]) == (0.5, 0.5)


def test_only_an_answer_that_tells_the_thing_is_broken_by_its_change() -> None:
    told = Answered("30 days", "faq", "certain", "en", ("returns-window",))
    other = replace(told, text="31 days")
    mutant = Mutant(Kind.NUMBER, "returns-window", "", "en", "30 days")

    def broken(before: Answered, after: Answered, by: Mutant = mutant) -> bool:
        return is_broken(by, Change("c", 1, "", Verdict.CHANGED, (), before, after))

    assert broken(told, other)
    assert not broken(told, replace(told, band="likely"))
    assert not broken(replace(told, band="unsure"), other)
    assert not broken(replace(told, language="zh"), other)
    assert not broken(told, other, replace(mutant, subject="returns-cost"))
    price = Mutant(Kind.PRICE, "kettle", "", "", "64.00")
    shown = Answered("It costs 64.00", "describe", products=("kettle",))
    assert broken(shown, replace(shown, text="It costs 32.00"), price)
    assert not broken(replace(shown, text="A kettle"), replace(shown, text="Kettles"), price)
    phrase = Mutant(Kind.PHRASE, "price_line", "", "en", "{product} costs {price}.")
    assert broken(Answered("The kettle costs 3."), Answered("The kettle 3."), phrase)


def test_a_folder_without_replays_is_told(tmp_path: Path, shop: LiveAssistant) -> None:
    with pytest.raises(ShopdeskError, match="no replay there"):
        evaluate_replays(settings(shop.home), Task(DEMO_SHOP, tmp_path, 1, 1), unseen)
