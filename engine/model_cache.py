"""Prepared models in the cache: written whole or not at all, one process at a time."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import ModelError

MANIFEST = "manifest.json"
BYTES_NEEDED = 1_400_000_000
"""Disk space a preparation takes at its height, as an error names it."""

Step = Callable[[str], None]
Advance = Callable[[int], None]


def is_complete(folder: Path) -> bool:
    """Whether a prepared folder holds every file of its manifest at its full size."""
    try:
        sizes = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["bytes"]
        return all((folder / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError, KeyError):
        return False


def publish_folder(folder: Path, fill: Callable[[Path], object]) -> Path:
    """Fill a temporary folder, then rename it into place: never a half-written model."""
    from safetensors import SafetensorError

    work = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(work, ignore_errors=True)
    try:
        work.mkdir()
        fill(work)
        files = sorted(path for path in work.rglob("*") if path.is_file())
        sizes = {file.relative_to(work).as_posix(): file.stat().st_size for file in files}
        (work / MANIFEST).write_text(
            json.dumps({"model": folder.name, "bytes": sizes}, indent=2), encoding="utf-8"
        )
    except BaseException as error:
        shutil.rmtree(work, ignore_errors=True)
        # safetensors tells of a full disk by an error of its own.
        if isinstance(error, OSError | SafetensorError):
            raise unwritten(folder.parent, error) from error
        raise
    shutil.rmtree(folder, ignore_errors=True)
    return work.replace(folder)


def unwritten(where: Path, error: Exception) -> ModelError:
    """The error of a disk that is full or may not be written."""
    said = error.strerror if isinstance(error, OSError) else None
    return ModelError(
        f"the model could not be written: {said or error}",
        where=str(where),
        mend=f"free at least {BYTES_NEEDED / 1e9:.1f} GB there, "
        "or set SHOPDESK_CACHE to a folder on a larger disk.",
    )


@contextmanager
def one_at_a_time(models: Path, lock_name: str = ".lock") -> Iterator[None]:
    """Hold a lock file, so that two processes never prepare the same at once."""
    import fcntl

    try:
        models.mkdir(parents=True, exist_ok=True)
        lock = (models / lock_name).open("w")
    except OSError as error:
        raise ModelError(f"the model cache cannot be written: {error.strerror}",
                         where=str(models), mend="set SHOPDESK_CACHE to a folder you may write."
                         ) from error  # fmt: skip
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def shown_progress(shown: bool, total: int) -> Iterator[tuple[Step, Advance]]:
    """A bar on stderr: the first step counts up to `total` bytes, later ones only spin."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    # Our own handle on stderr: the libraries' bars are silenced by redirecting sys.stderr.
    console = Console(file=sys.stderr)
    with Progress(
        *columns, console=console, disable=not shown, redirect_stdout=False, redirect_stderr=False
    ) as bar:
        tasks: list[int] = []

        def step(text: str) -> None:
            if tasks:
                bar.update(bar.task_ids[-1], total=1, completed=1)
            tasks.append(bar.add_task(text, total=None if tasks else total))

        def advance(count: int) -> None:
            bar.update(bar.task_ids[-1], advance=count)

        yield step, advance
