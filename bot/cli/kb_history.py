"""`shopdesk kb history | restore | diff`: earlier texts, back to them, and what is not live."""

from __future__ import annotations

import argparse
import difflib
import sys
from datetime import UTC, date, datetime, time
from pathlib import Path

from bot.cli.common import load_settings, print_json
from engine.errors import KnowledgeError, SettingsError
from knowledge_base.history import Change
from knowledge_base.store import ensure_shop
from knowledge_base.working_copy import WorkingCopy

SHOWN = 50


def history(arguments: argparse.Namespace) -> int:
    """All changes, of one entry where it is named; its text then with --as-of."""
    copy = _copy(arguments)
    if arguments.git:
        from knowledge_base.history_git import as_git

        count = as_git(copy, arguments.git)
        print(f"{arguments.git}: {count} commits")
        return 0
    if arguments.as_of:
        text = _text_at(copy, _file(arguments), arguments.as_of)
        if text is None:
            print("it was not there then", file=sys.stderr)
        else:
            sys.stdout.write(text)
        return 0
    file = _file(arguments) if arguments.file else ""
    changes = list(copy.history.changes(file))
    if arguments.json:
        print_json({"changes": changes})
        return 0
    for change in reversed(changes[-SHOWN:]):
        print(_line(change))
    return 0


def restore(arguments: argparse.Namespace) -> int:
    """Put the text an entry had at a moment back, as a new change."""
    if not arguments.as_of:
        raise SettingsError("kb restore needs --as-of", mend="say of when: --as-of 2026-11-02.")
    copy, file = _copy(arguments), _file(arguments)
    text = _text_at(copy, file, arguments.as_of)
    made = copy.apply({file: text}, by="cli", why=f"as of {arguments.as_of}")
    if arguments.json:
        print_json({"file": file, "change": made})
    else:
        print(f"{file}: {'as of ' + str(arguments.as_of) if made else 'nothing differs'}; "
              "shoppers see it once it is published")  # fmt: skip
    return 0


def diff(arguments: argparse.Namespace) -> int:
    """What stands in the files and is not live yet."""
    from engine.retrieval.snapshot import file_hashes, read_live

    settings = load_settings(arguments)
    folder = ensure_shop(settings.home, settings.kb)
    live = read_live(settings.home)
    before = settings.home / "snapshots" / live / "knowledge"
    then = file_hashes(before) if live and before.is_dir() else {}
    now = file_hashes(folder)
    differing = sorted(name for name in then.keys() | now.keys() if then.get(name) != now.get(name))
    if arguments.json:
        print_json({
            "live": live,
            "added": [n for n in differing if n not in then],
            "changed": [n for n in differing if n in then and n in now],
            "removed": [n for n in differing if n not in now],
        })  # fmt: skip
        return 0
    for name in differing:
        sys.stdout.writelines(difflib.unified_diff(
            _lines(before / name), _lines(folder / name), f"live/{name}", f"files/{name}", n=1,
        ))  # fmt: skip
    if not differing:
        print("all changes are live")
    return 0


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines(keepends=True) if path.is_file() else []


def _copy(arguments: argparse.Namespace) -> WorkingCopy:
    settings = load_settings(arguments)
    copy = WorkingCopy(ensure_shop(settings.home, settings.kb))
    copy.note_untold()
    return copy


def _file(arguments: argparse.Namespace) -> str:
    if arguments.file is None:
        raise SettingsError(f"kb {arguments.action} needs an entry's id",
                            mend="such as delivery-time.")  # fmt: skip
    name = str(arguments.file)
    return name if "/" in name or name.endswith((".csv", ".yaml")) else f"faq/{name}.md"


def _text_at(copy: WorkingCopy, file: str, moment: date) -> str | None:
    """A file's text at the end of a day, or at a moment; None where it was not there."""
    at = moment if isinstance(moment, datetime) else datetime.combine(moment, time.max)
    sha = copy.history.of_file_at(file, at.astimezone(UTC))
    if sha is None:
        raise KnowledgeError("nothing is known of it", where=file,
                             mend="see `shopdesk kb history` for what is.")  # fmt: skip
    return copy.texts.read(sha).decode() if sha else None


def _line(change: Change) -> str:
    files = ", ".join(one.file for one in change.files[:4])
    more = f" and {len(change.files) - 4} more" if len(change.files) > 4 else ""
    why = f": {change.why}" if change.why else ""
    return f"{change.id:5}  {change.at:%Y-%m-%d %H:%M}  {change.by}{why}  ({files}{more})"
