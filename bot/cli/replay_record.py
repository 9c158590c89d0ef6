"""`shopdesk replay record | accept`: replay files written by the machine, for people to read."""

from __future__ import annotations

import argparse
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.cli.common import load_settings, print_json
from engine.errors import SettingsError, ShopdeskError
from knowledge_base.store import REPLAYS, ensure_shop


def record(arguments: argparse.Namespace) -> int:
    """Write journal's conversations as replay files into the shop's folder, or --out."""
    from engine.journal import Journal
    from engine.replay.recording import journaled
    from engine.replay.writing import write_conversation

    settings = load_settings(arguments)
    folder = arguments.out or ensure_shop(settings.home, settings.kb) / REPLAYS
    names = [str(name) for name in arguments.files]
    since = datetime.now(UTC) - timedelta(days=arguments.days)
    journal = Journal.open(settings)
    try:
        found = journaled(journal, since, names, propose=True)
        written = [str(write_conversation(folder, made)) for made in found]
    finally:
        journal.close()
    if arguments.json:
        print_json({"written": written, "folder": str(folder)})
    else:
        print(f"{folder}: {len(written)} conversations of the last {arguments.days} days")
        if written:
            print("read them, and tag `must-hold` those that no change may break")
    return 0


def accept(arguments: argparse.Namespace) -> int:
    """Rewrite what files expect as what was answered when --results were saved."""
    from engine.replay.proposing import with_accepted
    from engine.replay.reading import read_conversations
    from engine.replay.results import load
    from engine.replay.writing import write_conversation

    if not arguments.files or not arguments.results:
        raise SettingsError("accept needs replay files and --results",
                            mend="shopdesk replay accept FILES… --results SAVED.")  # fmt: skip
    wanted = _turns(arguments.turns)
    played = {one.conversation.id: one for one in load(arguments.results)}
    written = []
    for conversation in read_conversations(arguments.files):
        if conversation.id not in played or (wanted and conversation.id not in wanted):
            continue
        answers = [turn.answer for turn in played[conversation.id].turns]
        made = with_accepted(conversation, answers, wanted.get(conversation.id))
        if made != conversation:
            path = Path(conversation.file)
            written.append(str(write_conversation(path.parent, made, path.name)))
    if arguments.json:
        print_json({"written": written})
    else:
        print(f"{len(written)} files now expect what was answered")
    return 0


def _turns(named: list[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for name in named:
        conversation, sign, number = name.rpartition("#")
        if not sign or not number.isdigit():
            raise ShopdeskError(f"{name!r} names no turn", where="--turns",
                                mend="CONVERSATION#NUMBER, counted from 1.")  # fmt: skip
        found[conversation].append(int(number))
    return dict(found)
