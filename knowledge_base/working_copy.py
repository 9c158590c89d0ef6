"""A shop's files as its operators change them: all of a change or none, nothing overwritten."""

from __future__ import annotations

import fcntl
import json
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from engine.errors import KnowledgeError
from knowledge_base.history import FOLDER, UNTOLD, Change, FileChange, History
from knowledge_base.past_texts import PastTexts, digest, replace_durably, sync_folder

KEPT = ("shop.yaml", "replies.yaml", "catalogue.csv", "reviews.csv", "faq/*.md")
"""Files whose earlier texts are kept."""
PERSONAL = ("orders.csv", "events.csv")
"""Files that tell of shoppers: that they changed is kept, what stood in them is not."""
Clock = Callable[[], datetime]
Stamp = tuple[int, int, str]
"""When a file was last changed (ns), its size in bytes, its SHA-256."""


class ChangedMeanwhileError(KnowledgeError):
    """A file is no longer what the editor began with. `by` changed it; `present` is its text."""

    def __init__(self, file: str, by: str, present: str) -> None:
        super().__init__(
            f"{file} was changed by {by} meanwhile", where=file,
            mend="look at what stands there now, then save again; nothing was overwritten.",
        )  # fmt: skip
        self.file = file
        self.by = by
        self.present = present


class WorkingCopy:
    """A shop's folder with its history.

    A change counts from the moment its line is in the history; what a crash left undone then is
    done before anything else. `clock`: for tests.
    """

    def __init__(self, folder: Path, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self.folder = folder
        self.history = History(folder)
        self._own = folder / FOLDER
        self._scratch = self._own / "scratch"
        self.texts = PastTexts(self._own / "texts", self._scratch)
        self._clock = clock

    def read(self, file: str) -> str | None:
        """A file's present text; None where there is none. What is no UTF-8 shows as U+FFFD."""
        path = self._path(file)
        return path.read_text("utf-8", "replace") if path.is_file() else None

    def version(self, file: str) -> str:
        """What stands in a file now, as a short name: its SHA-256; "" where there is none."""
        path = self._path(file)
        if not path.is_file():
            return ""
        known = self._state()[1].get(file)
        status = path.stat()
        if known and known[:2] == (status.st_mtime_ns, status.st_size):
            return known[2]
        return digest(path.read_bytes())

    def apply(
        self,
        files: Mapping[str, str | None],
        *,
        by: str,
        why: str,
        expected: Mapping[str, str] | None = None,
    ) -> int | None:
        """Write all files (None: delete) or none; the change's id, None where nothing differs.

        `expected`: `version` of the texts the editor began with. Raises ChangedMeanwhileError
        where one is another by now, KnowledgeError for a name outside the folder, OSError.
        """
        paths = {file: self._path(file) for file in files}
        with self._locked():
            self._note_untold()
            self._refuse_changed(expected or {})
            new = {f: text.encode() if text is not None else None for f, text in files.items()}
            old = {f: path.read_bytes() if path.is_file() else None for f, path in paths.items()}
            if differing := {f: text for f, text in new.items() if text != old[f]}:
                return self._commit(differing, old, by, why)
            return None

    @contextmanager
    def still(self) -> Iterator[None]:
        """Nothing changes through shopdesk while the block reads; crashes are mended before.

        Where nothing was ever changed through shopdesk nothing is created either.
        """
        if not self._own.is_dir():
            yield
            return
        with self._locked():
            yield

    def note_untold(self) -> None:
        """Put what was changed outside of shopdesk into the history."""
        with self._locked():
            self._note_untold()

    def _path(self, file: str) -> Path:
        pure = PurePosixPath(file)
        known = any(pure.match(pattern) for pattern in (*KEPT, *PERSONAL))
        if pure.is_absolute() or ".." in pure.parts or len(pure.parts) > 2 or not known:
            raise KnowledgeError(f"{file!r} is no file of a shop", where=str(self.folder),
                                 mend=f"shops have {', '.join((*KEPT, *PERSONAL))}.")  # fmt: skip
        return self.folder / file

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._own.mkdir(mode=0o700, exist_ok=True)
        with (self._own / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self._finish()
            yield

    def _refuse_changed(self, expected: Mapping[str, str]) -> None:
        for file, version in expected.items():
            if self.version(file) != version:
                changes = deque(self.history.changes(file), maxlen=1)
                by = changes[0].by if changes else UNTOLD
                raise ChangedMeanwhileError(file, by, self.read(file) or "")

    def _commit(
        self, new: Mapping[str, bytes | None], old: Mapping[str, bytes | None], by: str, why: str
    ) -> int:
        made = tuple(self._change(file, old[file], text) for file, text in new.items())
        for file, text in new.items():
            if file in PERSONAL and text is not None:
                pending = self._own / "pending"
                pending.mkdir(mode=0o700, exist_ok=True)
                replace_durably(pending / digest(text), text, self._scratch)
        last = self.history.last()
        change = Change((last.id if last else 0) + 1, self._clock(), by, why, made)
        self.history.add(change)
        self._put_in_place(change, new)
        return change.id

    def _change(self, file: str, old: bytes | None, new: bytes | None) -> FileChange:
        before = self._keep(file, old)
        return FileChange(file, before, self._keep(file, new, before, old))

    def _keep(
        self, file: str, text: bytes | None, like: str = "", base: bytes | None = None,
        *, at_once: bool = True,
    ) -> str:  # fmt: skip
        if text is None:
            return ""
        if file in PERSONAL:
            return digest(text)
        return self.texts.keep(text, like, base, at_once=at_once)

    def _finish(self) -> None:
        """Put the files of a change in place that a crash came upon."""
        last = self.history.last()
        if last and last.id != self._state()[0]:
            self._put_in_place(last)
        elif not (self._own / "state.json").exists():
            # Before the first line: without it a change that a crash comes upon would look made.
            self._write_state(*self._state())

    def _put_in_place(self, change: Change, made: Mapping[str, bytes | None] | None = None) -> None:
        """Give the files the texts they have after a change; `made`: these, if just now decided.

        After a crash only a file that is as before is touched: another was changed since.
        """
        _, known = self._state()
        for one in change.files:
            path = self.folder / one.file
            if made is not None:
                self._place(path, one, made[one.file])
            elif one.before != one.after and _digest_of(path) == one.before:
                self._place(path, one, None)
            known.pop(one.file, None)
            if path.is_file():
                known[one.file] = _stamp(path, one.after if made is not None else "")
        self._write_state(change.id, known)
        for left in (*(self._own / "pending").glob("*"), *self._scratch.glob("*")):
            left.unlink()

    def _place(self, path: Path, one: FileChange, text: bytes | None) -> None:
        if not one.after:
            path.unlink(missing_ok=True)
            sync_folder(path.parent)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            pending = self._own / "pending" / one.after
            text = pending.read_bytes() if one.file in PERSONAL else self.texts.read(one.after)
        replace_durably(path, text, self._scratch)

    def _note_untold(self) -> None:
        _, known = self._state()
        found = {
            path.relative_to(self.folder).as_posix(): path
            for pattern in (*KEPT, *PERSONAL) for path in self.folder.glob(pattern)
        }  # fmt: skip
        made, stamps = [], {}
        for file, path in found.items():
            before = known.get(file)
            status = path.stat()
            if before and before[:2] == (status.st_mtime_ns, status.st_size):
                stamps[file] = before
                continue
            stamps[file] = _stamp(path)
            if stamps[file][2] != (before[2] if before else ""):
                like = before[2] if before else ""
                after = self._keep(file, path.read_bytes(), like, at_once=False)
                made.append(FileChange(file, before[2] if before else "", after))
        made += [FileChange(f, stamp[2], "") for f, stamp in known.items() if f not in found]
        last = self.history.last()
        number = last.id if last else 0
        if made:
            number += 1
            # Once for all: a big shop has ten thousand files at first.
            os.sync()
            why = "changed outside of shopdesk" if last else "as it was found"
            self.history.add(Change(number, self._clock(), UNTOLD, why, tuple(made)))
        if stamps != known:
            self._write_state(number, stamps)

    def _state(self) -> tuple[int, dict[str, Stamp]]:
        """The last change that is in place, and the files as they were known then."""
        try:
            values = json.loads((self._own / "state.json").read_text("utf-8"))
            files = {f: (int(t), int(size), str(sha)) for f, (t, size, sha) in
                     values["files"].items()}  # fmt: skip
            return int(values["applied"]), files
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            # Lost with all stamps: what the history tells last of each file stands in for it.
            told = {
                one.file: one.after for change in self.history.changes() for one in change.files
            }
            last = self.history.last()
            return last.id if last else 0, {f: (0, 0, sha) for f, sha in told.items() if sha}

    def _write_state(self, applied: int, files: Mapping[str, Stamp]) -> None:
        text = json.dumps({"applied": applied, "files": files})
        replace_durably(self._own / "state.json", text.encode(), self._scratch)


def _stamp(path: Path, sha: str = "") -> Stamp:
    """`sha`: of its text, where that is known."""
    status = os.stat(path)  # noqa: PTH116 - before the text: a later change shows again
    return status.st_mtime_ns, status.st_size, sha or digest(path.read_bytes())


def _digest_of(path: Path) -> str:
    return digest(path.read_bytes()) if path.is_file() else ""
