"""`shopdesk translate ENTRY --to zh`: a drafted translation of an entry's answer, to approve."""

from __future__ import annotations

import argparse
from contextlib import closing

from bot.cli.common import load_settings, print_json
from engine.errors import KnowledgeError, SettingsError
from engine.types import Entry, Shop

SENTENCE_S = 60.0
"""How long one sentence may take."""


def run_command(arguments: argparse.Namespace) -> int:
    """Print the draft, or why there is none. Nothing is saved. Raises ShopdeskError."""
    from engine.generation.generator import build_generator
    from engine.review.translating import drafted
    from knowledge_base.store import ensure_shop, load

    settings = load_settings(arguments)
    known = load(ensure_shop(settings.home, settings.kb))
    entry = next((one for one in known.entries if one.id == arguments.entry), None)
    if entry is None:
        raise KnowledgeError(
            f"no entry {arguments.entry!r}", where="translate",
            mend="see the entries' ids in the shop's files.",
        )  # fmt: skip
    source = source_of(entry, known.shop, arguments.to)
    with closing(build_generator(settings)) as generator:
        made = drafted(entry, source, arguments.to, generator, deadline_s=SENTENCE_S)
    if arguments.json:
        print_json({
            "entry": entry.id, "source": source, "language": made.language,
            "original": made.original, "text": made.text, "key": made.key,
            "values": dict(made.values), "told": made.told("en"),
        })  # fmt: skip
    else:
        print(made.text if made.text is not None else made.told("en"))
    return 0


def source_of(entry: Entry, shop: Shop, to: str) -> str:
    """The language translated from: the shop's own where it has an answer, else another.

    Raises SettingsError for a language the shop does not have, KnowledgeError without any answer.
    """
    if to not in shop.languages:
        raise SettingsError(
            f"{to!r} is none of the shop's languages", where="--to",
            mend=f"one of {', '.join(shop.languages)}, or add it to shop.yaml.",
        )  # fmt: skip
    others = [code for code in (shop.default_language, *entry.answers) if code != to]
    found = next((code for code in others if entry.answers.get(code)), "")
    if not found:
        raise KnowledgeError(
            "there is no answer to translate", where=entry.id,
            mend="write it in one language first.",
        )  # fmt: skip
    return found
