"""The default model made ready once: assembled, verified, converted, the adapter merged."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from io import StringIO
from pathlib import Path

from engine.errors import ModelError
from engine.generation.gguf_parts import (
    GGUF_BYTES,
    GGUF_SHA256,
    assemble,
    file_sha256,
    part_paths,
)
from engine.generation.merge import CONFIG, WEIGHTS, merge_adapter, shipped_adapter
from engine.model_cache import (
    MANIFEST,
    is_complete,
    one_at_a_time,
    publish_folder,
    unwritten,
)
from engine.progress import Advance, Step, shown_stages
from engine.settings import Settings

MODEL_NAME = "gemma-3-270m"
FORMAT_VERSION = 1
"""Raise when the prepared folder's content changes for the same model and adapter."""
_GGUF = "model.gguf"
_WEIGHTS = "model.safetensors"
_ERROR_LEVEL = 40


def prepare_default_model(
    settings: Settings, progress: bool = True, adapter: Path | None = None
) -> Path:
    """The folder of the default model, prepared under `settings.cache` if it is not yet.

    `adapter` takes another adapter than the shipped one. Safe to call from several processes;
    interrupted work is taken up again. Raises ModelError with a mend.
    """
    adapter = adapter or shipped_adapter()
    models = settings.cache / "models"
    folder = models / _folder_name(adapter)
    if is_complete(folder):
        return folder
    with one_at_a_time(models), shown_stages(progress, GGUF_BYTES) as (step, advance):
        if is_complete(folder):
            return folder
        base = _prepare_base(models, step, advance)
        if adapter is None:
            return base
        step("merging the adapter")
        return publish_folder(folder, lambda work: _merge(base, adapter, work))


def prepare_base_model(settings: Settings, progress: bool = True) -> Path:
    """The default model without an adapter, for training. Raises ModelError with a mend."""
    models = settings.cache / "models"
    base = models / _folder_name(None)
    if is_complete(base):
        return base
    with one_at_a_time(models), shown_stages(progress, GGUF_BYTES) as (step, advance):
        return _prepare_base(models, step, advance)


def prepared_model(settings: Settings) -> Path | None:
    """The folder `prepare_default_model` would take as it is, or None before that has run."""
    folder = settings.cache / "models" / _folder_name(shipped_adapter())
    return folder if is_complete(folder) else None


def _folder_name(adapter: Path | None) -> str:
    parts = [MODEL_NAME, GGUF_SHA256[:12]]
    if adapter is not None:
        both = file_sha256(adapter / WEIGHTS) + file_sha256(adapter / CONFIG)
        parts.append(hashlib.sha256(both.encode()).hexdigest()[:12])
    return "-".join([*parts, f"v{FORMAT_VERSION}"])


def _prepare_base(models: Path, step: Step, advance: Advance) -> Path:
    base = models / _folder_name(None)
    if is_complete(base):
        return base
    work = models / f".{MODEL_NAME}-gguf"
    step("checking the default model")
    try:
        work.mkdir(exist_ok=True)
        gguf = assemble(part_paths(), work / _GGUF, advance=advance)
    except OSError as error:
        raise unwritten(models, error) from error
    step("converting the model (once, about a minute)")
    publish_folder(base, lambda folder: _convert(gguf, folder))
    shutil.rmtree(work)
    return base


def _convert(gguf: Path, folder: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    with _quiet_transformers():
        tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
        tokenizer.save_pretrained(folder)
        model = AutoModelForCausalLM.from_pretrained(
            gguf.parent, gguf_file=gguf.name, dtype=torch.bfloat16
        )
        # A GGUF load leaves its quantiser behind, and save_pretrained refuses while it is there.
        vars(model)["hf_quantizer"] = None
        if hasattr(model.config, "quantization_config"):
            del model.config.quantization_config
        model.save_pretrained(folder)


def _merge(base: Path, adapter: Path, work: Path) -> None:
    for file in base.iterdir():
        if file.name not in (_WEIGHTS, MANIFEST):
            shutil.copy2(file, work / file.name)
    merge_adapter(base / _WEIGHTS, adapter, work / _WEIGHTS)


@contextmanager
def _quiet_transformers() -> Iterator[None]:
    """No progress bars or notes from the libraries: ours is shown."""
    from transformers.utils import logging

    level = logging.get_verbosity()
    logging.set_verbosity(_ERROR_LEVEL)
    try:
        with redirect_stderr(StringIO()):
            yield
    finally:
        logging.set_verbosity(level)


def model_folder(name: str) -> Path:
    """A local model folder, or a hub model fetched to its cache. Raises ModelError."""
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    from huggingface_hub import snapshot_download

    try:
        return Path(
            snapshot_download(name, allow_patterns=["*.json", "*.safetensors", "*.model", "*.txt"])
        )
    except Exception as error:
        raise ModelError(
            f"the model {name} is neither a folder nor to be had from the hub",
            where="SHOPDESK_MODEL",
            mend="give the path of a model folder, or unset it to use the default model.",
        ) from error
