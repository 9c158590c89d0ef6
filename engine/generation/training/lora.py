"""The model in training: a frozen base with low-rank changes, and the adapter's files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.generation.merge import CONFIG, PREFIX, WEIGHTS
from engine.generation.prepare import MODEL_NAME
from engine.generation.prompts import LAYOUT_VERSION
from engine.generation.training.encoding import Batch

if TYPE_CHECKING:
    from torch import Tensor

RANK, ALPHA = 16, 32
TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
_MARK = ".default."


class LoraModel:
    """A base model with low-rank weights to learn. Sums the loss over answer tokens only."""

    def __init__(self, base: Any, *, rank: int = RANK, alpha: int = ALPHA) -> None:
        from peft import LoraConfig, inject_adapter_in_model

        config = LoraConfig(r=rank, lora_alpha=alpha, target_modules=list(TARGETS), lora_dropout=0)
        self._rank, self._alpha = rank, alpha
        # In place and in the type of the base; the optimiser keeps its own float32 copies.
        self._causal: Any = inject_adapter_in_model(config, base)
        self.device = next(base.parameters()).device

    @classmethod
    def load(cls, folder: Path) -> LoraModel:
        """The prepared base in `folder`, in bfloat16, on a CUDA device where there is one."""
        import torch
        from transformers import AutoModelForCausalLM

        device = "cuda" if torch.cuda.is_available() else "cpu"
        base: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16)
        return cls(base.to(device))

    def weights(self) -> dict[str, Tensor]:
        """The weights that are learnt, by the names their file gives them."""
        named = self._causal.named_parameters()
        return {PREFIX + n.replace(_MARK, "."): w for n, w in named if w.requires_grad}

    def loss(self, batch: Batch) -> Tensor:
        """The sum of the losses of the batch's answer tokens."""
        from torch.nn.functional import cross_entropy

        # Right padding under a causal mask: no mask of its own is needed.
        hidden = self._causal.model(input_ids=batch.ids.to(self.device), use_cache=False)
        chosen = hidden.last_hidden_state[batch.rows.to(self.device), batch.places.to(self.device)]
        # The vocabulary is large: logits are made for these places alone.
        logits = self._causal.lm_head(chosen).float()
        return cross_entropy(logits, batch.targets.to(self.device), reduction="sum")

    def save(self, folder: Path, weights: Mapping[str, Tensor], notes: Mapping[str, Any]) -> None:
        """Write an adapter folder from `weights`, each file whole or not at all."""
        import torch
        from safetensors.torch import save_file

        folder.mkdir(parents=True, exist_ok=True)
        small = {n: w.detach().to(torch.bfloat16).cpu().contiguous() for n, w in weights.items()}
        partial = folder / f".{WEIGHTS}.partial"
        save_file(small, partial, metadata={"format": "pt"})
        partial.replace(folder / WEIGHTS)
        config = {
            "peft_type": "LORA",
            "task_type": "CAUSAL_LM",
            "base_model_name_or_path": MODEL_NAME,
            "r": self._rank,
            "lora_alpha": self._alpha,
            "lora_dropout": 0.0,
            "bias": "none",
            "target_modules": list(TARGETS),
            "prompt_layout": LAYOUT_VERSION,
            **notes,
        }
        partial = folder / f".{CONFIG}.partial"
        partial.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
        partial.replace(folder / CONFIG)


def read_adapter(folder: Path) -> dict[str, Tensor]:
    """The weights of an adapter folder."""
    from safetensors.torch import load_file

    return load_file(folder / WEIGHTS)
