"""`python -m tests.engine.describing.measured`: drafts of the real model, and what is struck."""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any

from engine.describing.draft import LENGTHS, TONES, Draft, draft_description
from engine.generation.generator import Generator, build_generator
from engine.review.translating import drafted
from engine.settings import Settings
from engine.types import Entry
from knowledge_base.store import DEMO_SHOP, Knowledge, load

SENTENCE_S = 60.0


def descriptions(
    known: Knowledge, count: int, generator: Generator
) -> Iterator[tuple[str, Draft, float]]:
    """Drafts of every so-manyeth product: language, draft, seconds; tones and lengths in turn."""
    step = max(1, len(known.products) // count)
    for number, product in enumerate(known.products[::step][:count]):
        for language in ("en", "zh"):
            began = time.monotonic()
            tone, length = TONES[number % len(TONES)], LENGTHS[number % len(LENGTHS)]
            made = draft_description(product, known.reviews, language, tone, length, generator)
            yield language, made, time.monotonic() - began


def counted(made: Iterable[tuple[str, Draft, float]]) -> dict[str, Any]:
    """Sentences drafted, supported and struck, by language."""
    found: dict[str, Any] = {}
    for language, draft, seconds in made:
        mine = found.setdefault(language, {"drafts": 0, "sentences": 0, "supported": 0,
                                           "drafts_with_none": 0, "seconds": 0.0,
                                           "struck": Counter()})  # fmt: skip
        supported = sum(one.supported for one in draft.sentences)
        mine["drafts"] += 1
        mine["sentences"] += len(draft.sentences)
        mine["supported"] += supported
        mine["drafts_with_none"] += not supported
        mine["seconds"] = round(mine["seconds"] + seconds, 1)
        mine["struck"].update(one.reason.partition(":")[0] for one in draft.sentences if one.reason)
    return found


def translations(entries: Iterable[Entry], generator: Generator) -> dict[str, Counter[str]]:
    """What becomes of a translation into each language: drafted, or why not."""
    found = {"zh": Counter[str](), "en": Counter[str]()}
    for entry in entries:
        for source, target in (("en", "zh"), ("zh", "en")):
            if source in entry.answers:
                made = drafted(entry, source, target, generator, deadline_s=SENTENCE_S)
                found[target][made.key or "drafted"] += 1
    return found


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=20)
    count = parser.parse_args().n
    known = load(DEMO_SHOP)
    with closing(build_generator(Settings.load())) as generator:
        told = {"descriptions": counted(descriptions(known, count, generator)),
                "translations": translations(known.entries[::max(1, len(known.entries) // count)],
                                             generator)}  # fmt: skip
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
