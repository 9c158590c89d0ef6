"""`shopdesk replay run | record | accept`: past conversations against today's answers."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.cli.common import load_settings, print_json
from engine.errors import SettingsError
from engine.progress import shown_steps
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.replay.comparing import Change
    from engine.replay.conversation import Conversation
    from engine.replay.playing import Played

FAILED = 1
SHOWN = 20


def run_command(arguments: argparse.Namespace) -> int:
    """Play conversations, write journal's ones as files, or accept new answers."""
    if arguments.action == "record":
        from bot.cli.replay_record import record

        return record(arguments)
    if arguments.action == "accept":
        from bot.cli.replay_record import accept

        return accept(arguments)
    return _run(arguments)


def _run(arguments: argparse.Namespace) -> int:
    from engine.replay import results
    from engine.replay.comparing import compare, flipped

    settings = load_settings(arguments)
    conversations = _conversations(arguments)
    began = time.monotonic()
    runs, before = _played(arguments, settings, conversations)
    figures: dict[str, Any] = {**results.figures(runs), "changed": []}
    changes = compare(before, [playings[0] for playings in runs]) if before else []
    figures["changed"] = [change_json(change) for change in flipped(changes)]
    figures["seconds"] = round(time.monotonic() - began, 1)
    if arguments.save:
        results.save(arguments.save, runs)
    if arguments.html:
        from engine.replay.report import write_report

        write_report(arguments.html, runs, changes, figures, saved=arguments.save)
    if arguments.json:
        print_json(figures)
    else:
        _show(figures, bool(before))
    return FAILED if figures["failed"] else 0


def _conversations(arguments: argparse.Namespace) -> tuple[Conversation, ...]:
    from engine.replay.logs import LogMap, parse_map, read_log
    from engine.replay.reading import SUFFIXES, read_conversations

    if not arguments.files:
        raise SettingsError("replay run needs files", mend="name YAML files, folders, or a log.")
    if arguments.repeat < 1:
        raise SettingsError("--repeat: at least 1", mend="leave it out to play once.")
    ours = [path for path in arguments.files if path.is_dir() or path.suffix in SUFFIXES]
    logs = [path for path in arguments.files if path not in ours]
    mapped = parse_map(arguments.map) if arguments.map else LogMap()
    found = [*read_conversations(ours), *(c for log in logs for c in read_log(log, mapped))]
    if not found:
        raise SettingsError("no conversation there", mend="name files with conversations.",
                            where=", ".join(map(str, arguments.files)))  # fmt: skip
    return tuple(found)


def _played(
    arguments: argparse.Namespace, settings: Settings, conversations: Sequence[Conversation]
) -> tuple[list[tuple[Played, ...]], list[Played]]:
    """Each conversation's playings; and what to compare with: of another snapshot, or a file."""
    from engine.replay import results
    from engine.replay.house import House
    from engine.replay.resuming import kept as kept_in
    from engine.replay.running import Order, run

    house = House(settings, arguments.snapshot or "", arguments.with_model, arguments.drafts)
    against = arguments.against or ""
    kept = results.load(Path(against)) if against and Path(against).is_file() else []
    other = (replace(house, snapshot=against),) if against and not kept else ()
    processes = arguments.processes or os.cpu_count() or 1
    order = Order((house, *other), tuple(conversations), arguments.repeat, processes)
    resumed = kept_in(arguments.resume, order) if arguments.resume else None
    if resumed and resumed.played:
        print(f"{len(resumed.played)} were played before", file=sys.stderr)
    with shown_steps("playing") as step:
        runs, *others = run(order, step, kept=resumed)
    if resumed:
        resumed.end()
    return runs, [playings[0] for playings in others[0]] if others else kept


def change_json(change: Change) -> dict[str, Any]:
    """A change under the names the commands document."""
    return {
        "conversation": change.conversation, "turn": change.turn, "asked": change.asked,
        "verdict": change.verdict.value, "what": list(change.what),
        "before": _answer(change.before.route, change.before.entries, change.before.text),
        "after": _answer(change.after.route, change.after.entries, change.after.text),
    }  # fmt: skip


def _answer(route: str, entries: Sequence[str], text: str) -> dict[str, Any]:
    return {"route": route, "entry": entries[0] if entries else "", "text": text}


def _show(figures: Mapping[str, Any], compared: bool) -> None:
    for failure in figures["failures"][:SHOWN]:
        print(f"FAILED {failure['where']}: {failure['asked']!r}: {failure['expectation']}: "
              f"wanted {failure['wanted']}, got {failure['got']}")  # fmt: skip
    if len(figures["failures"]) > SHOWN:
        print(f"… and {len(figures['failures']) - SHOWN} more")
    for change in figures["changed"][:SHOWN]:
        what = ", ".join(change["what"])
        print(f"{change['verdict'].upper()} {change['conversation']}#{change['turn']} "
              f"{change['asked']!r}: {what}")  # fmt: skip
    told = f"; {len(figures['changed'])} answers changed" if compared else ""
    print(f"{figures['conversations']} conversations, {figures['turns']} turns: "
          f"{figures['passed']} passed, {figures['failed']} failed{told}; "
          f"{figures['seconds']} s")  # fmt: skip
    if figures["flaky"]:
        print(f"not the same each time: {', '.join(figures['flaky'])}", file=sys.stderr)
