"""The real default model, killed once while it was made."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from engine.generation.prepare import prepare_default_model, prepared_model
from engine.settings import Settings


@dataclass(frozen=True, slots=True)
class FirstPreparation:
    """The default model in the usual cache, and what happened when it was made.

    `killed`: whether this was its first time here, and was killed; `joined_was_kept`: whether the
    file joined before was still there.
    """

    folder: Path
    killed: bool = False
    joined_was_kept: bool = False


def prepared_first() -> FirstPreparation:
    """Prepared once; on a machine that has it already nobody is killed."""
    settings = Settings.load({}, Path("no-env-file"))
    if prepared_model(settings) is not None:
        return FirstPreparation(prepare_default_model(settings, progress=False))
    models = settings.cache / "models"
    code = "from bot.cli.main import main; raise SystemExit(main(['prepare']))"
    first = subprocess.Popen([sys.executable, "-c", code], env=dict(os.environ))
    while first.poll() is None and not list(models.glob(".*.partial")):
        time.sleep(0.05)
    killed = first.poll() is None
    first.kill()
    first.wait()
    kept = (models / ".gemma-3-270m-gguf" / "model.gguf").is_file()
    return FirstPreparation(prepare_default_model(settings, progress=False), killed, kept)
