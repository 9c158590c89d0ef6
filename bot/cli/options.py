"""What each command takes, beside what all take."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.cli.options_console import describe_arguments
from bot.cli.options_kb import kb_arguments, moment, tune_arguments


def _new_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", type=Path)


def _ask_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("question")
    command.add_argument("--session", default="", help="a conversation to go on with")
    command.add_argument("--language", help="answer in this language")
    command.add_argument(
        "--as-of",
        type=moment,
        metavar="DAY",
        help="answer as on this day (YYYY-MM-DD, or with T and a time): from what was live then",
    )


def _chat_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--session", default="", help="a conversation to go on with")
    command.add_argument("--language", help="the language to begin in")


def _train_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("what", choices=("adapter", "recommender"))
    command.add_argument("--out", type=Path, help="adapter: the folder to leave it in")
    command.add_argument(
        "--minutes", type=float, help="recommender: at most so long (default: as it needs)"
    )
    command.add_argument(
        "--every", type=float, metavar="HOURS", help="recommender: wait so long, train, and so on"
    )
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--steps", type=int, default=300)
    command.add_argument("--start", type=Path, help="an adapter to go on from")


def _shopper_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("shopper", help="as the journal names them, such as terminal:NAME")


def _report_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--days", type=int, default=28, help="of the last days (default: 28)")
    command.add_argument("--csv", type=Path, help="write the figures there")
    command.add_argument("--html", type=Path, help="draw a page")


def _recall_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("entry", help="the entry that has been corrected")
    command.add_argument("--days", type=int, default=90, help="told in the last days")
    command.add_argument(
        "--send", action="store_true", help="send the correction, once each, to Telegram chats"
    )


def _gaps_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "action", nargs="?", default="list", choices=("list", "draft", "answer", "dismiss", "tell")
    )
    command.add_argument("id", nargs="?", default="", help="the gap, as `shopdesk gaps` lists it")
    command.add_argument("--days", type=int, default=28, help="asked in the last days")
    command.add_argument("--entry", type=Path, metavar="FILE.md", help="answer: the entry's file")
    command.add_argument("--by", default="", metavar="NAME", help="who does it, for the history")
    command.add_argument("--keep", action="store_true", help="list: for the console to show")
    command.add_argument("--save", action="store_true", help="draft: among the files, hidden")
    command.add_argument(
        "--send", action="store_true", help="tell: send it, once each, to Telegram chats"
    )
    command.add_argument(
        "--older", action="store_true", help="tell: also who asked more than 14 days ago"
    )


def _journal_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("action", choices=("export",))
    command.add_argument("out", type=Path, help="a .jsonl or .csv file")
    command.add_argument("--days", type=int, help="of the last days only")


def _backup_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", nargs="?", type=Path, help="default: one named after the time")
    command.add_argument(
        "--all-snapshots", action="store_true", help="not only the live one and the last before it"
    )


def _restore_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path)
    command.add_argument(
        "--replace", action="store_true", help="a home that is not empty: it is moved aside"
    )


def _prepare_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--background",
        action="store_true",
        help="the re-ranking encoder only, then publish with it",
    )


def _link_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("account", help="the customer's id, as the shop reports their events")
    command.add_argument("--minutes", type=int, default=15, help="how long the link is valid")
    command.add_argument("--bot", default="", metavar="NAME", help="the bot's name in Telegram")


def _doctor_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--settings", action="store_true", help="print the settings table")


def _translate_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("entry", help="the entry's id")
    command.add_argument("--to", required=True, metavar="LANGUAGE", help="one of the shop's")


def _replay_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("action", choices=("run", "record", "accept"))
    command.add_argument(
        "files", nargs="*", type=Path,
        help="run: replay files, folders of them, or a log (JSON, JSONL, CSV); "
        "record: conversations of the journal, else the last ones; accept: replay files",
    )  # fmt: skip
    for option, purpose in (
        ("html", "run: draw a report"),
        ("save", "run: keep the answers, for --against and accept"),
        ("drafts", "run: keep what the model writes, and say it again for the same prompt"),
        ("resume", "run: keep each conversation there as it ends; begun again, go on after those"),
        ("results", "accept: the file --save wrote"),
        ("out", "record: the folder to write to"),
    ):
        command.add_argument(f"--{option}", type=Path, help=purpose)
    command.add_argument(
        "--snapshot", help="run: answer from this snapshot (default: what is live)"
    )
    command.add_argument("--against", help="run: compare with another snapshot, or a saved file")
    command.add_argument("--repeat", type=int, default=1, help="run: play each so many times")
    command.add_argument("--processes", type=int, help="run: side by side (default: one a core)")
    command.add_argument("--with-model", action="store_true", help="run: let the model word")
    command.add_argument("--map", help="run: how a log names things: messages=…,role=…,text=…")
    command.add_argument("--days", type=int, default=7, help="record: of the last days")
    command.add_argument(
        "--turns", nargs="*", default=(), metavar="ID#N", help="accept: only these answers"
    )


def _bench_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "what",
        choices=("chat", "console", "generate", "intake", "journal", "recommend", "retrieve"),
    )
    command.add_argument(
        "--turns", type=int, default=1_000_000, help="journal: how many it is filled with"
    )
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
        help="console: the shop's size (10,000); retrieve: also build one of so many (to 10,000)",
    )
    command.add_argument(
        "--products",
        type=int,
        default=100_000,
        help="console, recommend: size of the made-up catalogue",
    )
    command.add_argument("--questions", type=Path, help="JSONL with text and language")
    command.add_argument("--workload", type=Path, help="generate: JSONL as for eval answers")
    command.add_argument("--against", metavar="URL", help="generate: an OpenAI-compatible "
                         "server; journal: an empty PostgreSQL database")  # fmt: skip


EVALS = ("faq", "pairs", "contradictions", "search", "answers", "recommend", "masking",
         "replays", "twins")  # fmt: skip
EVAL_FILES = (
    ("entries", "CSV: id,question[,answer]"),
    ("queries", "CSV: text,id (faq) or query,sku (search)"),
    ("validation", "CSV like --queries, which the threshold is chosen on"),
    ("pairs", "TSV: text, text, 0 or 1; contradictions: YAML of pairs of entries"),
    ("questions", "answers: JSONL with route, language, question, passages; twins: JSONL with "
                  "language, kind, text, twin (default: ours)"),
    ("products", "CSV of products"),
    ("sequences", "recommend: lines of a user and their items, oldest first"),
    ("events", "recommend: CSV or parquet of user,item,time[,event][,basket][,title]"),
    ("texts", "masking: JSON of full_text and its labelled spans, as Presidio writes it"),
    ("replays", "replays: the folder of replays that should notice (default: tests/replays)"),
    ("details", "write one JSON line a query to this file"),
    ("pictures", "draw reliability and risk-coverage into this folder"),
)  # fmt: skip


def _eval_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("what", choices=EVALS)
    for option, purpose in EVAL_FILES:
        command.add_argument(f"--{option}", type=Path, help=purpose)
    command.add_argument("--out-of-scope", default="NO_NODES_DETECTED", metavar="LABEL")
    command.add_argument("--tune", action="store_true", help="adapt to the entries first")
    command.add_argument("--cut", metavar="DAY", help="recommend: judge events from YYYY-MM-DD on")
    command.add_argument("--seeds", type=int, default=3, help="recommend: train so many times")
    command.add_argument("--minutes", type=float, help="recommend: the longest a training takes")
    command.add_argument("--seed", type=int, default=1, help="replays: which changes are made")
    command.add_argument("--changes", type=int, default=40, help="replays: how many are made")
    command.add_argument(
        "--processes", type=int, help="replays: side by side (default: one a core)"
    )


OPTIONS: Mapping[str, Callable[[argparse.ArgumentParser], None]] = {
    "new": _new_arguments,
    "ask": _ask_arguments,
    "chat": _chat_arguments,
    "kb": kb_arguments,
    "replay": _replay_arguments,
    "report": _report_arguments,
    "gaps": _gaps_arguments,
    "recall": _recall_arguments,
    "journal": _journal_arguments,
    "export": _shopper_arguments,
    "forget": _shopper_arguments,
    "eval": _eval_arguments,
    "bench": _bench_arguments,
    "train": _train_arguments,
    "translate": _translate_arguments,
    "tune": tune_arguments,
    "describe": describe_arguments,
    "backup": _backup_arguments,
    "restore-backup": _restore_arguments,
    "prepare": _prepare_arguments,
    "link": _link_arguments,
    "doctor": _doctor_arguments,
}
