"""A training run on disk, written whole, so that a stopped one goes on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from engine.recommend.histories import Histories

if TYPE_CHECKING:
    from engine.recommend.training import Options, Run

_MOMENTS = ("exp_avg", "exp_avg_sq")
_PLAIN = ("epoch", "seconds", "best", "best_epoch", "losses", "figures")


class Checkpoint:
    """The file of one run; a file of another run (other options or events) is passed over."""

    def __init__(
        self, path: Path, options: Options, histories: Histories, content: Tensor | None = None
    ) -> None:
        self._path = path
        told = repr((asdict(options), histories.products)).encode()
        rows = [histories.starts, histories.product, histories.kind, histories.day,
                histories.basket]  # fmt: skip
        if content is not None:
            rows.append(content.numpy())
        digest = hashlib.sha256(told)
        for array in rows:
            digest.update(array.tobytes())
        self._name = digest.hexdigest()

    def write(self, run: Run) -> None:
        """Keep a run, in place of what was kept before."""
        from safetensors.torch import save_file

        tensors: dict[str, Tensor] = {}
        for name, value in run.model.state_dict().items():
            tensors[f"model/{name}"] = value.clone()
        for name, value in run.average.state_dict().items():
            tensors[f"average/{name}"] = value.clone()
        for name, value in run.best_weights.items():
            tensors[f"best/{name}"] = value.clone()
        for name, weight in run.model.named_parameters():
            for moment in _MOMENTS:
                if moment in run.optimiser.state[weight]:
                    tensors[f"{moment}/{name}"] = run.optimiser.state[weight][moment].clone()
        steps = max((float(s["step"]) for s in run.optimiser.state.values()), default=0.0)
        plain = {field: getattr(run, field) for field in _PLAIN}
        about = {"name": self._name, "steps": steps, "run": plain}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_name(f".{self._path.name}.partial")
        save_file(tensors, partial, metadata={"about": json.dumps(about)})
        partial.replace(self._path)

    def resume(self, run: Run) -> None:
        """Bring a run that has just been set up to where the kept one ended."""
        from safetensors import SafetensorError, safe_open

        if not self._path.is_file():
            return
        try:
            with safe_open(self._path, framework="pt") as file:
                about = json.loads((file.metadata() or {}).get("about", "{}"))
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except SafetensorError:
            return
        if about.get("name") != self._name:
            return
        if _part(tensors, "model/").keys() != run.model.state_dict().keys():
            return  # Of another version of the model.
        run.model.load_state_dict(_part(tensors, "model/"))
        run.average.load_state_dict(_part(tensors, "average/"))
        run.best_weights = _part(tensors, "best/")
        for field in _PLAIN:
            setattr(run, field, about["run"][field])
        for name, weight in run.model.named_parameters():
            if f"{_MOMENTS[0]}/{name}" in tensors:
                run.optimiser.state[weight] = {
                    "step": torch.tensor(about["steps"]),
                    **{moment: tensors[f"{moment}/{name}"] for moment in _MOMENTS},
                }

    def remove(self) -> None:
        """The run has ended."""
        self._path.unlink(missing_ok=True)


def _part(tensors: dict[str, Tensor], head: str) -> dict[str, Tensor]:
    return {name.removeprefix(head): v for name, v in tensors.items() if name.startswith(head)}
