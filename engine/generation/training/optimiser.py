"""AdamW over float32 copies of the learnt weights, with warm-up, cosine and a checkpoint."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

_PARTS = ("weight", "exp_avg", "exp_avg_sq")
_CLIP = 1.0


class Optimiser:
    """Steps in float32, though the model runs in bfloat16: small changes are not rounded away."""

    def __init__(self, weights: Mapping[str, Tensor], *, rate: float, steps: int) -> None:
        import torch

        self._live = dict(weights)
        self.masters = {n: w.detach().float().clone() for n, w in weights.items()}
        self._adam = torch.optim.AdamW(self.masters.values(), lr=rate, weight_decay=0.0)
        self._rate, self._steps = rate, steps

    def rate_at(self, step: int) -> float:
        """The learning rate of a step: a short warm-up, then a cosine to a twentieth."""
        warm = max(1, self._steps // 20)
        if step < warm:
            return self._rate * (step + 1) / warm
        done = (step - warm) / max(1, self._steps - warm)
        return self._rate * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * min(done, 1.0))))

    def step(self, number: int) -> None:
        """One step with the gradients that lie on the model's weights; they are cleared."""
        import torch

        for name, master in self.masters.items():
            gradient = self._live[name].grad
            master.grad = None if gradient is None else gradient.float()
            self._live[name].grad = None
        torch.nn.utils.clip_grad_norm_(list(self.masters.values()), _CLIP)
        for group in self._adam.param_groups:
            group["lr"] = self.rate_at(number)
        self._adam.step()
        self._publish()

    def start_from(self, weights: Mapping[str, Tensor]) -> None:
        """Take over an adapter's weights."""
        for name, master in self.masters.items():
            master.data.copy_(weights[name])
        self._publish()

    def save(self, path: Path, state: Mapping[str, Any]) -> None:
        """Write everything needed to go on, with `state`, whole or not at all."""
        from safetensors.torch import save_file

        tensors = {}
        for name, master in self.masters.items():
            moments = self._adam.state.get(master, {})
            tensors[f"{name}/weight"] = master.detach().cpu()
            for part in _PARTS[1:]:
                if part in moments:
                    tensors[f"{name}/{part}"] = moments[part].cpu()
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.partial")
        save_file(tensors, partial, metadata={"state": json.dumps(state)})
        partial.replace(path)

    def load(self, path: Path, step: int) -> None:
        """Go on from a checkpoint that `save` wrote after `step` steps."""
        import torch
        from safetensors.torch import load_file

        tensors = load_file(path)
        for name, master in self.masters.items():
            master.data.copy_(tensors[f"{name}/weight"])
            if f"{name}/exp_avg" in tensors:
                self._adam.state[master] = {
                    "step": torch.tensor(float(step)),
                    **{p: tensors[f"{name}/{p}"].to(master.device) for p in _PARTS[1:]},
                }
        self._publish()

    def _publish(self) -> None:
        import torch

        with torch.no_grad():
            for name, master in self.masters.items():
                self._live[name].copy_(master)


def read_state(path: Path) -> dict[str, Any]:
    """The state beside a checkpoint's tensors."""
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        state: dict[str, Any] = json.loads(file.metadata()["state"])
    return state
