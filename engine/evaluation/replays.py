"""How much a publish shows and replays catch: seeded mutants of a shop, each tried."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from engine.build import build_assistant, load_encoders
from engine.errors import ShopdeskError
from engine.evaluation.mutant_trials import Bench, Trial, tried
from engine.evaluation.probes import journal_of, planned, questions_about
from engine.evaluation.remembered import remembered
from engine.progress import Steps
from engine.publish import publish
from engine.replay.conversation import Conversation
from engine.replay.house import House
from engine.replay.mutants import Kind, Mutant, mutants
from engine.replay.reading import read_conversations
from engine.replay.running import Order, as_many_threads, run
from engine.retrieval.encoders import Encoders
from engine.retrieval.snapshot import read_live
from engine.settings import Settings
from knowledge_base.store import REPLAYS, load

Shown = Callable[[str], AbstractContextManager[Steps]]
"""Shows long work by its name, and takes the steps done."""
CHUNK = 5
"""Mutants that one process tries before another is begun: its encoders are loaded for each."""


@dataclass(frozen=True, slots=True)
class Task:
    """A shop, how it is changed, and the replays that should notice."""

    folder: Path
    replays: Path
    seed: int = 1
    changes: int = 40
    processes: int = 1


def evaluate_replays(settings: Settings, task: Task, shown: Shown) -> tuple[Trial, ...]:
    """Try every mutant in a home of its own; nothing of it stays.

    Raises KnowledgeError, ReplayFilesError, ShopdeskError where there is nothing to try.
    """
    with tempfile.TemporaryDirectory(prefix="shopdesk-mutants-") as scratch:
        threads = max(1, settings.threads // task.processes)
        own = replace(settings, home=Path(scratch), kb=None, threads=threads)
        _take_over_live(settings.home, own.home)
        found = mutants(load(task.folder), task.seed, task.changes)
        encoders = remembered(load_encoders(own))
        bench = _bench(own, task, found, encoders, shown)
        trials: dict[int, Trial] = {}
        with shown("trying the changes") as step:
            for number, trial in _trials(bench, list(enumerate(found)), task.processes, encoders):
                trials[number] = trial
                step(len(trials), len(found))
    return tuple(trials[number] for number in sorted(trials))


def _take_over_live(home: Path, scratch: Path) -> None:
    """What is live in the shop's home is taken to begin with: its vectors need no second making."""
    if (live := read_live(home)) and (home / "snapshots" / live).is_dir():
        shutil.copytree(home / "snapshots" / live, scratch / "snapshots" / live)
        (scratch / "live").write_text(live, "utf-8")


def _bench(
    settings: Settings, task: Task, found: Sequence[Mutant], encoders: Encoders, shown: Shown
) -> Bench:
    with shown("building the snapshot") as step:
        snapshot = publish(task.folder, settings.home, encoders, step)
    known, at, shipped = load(task.folder), datetime.now(UTC), _shipped(task)
    asked = tuple(questions_about(mutant, known, task.seed) for mutant in found)
    assistant = build_assistant(settings, encoders=encoders, snapshot=snapshot, clock=lambda: at)
    with shown("asking about what is to be changed") as step:
        every = (one for questions in asked for one in questions)
        kept = journal_of(every, assistant, settings.home, at, step)
    order = Order((House(settings, snapshot),), (*shipped, *kept.values()), at=at)
    with shown("playing the shop as it is") as step:
        (runs,) = run(order, step, encoders)
    return Bench(
        settings, task.folder, snapshot, at, shipped, asked, kept,
        {played.conversation.id: played for played, *_ in runs},
        planned(assistant, tuple(kept.values()), at),
    )  # fmt: skip


def _shipped(task: Task) -> tuple[Conversation, ...]:
    folders = [folder for folder in (task.replays, task.folder / REPLAYS) if folder.is_dir()]
    found = read_conversations(folders)
    if not found:
        raise ShopdeskError("no replay there", where=str(task.replays),
                            mend="name a folder of replay files with --replays.")  # fmt: skip
    return found


def _trials(
    bench: Bench, numbered: Sequence[tuple[int, Mutant]], processes: int, encoders: Encoders
) -> Iterator[tuple[int, Trial]]:
    if processes < 2 or len(numbered) <= CHUNK:
        for number, mutant in numbered:
            yield number, tried(bench, number, mutant, encoders)
        return
    # The slowest kind is begun first.
    numbered = sorted(numbered, key=lambda one: one[1].kind is not Kind.ENCODER)
    with as_many_threads(bench.settings.threads), ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), max_tasks_per_child=1
    ) as pool:  # fmt: skip
        work: list[Future[list[tuple[int, Trial]]]] = [
            pool.submit(_chunk, bench, numbered[start : start + CHUNK])
            for start in range(0, len(numbered), CHUNK)
        ]
        for done in as_completed(work):
            yield from done.result()


def _chunk(bench: Bench, numbered: Sequence[tuple[int, Mutant]]) -> list[tuple[int, Trial]]:
    encoders = remembered(load_encoders(bench.settings))
    return [(number, tried(bench, number, mutant, encoders)) for number, mutant in numbered]


def figures(trials: Sequence[Trial]) -> dict[str, Any]:
    """Counts over all changes, and every change that the publish or the replays missed.

    `blast_recall`: of the changes that change an answer, those that the blast radius shows;
    `caught_share`: of those that break what a shipped replay is told, those that make one fail.
    """
    kinds = [kind for kind in Kind if any(t.mutant.kind is kind for t in trials)]
    counts = _counts(trials)
    return {
        **counts,
        "by_kind": {kind.value: _counts([t for t in trials if t.mutant.kind is kind])
                    for kind in kinds},
        "blast_recall": _share(counts["changed_in_blast"], counts["changed_answers"]),
        "caught_share": _share(counts["caught"], counts["broke_covered"]),
        "answers": {"asked": sum(t.asked for t in trials),
                    "changed": sum(len(t.changed) for t in trials),
                    "in_blast": sum(len(t.seen) for t in trials)},
        "missed": [_line(t) for t in trials if _missed(t)],
    }  # fmt: skip


def details(trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """One line a change, with every expectation that failed."""
    return [{**_line(t), "failures": list(t.failures)} for t in trials]


def _counts(trials: Sequence[Trial]) -> dict[str, int]:
    def count(holds: Callable[[Trial], object]) -> int:
        return sum(bool(holds(trial)) for trial in trials)

    return {
        "changes": len(trials),
        "changed_answers": count(lambda t: t.changed),
        "in_blast": count(lambda t: t.blast),
        "changed_in_blast": count(lambda t: t.changed and len(t.seen) == len(t.changed)),
        "broke_covered": count(lambda t: t.broke),
        "failed_replay": count(lambda t: t.failed),
        "caught": count(lambda t: t.broke and t.failed),
    }


def _missed(trial: Trial) -> list[str]:
    blind = len(trial.seen) < len(trial.changed)
    return [
        *(["blast"] if blind else []), *(["replays"] if trial.broke and not trial.failed else []),
    ]  # fmt: skip


def _line(trial: Trial) -> dict[str, Any]:
    mutant = trial.mutant
    return {
        "kind": mutant.kind.value, "entry": mutant.subject, "what": mutant.what,
        "missed_by": _missed(trial), "asked": trial.asked, "changed": list(trial.changed),
        "unseen": [text for text in trial.changed if text not in trial.seen],
        "blast": trial.blast, "broke": list(trial.broke), "failed": list(trial.failed),
    }  # fmt: skip


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
