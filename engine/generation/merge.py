"""A LoRA adapter merged into a base model's weights, tensor by tensor."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import ModelError
from engine.generation.prompts import LAYOUT_VERSION

if TYPE_CHECKING:
    from torch import Tensor

ADAPTER_FOLDER = Path(__file__).parent / "adapter"
WEIGHTS = "adapter_model.safetensors"
CONFIG = "adapter_config.json"
PREFIX = "base_model.model."


def shipped_adapter() -> Path | None:
    """The folder of the adapter that ships with shopdesk, or None where there is none."""
    return ADAPTER_FOLDER if (ADAPTER_FOLDER / WEIGHTS).is_file() else None


def merge_adapter(base: Path, adapter: Path, out: Path) -> None:
    """Write `base` (a safetensors file) with `adapter` (a folder) merged to the file `out`.

    Sums in float32, rounds once to the base's own type. Raises ModelError where the adapter
    does not belong to the base.
    """
    from safetensors.torch import load_file, save_file

    config = json.loads((adapter / CONFIG).read_text(encoding="utf-8"))
    if config.get("prompt_layout", LAYOUT_VERSION) != LAYOUT_VERSION:
        raise ModelError("the adapter was trained for another layout of prompts",
                         where=str(adapter), mend="train the adapter again.")  # fmt: skip
    scale = float(config["lora_alpha"]) / float(config["r"])
    low_rank = load_file(adapter / WEIGHTS)
    weights = load_file(base)
    for name in sorted(n for n in low_rank if n.endswith(".lora_A.weight")):
        target = name.removeprefix(PREFIX).replace(".lora_A.weight", ".weight")
        if target not in weights:
            raise ModelError(f"the adapter changes {target}, which the model lacks",
                             where=str(adapter), mend="train the adapter again.")  # fmt: skip
        up = low_rank[name.replace(".lora_A.", ".lora_B.")]
        weights[target] = _merged(weights[target], low_rank[name], up, scale)
    save_file(weights, out, metadata={"format": "pt"})


def _merged(weight: Tensor, down: Tensor, up: Tensor, scale: float) -> Tensor:
    delta = up.float() @ down.float()
    return (weight.float() + scale * delta).to(weight.dtype).contiguous()
