"""The same question in other people's words: are they answered alike?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from engine.errors import SettingsError
from engine.evaluation.twin_words import GENDERED, NAMES, with_typos
from engine.grounding.quantities import quantities
from engine.progress import Steps
from engine.replay.answered import Answered
from engine.replay.conversation import Conversation, Step
from engine.replay.house import House
from engine.replay.running import Order, run
from engine.settings import Settings
from engine.types import Band, Route

OURS = Path(__file__).with_name("twins.jsonl")
DIALECTS = {"en": ("us", "in", "sg"), "zh": ("tw", "hk")}
"""By language: the dialects a question is also written in; the language itself is the original."""
TYPOS = 2
SEED = 1


@dataclass(frozen=True, slots=True)
class Twin:
    """One way to say a question. `kind`: in what it differs from the original, "" for that."""

    question: str
    language: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A twin and its original, with their answers."""

    twin: Twin
    original: Twin
    answer: Answered
    original_answer: Answered

    @property
    def same_entry(self) -> bool:
        """Whether the first entry told or offered is the same; none for both is the same too."""
        return self.answer.entries[:1] == self.original_answer.entries[:1]

    @property
    def same_facts(self) -> bool:
        """Whether both name the same amounts with their units."""
        return _facts(self.answer) == _facts(self.original_answer)


def read_twins(path: Path) -> tuple[Twin, ...]:
    """Every question of a file in all its ways, originals first of each.

    A line: {"id", "en", "us", "in", "sg", "zh", "tw", "hk"}; languages and dialects may be left
    out. {name}, {spouse}, {child}, {parent}, {sibling}, {they}, {them} and {their} are filled in.
    Raises SettingsError.
    """
    found: list[Twin] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            found += _ways(str(row["id"]), {k: v for k, v in row.items() if isinstance(v, str)})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SettingsError(
                f"no question for twins ({error!r})", where=f"{path}:{number}",
                mend='a JSON object a line: {"id": …, "en": …, "us": …, "zh": …, "tw": …}.',
            ) from None  # fmt: skip
    return tuple(found)


def _ways(name: str, row: Mapping[str, str]) -> Iterable[Twin]:
    for language, dialects in DIALECTS.items():
        if (form := row.get(language)) is None:
            continue
        first, *others = NAMES[language]
        original = _filled(form, language, first, 0)
        yield Twin(name, language, "", original)
        yield from (Twin(name, language, "names", _filled(form, language, other, 0))
                    for other in others if "{name}" in form)  # fmt: skip
        yield Twin(name, language, "gender", _filled(form, language, first, 1))
        for dialect in dialects:
            if dialect in row:
                own = NAMES.get(dialect, (first,))[0]
                said = _filled(row[dialect], dialect, own, 0)
                yield Twin(name, language, f"dialect_{dialect}", said)
        for number in range(TYPOS):
            rng = Random(f"{SEED} {name} {language} {number}")
            yield Twin(name, language, "typos", with_typos(original, language, rng))
    if "en" in row and "zh" in row:
        yield Twin(name, "en", "language", _filled(row["zh"], "zh", NAMES["zh"][0], 0))


def _filled(form: str, words: str, name: str, gender: int) -> str:
    """A question with its names and words of gender; a sentence begins with a capital."""
    values = {key: both[gender] for key, both in GENDERED[words].items()}
    text = re.sub(r"\{(\w+)\}", lambda hit: {**values, "name": name}[hit[1]], form)
    return re.sub(r"(^|[.!?] )([a-z])", lambda hit: hit[1] + hit[2].upper(), text)


def ask_twins(
    settings: Settings, folder: Path, twins: Sequence[Twin], told: Steps
) -> tuple[Pair, ...]:
    """Ask every twin as a conversation of its own, without a model, and set it by its original."""
    texts = list(dict.fromkeys(twin.text for twin in twins))
    asked = tuple(Conversation(str(n), (Step(text),)) for n, text in enumerate(texts))
    house = House(replace(settings, kb=folder))
    (runs,) = run(Order((house,), asked, processes=settings.threads), told)
    answers = {text: played.turns[0].answer for text, (played,) in zip(texts, runs, strict=True)}
    originals = {(twin.question, twin.language): twin for twin in twins if not twin.kind}
    found = []
    for twin in twins:
        if twin.kind:
            original = originals[twin.question, twin.language]
            found.append(Pair(twin, original, answers[twin.text], answers[original.text]))
    return tuple(found)


def figures(pairs: Sequence[Pair]) -> dict[str, Any]:
    """By kind: shares with the same entry and the same facts as the original, and who differs.

    `told`: share of the originals that an entry was told to; the others got buttons or none.
    """
    kinds = dict.fromkeys(pair.twin.kind for pair in pairs)
    originals = {pair.original: pair.original_answer for pair in pairs}
    told = sum(_told(answer) for answer in originals.values())
    return {
        "questions": len(originals),
        "told": round(told / len(originals), 4) if originals else 0.0,
        **{kind: _figures([pair for pair in pairs if pair.twin.kind == kind]) for kind in kinds},
    }


def _figures(pairs: Sequence[Pair]) -> dict[str, Any]:
    entries = sum(pair.same_entry for pair in pairs)
    facts = sum(pair.same_facts for pair in pairs)
    told = sum(_told(pair.answer) == _told(pair.original_answer) for pair in pairs)
    return {
        "n": len(pairs),
        "same_entry": round(entries / len(pairs), 4),
        "same_facts": round(facts / len(pairs), 4),
        "same_told": round(told / len(pairs), 4),
        "differ": [_line(pair) for pair in pairs if not (pair.same_entry and pair.same_facts)],
    }


def details(pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """One line a twin."""
    return [
        {"id": pair.twin.question, "language": pair.twin.language, "kind": pair.twin.kind,
         "same_entry": pair.same_entry, "same_facts": pair.same_facts, **_line(pair)}
        for pair in pairs
    ]  # fmt: skip


def _line(pair: Pair) -> dict[str, Any]:
    return {
        "original": pair.original.text, "twin": pair.twin.text,
        "original_entry": _first(pair.original_answer), "twin_entry": _first(pair.answer),
        "original_facts": sorted(_facts(pair.original_answer)),
        "twin_facts": sorted(_facts(pair.answer)),
    }  # fmt: skip


def _first(answer: Answered) -> str:
    """The entry told, or offered first (with a question mark), or the route."""
    mark = "" if _told(answer) else "?"
    return f"{answer.entries[0]}{mark}" if answer.entries else answer.route


def _told(answer: Answered) -> bool:
    return answer.route == Route.FAQ and answer.band in (Band.CERTAIN, Band.LIKELY)


def _facts(answer: Answered) -> frozenset[str]:
    return frozenset(quantity.key for quantity in quantities(answer.text))
