"""The history of a shop's files as a git repository, one commit a change."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from engine.errors import KnowledgeError
from knowledge_base.history import Change
from knowledge_base.working_copy import PERSONAL, WorkingCopy

BRANCH = "refs/heads/main"


def as_git(copy: WorkingCopy, folder: Path) -> int:
    """Write all changes into a new repository; how many. Files that tell of shoppers stay out.

    Raises KnowledgeError where the folder is not empty or git is not at hand.
    """
    if folder.exists() and any(folder.iterdir()):
        raise KnowledgeError("the folder is not empty", where=str(folder),
                             mend="name a new one; the whole history is written.")  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    changes = list(copy.history.changes())
    stream = b"".join(part for change in changes for part in _commit(copy, change))
    try:
        for words in (["init", "-q", "-b", "main"], ["fast-import", "--quiet"],
                      ["checkout", "-q", "-f", "main"]):  # fmt: skip
            given = stream if words[0] == "fast-import" else b""
            subprocess.run(  # noqa: S603 - fixed words
                ["git", "-C", str(folder), *words],  # noqa: S607 - the git on the path
                input=given, check=True, capture_output=True,
            )  # fmt: skip
    except (OSError, subprocess.CalledProcessError) as error:
        told = getattr(error, "stderr", b"") or str(error).encode()
        said = told.decode(errors="replace").strip()[:200]
        raise KnowledgeError(
            f"git failed ({said})", where=str(folder), mend="install git, and try again."
        ) from error
    return len(changes)


def _commit(copy: WorkingCopy, change: Change) -> Iterator[bytes]:
    name = re.sub(r"[<>\n\x00]", " ", change.by) or "-"
    message = (change.why or f"Change {change.id}").encode()
    yield f"commit {BRANCH}\n".encode()
    yield f"committer {name} <> {int(change.at.timestamp())} +0000\n".encode()
    yield b"data %d\n%s\n" % (len(message), message)
    for one in change.files:
        if one.file in PERSONAL:
            continue
        if not one.after:
            yield f"D {one.file}\n".encode()
            continue
        text = copy.texts.read(one.after)
        yield f"M 100644 inline {one.file}\n".encode()
        yield b"data %d\n%s\n" % (len(text), text)
    yield b"\n"
