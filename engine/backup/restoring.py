"""Makes a home of a backup, all or nothing; what stood there is moved aside, never deleted."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from redis import Redis

from engine import valkey
from engine.backup import journal_rows, store_keys
from engine.backup.archive import Archive, Told
from engine.backup.saving import HOME, JOURNAL_FILE, JOURNAL_ROWS, STORE_KEYS
from engine.errors import BackupError, StoreError
from engine.journal import Journal
from engine.keys import MESSAGE_TTL_S
from engine.locks import RUN_LOCK, held_alone
from engine.progress import Steps
from engine.settings import Settings
from engine.valkey_files import locked

SPARE_BYTES = 64 * 2**20
"""Room that stays free on the disk."""
PASSING = ("lock", "socket.path", "valkey.log", "valkey.pid", "valkey.sock")


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back. `aside`: where the home that stood there lies now."""

    home: Path
    made_at: str
    live: str
    files: int
    keys: int
    rows: int
    aside: Path | None
    shop_was_elsewhere: bool


def restore(
    settings: Settings,
    path: Path,
    told: Steps,
    *,
    replace_home: bool = False,
    inboxes: Sequence[str] = (),
) -> Restored:
    """Restore into `settings.home`; call it from the main thread.

    A Redis or a database that the settings name must hold nothing of ours. What waits in the
    streams `inboxes` for longer than a message may is left out. Raises BackupError, StoreError,
    OSError; then the home is as it was.
    """
    home = settings.home.absolute()
    with ExitStack() as held:
        archive = held.enter_context(Archive(path))
        held.enter_context(_unused(home, replace_home=replace_home))
        home.parent.mkdir(parents=True, exist_ok=True)
        _refuse_too_large(archive, home.parent)
        _refuse_used_places(settings)
        scratch = held.enter_context(_scratch(home))
        files = _unpack(archive, scratch, told)
        made = scratch / HOME
        made.mkdir(mode=0o700, exist_ok=True)
        keys = _fill_store(replace(settings, home=made), scratch, inboxes)
        rows = _fill_journal(replace(settings, home=made), scratch)
        aside = _put_in_place(made, home)
    about = archive.about
    return Restored(
        home, str(about.get("made_at", "")), str(about.get("live", "")), files, keys, rows, aside,
        bool(about.get("shop_was_elsewhere")),
    )  # fmt: skip


@contextmanager
def _unused(home: Path, *, replace_home: bool) -> Iterator[None]:
    """Nobody works in the home meanwhile. Raises BackupError where it is in use or not empty."""
    if home.is_symlink() or (home.exists() and not home.is_dir()):
        raise BackupError("no folder", where=str(home), mend="name another with --home.")
    if not home.is_dir() or not any(home.iterdir()):
        yield
        return
    if not replace_home:
        raise BackupError(
            "this home is not empty", where=str(home),
            mend="name an empty one with --home, or say --replace: what is there is moved aside.",
        )  # fmt: skip
    if os.path.ismount(home):
        raise BackupError(
            "a folder where a disk is mounted cannot be moved aside", where=str(home),
            mend="restore into a folder beside it or on it, and name that one as SHOPDESK_HOME.",
        )  # fmt: skip
    with ExitStack() as held:
        try:
            held.enter_context(held_alone(home / RUN_LOCK))
        except BlockingIOError:
            raise _in_use(home, "`shopdesk run` runs here") from None
        if (home / "valkey").is_dir() and held.enter_context(locked(home / "valkey")) is None:
            raise _in_use(home, "a shopdesk still works here")
        yield


def _in_use(home: Path, what: str) -> BackupError:
    return BackupError(what, where=str(home), mend="stop it, then restore again.")


def _refuse_too_large(archive: Archive, folder: Path) -> None:
    free = shutil.disk_usage(folder).free - SPARE_BYTES
    if archive.size > free:
        raise BackupError(
            f"this backup is {archive.size >> 20} MiB unpacked, {max(0, free) >> 20} MiB are free",
            where=str(folder), mend="make room, or name a home on another disk with --home.",
        )  # fmt: skip


def _refuse_used_places(settings: Settings) -> None:
    """What cannot be moved aside is never overwritten."""
    if settings.database_url:
        with closing(Journal.open(settings)) as journal:
            if journal_rows.count_rows(journal):
                raise BackupError("this database has a journal already", where="DATABASE_URL",
                                  mend="name an empty database.")  # fmt: skip
    if settings.redis_url:
        with closing(_raw(settings)) as client:
            if store_keys.has_keys(client):
                raise BackupError(
                    "this Redis has conversations of a shopdesk already", where="REDIS_URL",
                    mend="name an empty one, or another database of it such as redis://host/1.",
                )  # fmt: skip


@contextmanager
def _scratch(home: Path) -> Iterator[Path]:
    """A folder beside the home; those that killed restores left are taken away."""
    prefix = f".{home.name}.restoring-"
    for left in home.parent.glob(f"{prefix}*"):
        with _alone(left) as mine:
            if mine:
                shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(dir=home.parent, prefix=prefix))
    with _alone(folder):
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Whether no other process works in this scratch folder, which is then ours."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(handle)


def _unpack(archive: Archive, scratch: Path, told: Steps) -> int:
    """All members, each checked; how many there were."""
    done, whole = 0, archive.size or 1

    def more(count: int) -> None:
        nonlocal done
        done += count
        told(done, whole)

    for name in archive.members:
        if not (name.startswith(f"{HOME}/") or name in (JOURNAL_ROWS, STORE_KEYS)):
            raise BackupError(f"{name!r} is no part of a backup", where=str(archive.path),
                              mend="restore it with the shopdesk that made it.")  # fmt: skip
        _unpack_one(archive, name, scratch / name, more)
    return len(archive.members)


def _unpack_one(archive: Archive, name: str, path: Path, told: Told) -> None:
    member = archive.members[name]
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        archive.copy(name, file, told)
        file.flush()
        os.fchmod(file.fileno(), (member.mode & 0o755) | 0o600)
        os.utime(file.fileno(), ns=(member.changed_ns, member.changed_ns))
        os.fsync(file.fileno())


def _fill_store(settings: Settings, scratch: Path, inboxes: Sequence[str]) -> int:
    """Put the conversations into the Redis of the settings, else into a Valkey of the home."""
    path = scratch / STORE_KEYS
    if not path.is_file():
        return 0
    server = None
    if settings.redis_url is None:
        server = valkey.start(settings.home)
        settings = replace(settings, redis_url=f"unix://{server.socket}")
    try:
        with path.open("rb") as lines, closing(_raw(settings)) as client:
            count = store_keys.put_keys(client, store_keys.from_lines(lines))
            store_keys.drop_stale(client, inboxes, MESSAGE_TTL_S)
    finally:
        if server is not None:
            server.stop()
            for name in PASSING:
                (settings.home / "valkey" / name).unlink(missing_ok=True)
    return count


def _fill_journal(settings: Settings, scratch: Path) -> int:
    """Put rows where the settings have their journal; how many there are."""
    rows, file = scratch / JOURNAL_ROWS, settings.home / JOURNAL_FILE
    elsewhere = replace(settings, database_url=None)
    if rows.is_file():
        with rows.open("rb") as lines, closing(Journal.open(settings)) as journal:
            return journal_rows.write_rows(journal, journal_rows.from_lines(lines))
    if not file.is_file():
        return 0
    try:
        with closing(Journal.open(elsewhere)) as found:
            if settings.database_url is None:
                counted = journal_rows.count_rows(found)
                found.wipe_log()
                return counted
            with closing(Journal.open(settings)) as journal:
                count = journal_rows.write_rows(journal, journal_rows.read_rows(found))
    except sqlite3.Error as error:
        raise StoreError(f"the journal cannot be read ({error})", where=str(file)) from error
    file.unlink()
    return count


def _put_in_place(made: Path, home: Path) -> Path | None:
    """Give the new home its name; where the old one lies then."""
    if not home.is_dir() or not any(home.iterdir()):
        if os.path.ismount(home):
            for path in sorted(made.iterdir(), key=lambda p: p.name == "live"):
                # What is live comes last: without it no home is whole.
                path.rename(home / path.name)
            return None
        made.rename(home)
        return None
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    aside = Path(tempfile.mkdtemp(dir=home.parent, prefix=f"{home.name}.before-{stamp}-"))
    home.rename(aside)
    try:
        made.rename(home)
    except BaseException:
        aside.rename(home)
        raise
    return aside


def _raw(settings: Settings) -> Redis:
    """A client whose answers are bytes."""
    return Redis.from_url(str(settings.redis_url), socket_timeout=valkey.SOCKET_TIMEOUT_S)
