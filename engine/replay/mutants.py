"""Mutants of a shop: one seeded change each, such as an operator makes by mistake."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import cycle, islice
from pathlib import Path
from random import Random

from engine.errors import ShopdeskError
from engine.replay import slips
from engine.replay.mutant_goods import other_phrase, other_price
from engine.retrieval.snapshot import knowledge_files
from engine.types import Entry
from knowledge_base.problems import Problems
from knowledge_base.schema import format_entry, parse_entry
from knowledge_base.store import Knowledge

TRIES = 200
BANDS = ("certain", "likely", "unsure")


class Kind(StrEnum):
    """What is wrong with a mutant."""

    NUMBER = "number"
    PRICE = "price"
    TRANSLATION = "translation"
    NEGATION = "negation"
    UNIT = "unit"
    DELETED = "deleted"
    STOLEN = "stolen"
    PHRASE = "phrase"
    THRESHOLD = "threshold"
    ENCODER = "encoder"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change. `subject`: the entry, product, phrase or band changed; `language` of the text.

    `files`: new texts by path in the shop's folder, None where one is deleted. `was`: the words
    told before, where the change is in words. `threshold`: the lowest confidence of the band.
    """

    kind: Kind
    subject: str
    what: str
    language: str = ""
    was: str = ""
    files: Mapping[str, str | None] = field(default_factory=dict)
    threshold: float | None = None


Maker = Callable[["Source", Random], Mutant | None]


@dataclass(frozen=True, slots=True)
class Source:
    """The shop that is changed. `paths`: of each entry's file, in the shop's folder."""

    known: Knowledge
    paths: Mapping[str, str]


def mutants(known: Knowledge, seed: int, count: int) -> tuple[Mutant, ...]:
    """So many different changes, spread evenly over the kinds; what is changed the seed says.

    The encoder is changed once, where there are changes enough for every kind. Raises ShopdeskError
    where the shop has too little that could be changed.
    """
    source, rng = Source(known, _paths(known.folder)), Random(seed)
    others = [kind for kind in Kind if kind is not Kind.ENCODER]
    kinds: list[Kind] = list(islice(cycle(others), count))
    if count > len(others):
        kinds[-1] = Kind.ENCODER
    found: dict[tuple[Kind, str, str], Mutant] = {}
    for kind in kinds:
        for _ in range(TRIES):
            made = MAKERS[kind](source, rng)
            if made and (key := (made.kind, made.subject, made.what)) not in found:
                found[key] = made
                break
        else:
            raise ShopdeskError(f"too little in this shop for a change of kind {kind}",
                                where=str(known.folder), mend="fewer --changes.")  # fmt: skip
    return tuple(found.values())


def write_mutant(mutant: Mutant, folder: Path, target: Path) -> None:
    """The shop's text files in a new folder, with the change made. Pictures are left out."""
    for path in knowledge_files(folder):
        place = target / path.relative_to(folder)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
    for name, text in mutant.files.items():
        if text is None:
            (target / name).unlink()
        else:
            (target / name).write_text(text, "utf-8")


def _paths(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted((folder / "faq").glob("*.md")):
        if entry := parse_entry(path.read_text("utf-8"), path, Problems()):
            found[entry.id] = str(path.relative_to(folder))
    return found


def _text_changed(kind: Kind, change: Callable[[str, str, Random], str]) -> Maker:
    """A maker that changes an entry's answer in one of its languages."""

    def make(source: Source, rng: Random) -> Mutant | None:
        entry = rng.choice(source.known.entries)
        language = rng.choice(list(entry.answers))
        was = entry.answers[language]
        new = change(was, language, rng)
        if new == was:
            return None
        return _answered(kind, source, entry, language, new, _difference(was, new))

    return make


def _translation(source: Source, rng: Random) -> Mutant | None:
    """The answer in a language that is not the shop's own: another's, lost or garbled."""
    entry, other = rng.sample(source.known.entries, 2)
    foreign = [code for code in entry.answers if code != source.known.shop.default_language]
    if not foreign or len(entry.answers) < 2:
        return None
    language = rng.choice(foreign)
    how = rng.choice(("another's", "lost", "garbled"))
    new = {"another's": other.answers.get(language, ""), "lost": "",
           "garbled": slips.garbled(entry.answers[language], rng)}[how]  # fmt: skip
    what = f"{how}: {other.id}" if how == "another's" else how
    return _answered(Kind.TRANSLATION, source, entry, language, new, what)


def _answered(
    kind: Kind, source: Source, entry: Entry, language: str, text: str, what: str
) -> Mutant:
    answers = {**entry.answers, language: text}
    changed = replace(entry, answers={code: told for code, told in answers.items() if told})
    return Mutant(kind, entry.id, f"{language}: {what}", language, entry.answers[language],
                  {source.paths[entry.id]: format_entry(changed)})  # fmt: skip


def _deleted(source: Source, rng: Random) -> Mutant | None:
    entry = rng.choice(source.known.entries)
    if entry.id == source.known.shop.contact_entry:
        return None
    return Mutant(Kind.DELETED, entry.id, "deleted", files={source.paths[entry.id]: None})


def _stolen(source: Source, rng: Random) -> Mutant | None:
    """A question of one entry stands with another: instead, or there too."""
    entry, thief = rng.sample(source.known.entries, 2)
    language = rng.choice(list(entry.questions))
    asked = entry.questions[language]
    question, moved = rng.choice(asked), rng.random() < 0.5
    if question in thief.questions.get(language, ()) or len(asked) < 2:
        return None
    taken = {**thief.questions, language: (*thief.questions.get(language, ()), question)}
    files: dict[str, str | None] = {
        source.paths[thief.id]: format_entry(replace(thief, questions=taken))
    }
    if moved:
        left = {**entry.questions, language: tuple(q for q in asked if q != question)}
        files[source.paths[entry.id]] = format_entry(replace(entry, questions=left))
    what = f"{'moved' if moved else 'copied'} to {thief.id}: {question}"
    return Mutant(Kind.STOLEN, entry.id, what, language, files=files)


def _price(source: Source, rng: Random) -> Mutant | None:
    text = (source.known.folder / "catalogue.csv").read_text("utf-8-sig")
    changed, product, was, new = other_price(text, rng)
    return Mutant(Kind.PRICE, product, f"{was} to {new}", "", was, {"catalogue.csv": changed})


def _phrase(source: Source, rng: Random) -> Mutant | None:
    key, language, was, text, file = other_phrase(source.known, rng)
    return Mutant(Kind.PHRASE, key, f"{language}: {_difference(was, text)}", language, was,
                  {"replies.yaml": file})  # fmt: skip


def _threshold(_: Source, rng: Random) -> Mutant | None:
    value = round(rng.uniform(0.05, 0.99), 2)
    band = rng.choice(BANDS)
    return Mutant(Kind.THRESHOLD, band, f"{band} from {value}", threshold=value)


def _encoder(_: Source, __: Random) -> Mutant | None:
    return Mutant(Kind.ENCODER, "encoder", "the English encoder for every language")


def _difference(was: str, new: str) -> str:
    """The stretch that is new, with a little of what stands around it."""
    same = next((i for i, (a, b) in enumerate(zip(was, new, strict=False)) if a != b), 0)
    start = max(0, same - 12)
    return f"…{was[start : same + 14]}… became …{new[start : same + 14]}…".replace("\n", " ")


MAKERS: Mapping[Kind, Maker] = {
    Kind.NUMBER: _text_changed(Kind.NUMBER, lambda text, _, rng: slips.wrong_number(text, rng)),
    Kind.PRICE: _price,
    Kind.TRANSLATION: _translation,
    Kind.NEGATION: _text_changed(Kind.NEGATION, slips.flipped),
    Kind.UNIT: _text_changed(Kind.UNIT, lambda text, _, rng: slips.wrong_unit(text, rng)),
    Kind.DELETED: _deleted,
    Kind.STOLEN: _stolen,
    Kind.PHRASE: _phrase,
    Kind.THRESHOLD: _threshold,
    Kind.ENCODER: _encoder,
}
