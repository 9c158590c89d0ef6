"""The `shopdesk` command: parses words, imports late, turns errors into exit codes."""

from __future__ import annotations

import argparse
import errno
import importlib
import shutil
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from engine.errors import ShopdeskError
from engine.idle_threads import wait_awake_briefly

OK, FAILED, BAD_INPUT = 0, 1, 2

COMMANDS = {
    "new": "start an empty, valid shop in FOLDER",
    "ask": "ask one question, as a shopper would",
    "chat": "chat in the terminal",
    "run": "start everything: store, engine, chat page, Telegram bot",
    "engine": "the engine process: answers turns off the queue",
    "bot": "the Telegram front",
    "web": "the chat page",
    "doctor": "what is on, what is missing, how to mend it",
    "prepare": "prepare the models once",
    "kb": "the shop's knowledge: check, publish; import shoppers' events",
    "tune": "learn ranks and thresholds from the shop's own examples",
    "eval": "measure quality: faq, pairs, search, answers, recommend",
    "bench": "measure speed: chat, generate, intake, retrieve",
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
        _arguments(name, command)
    return top


def _arguments(name: str, command: argparse.ArgumentParser) -> None:
    if name == "new":
        command.add_argument("folder", type=Path)
    elif name == "ask":
        command.add_argument("question")
        command.add_argument("--session", default="", help="a conversation to go on with")
        command.add_argument("--language", help="answer in this language")
        command.add_argument("--as-of", type=_day, help="ask as if on this day, YYYY-MM-DD")
    elif name == "chat":
        command.add_argument("--session", default="", help="a conversation to go on with")
        command.add_argument("--language", help="the language to begin in")
    elif name == "kb":
        _kb_arguments(command)
    elif name == "eval":
        _eval_arguments(command)
    elif name == "bench":
        _bench_arguments(command)
    elif name == "train":
        command.add_argument("what", choices=("adapter", "recommender"))
        command.add_argument("--out", type=Path, help="adapter: the folder to leave it in")
        command.add_argument(
            "--minutes", type=float, help="recommender: at most so long (default: as it needs)"
        )
        command.add_argument(
            "--every",
            type=float,
            metavar="HOURS",
            help="recommender: wait so long, train, and so on",
        )
        command.add_argument("--seed", type=int, default=0)
        command.add_argument("--steps", type=int, default=300)
        command.add_argument("--start", type=Path, help="an adapter to go on from")
    elif name == "prepare":
        command.add_argument(
            "--background",
            action="store_true",
            help="the re-ranking encoder only, then publish with it",
        )
    elif name == "doctor":
        command.add_argument("--settings", action="store_true", help="print the settings table")


def _kb_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("action", choices=("check", "publish", "import"))
    command.add_argument(
        "file",
        nargs="?",
        type=Path,
        help="import: CSV with shopper,time,event,product,quantity; JSON lines of these or of "
        "GA4 events; or a Shopify orders export",
    )
    command.add_argument("--dry-run", action="store_true", help="import: only tell what would be")
    command.add_argument(
        "--strict", action="store_true", help="import: nothing where any line is refused"
    )


def _bench_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("what", choices=("chat", "generate", "intake", "recommend", "retrieve"))
    command.add_argument("--repeat", type=int, default=3)
    command.add_argument(
        "--passages",
        type=int,
        default=0,
        help="retrieve: also search an index of so many passages",
    )
    command.add_argument(
        "--entries",
        type=int,
        default=0,
        help="retrieve: also build a shop of so many entries (to 10,000)",
    )
    command.add_argument(
        "--products", type=int, default=100_000, help="recommend: size of the made-up catalogue"
    )
    command.add_argument("--questions", type=Path, help="JSONL with text and language")
    command.add_argument("--workload", type=Path, help="generate: JSONL as for eval answers")
    command.add_argument("--against", metavar="URL", help="generate: an OpenAI-compatible server")


def _eval_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("what", choices=("faq", "pairs", "search", "answers", "recommend"))
    for option, purpose in (
        ("entries", "CSV: id,question[,answer]"),
        ("queries", "CSV: text,id (faq) or query,sku (search)"),
        ("validation", "CSV like --queries, which the threshold is chosen on"),
        ("pairs", "TSV: text, text, 0 or 1"),
        ("questions", "answers: JSONL with route, language, question, passages"),
        ("products", "CSV of products"),
        ("sequences", "recommend: lines of a user and their items, oldest first"),
        ("events", "recommend: CSV or parquet of user,item,time[,event][,basket][,title]"),
        ("details", "write one JSON line a query to this file"),
        ("pictures", "draw reliability and risk-coverage into this folder"),
    ):
        command.add_argument(f"--{option}", type=Path, help=purpose)
    command.add_argument("--out-of-scope", default="NO_NODES_DETECTED", metavar="LABEL")
    command.add_argument("--tune", action="store_true", help="adapt to the entries first")
    command.add_argument("--cut", metavar="DAY", help="recommend: judge events from YYYY-MM-DD on")
    command.add_argument("--seeds", type=int, default=3, help="recommend: train so many times")
    command.add_argument("--minutes", type=float, help="recommend: the longest a training takes")


def _day(text: str) -> date:
    return date.fromisoformat(text)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit code: 0 ran, 1 an expectation failed, 2 bad input or set-up."""
    arguments = parser().parse_args(argv)
    wait_awake_briefly()
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
    return served.get(command, command)


if __name__ == "__main__":
    sys.exit(main())
