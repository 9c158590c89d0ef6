"""Prepared models in the cache: written whole or not at all, one process at a time."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from engine.errors import ModelError
from engine.locks import held_in_turn

MANIFEST = "manifest.json"
BYTES_NEEDED = 1_400_000_000
"""Disk space a preparation takes at its height, as an error names it."""


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
    with ExitStack() as held:
        try:
            held.enter_context(held_in_turn(models / lock_name))
        except OSError as error:
            raise ModelError(
                f"the model cache cannot be written: {error.strerror}",
                where=str(models), mend="set SHOPDESK_CACHE to a folder you may write.",
            ) from error  # fmt: skip
        yield
