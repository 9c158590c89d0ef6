"""The `shopdesk` command: parses words, imports late, turns errors into exit codes."""

from __future__ import annotations

import argparse
import errno
import importlib
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.cli.options import OPTIONS
from engine.errors import ShopdeskError
from engine.idle_threads import share_no_product, wait_awake_briefly

OK, FAILED, BAD_INPUT = 0, 1, 2

COMMANDS = {
    "new": "start an empty, valid shop in FOLDER",
    "ask": "ask one question, as a shopper would",
    "chat": "chat in the terminal",
    "run": "start everything: store, engine, chat page, console, Telegram bot",
    "engine": "the engine process: answers turns off the queue",
    "bot": "the Telegram front",
    "web": "the chat page",
    "console": "the operators' pages: entries, try it, publish",
    "doctor": "what is on, what is missing, how to mend it",
    "prepare": "prepare the models once",
    "kb": "the shop's knowledge: check, publish; import and export",
    "describe": "draft a description of a product from its attributes and reviews",
    "translate": "a drafted translation of an entry's answer, to read and approve",
    "tune": "learn ranks and thresholds from the shop's own examples",
    "replay": "past conversations again: run them, record new ones, accept changed answers",
    "link": "a signed link that joins a customer's account to their chat",
    "report": "how the assistant did: resolved, satisfied, bought, held out, drift",
    "gaps": "what shoppers asked in vain, grouped: list, draft, answer, dismiss, tell who waits",
    "recall": "who was told a wrong answer since corrected; send them the correction",
    "journal": "export the journal",
    "export": "all that is kept of one shopper, as JSON",
    "forget": "delete all that is kept of one shopper",
    "eval": "measure quality: faq, pairs, contradictions, search, answers, recommend, masking, "
    "replays, twins",
    "backup": "the shop's whole state into one file, while it runs",
    "restore-backup": "a home out of such a file",
    "bench": "measure speed: chat, console, generate, intake, journal, recommend, retrieve",
    "train": "train the adapter",
}


def parser() -> argparse.ArgumentParser:
    """The whole command line; each command's own words come from its module."""
    top = argparse.ArgumentParser(
        prog="shopdesk", description="A shop's assistant in Telegram, terminal and browser."
    )
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--home", type=Path, help="another state folder (default: SHOPDESK_HOME)")
    shared.add_argument("--kb", type=Path, help="another shop's folder")
    shared.add_argument("--json", action="store_true", help="print exactly one JSON document")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, purpose in COMMANDS.items():
        command = commands.add_parser(name, help=purpose, description=purpose, parents=[shared])
        if name in OPTIONS:
            OPTIONS[name](command)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit code: 0 ran, 1 an expectation failed, 2 bad input or set-up."""
    arguments = parser().parse_args(argv)
    wait_awake_briefly()
    share_no_product()
    module = importlib.import_module(f"bot.cli.{_module(arguments.command)}")
    try:
        return int(module.run_command(arguments))
    except ShopdeskError as error:
        print(f"shopdesk {arguments.command}: {error}", file=sys.stderr)
        return BAD_INPUT
    except OSError as error:
        print(f"shopdesk {arguments.command}: {_told(error)}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        return 130


_MENDS = {
    errno.ENOSPC: "free some room there, or name a folder elsewhere; nothing half-written stays.",
    errno.EDQUOT: "free some room there, or name a folder elsewhere; nothing half-written stays.",
    errno.EACCES: "see that the folder belongs to you, or name another with SHOPDESK_HOME.",
    errno.EROFS: "it cannot be written to; name another folder with SHOPDESK_HOME.",
}


def _told(error: OSError) -> ShopdeskError:
    if isinstance(error, shutil.Error):
        _, where, why = error.args[0][0]
        return ShopdeskError(str(why), where=str(where), mend=_MENDS[errno.ENOSPC])
    mend = _MENDS.get(error.errno or 0, "see that the file or folder is there and yours.")
    # Of a copy that failed the second name is the one that was being written.
    where = error.filename2 or error.filename or ""
    return ShopdeskError(error.strerror or str(error), where=str(where), mend=mend)


def _module(command: str) -> str:
    served = {"engine": "serve", "bot": "serve", "web": "serve", "chat": "talk", "ask": "talk"}
    served |= {"forget": "rights", "export": "rights", "restore-backup": "backup"}
    return served.get(command, command)


if __name__ == "__main__":
    sys.exit(main())
