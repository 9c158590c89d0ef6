"""A trained behaviour model, ready to rank, and its files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from engine.errors import ModelError
from engine.recommend.attention import BehaviourModel, Shape
from engine.recommend.histories import Histories, Ints
from engine.recommend.windows import padded

WEIGHTS = "model.safetensors"
_BROKEN = (OSError, ValueError, TypeError, LookupError, RuntimeError, SafetensorError)
_MEND = "run `shopdesk train recommender`."
AT_ONCE = 256
"""Shoppers whose scores are worked out together."""
Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A model with the vectors of its products (products, width), worked out once."""

    model: BehaviourModel
    items: Tensor

    @classmethod
    def of(cls, model: BehaviourModel) -> Behaviour:
        """A model as it stands."""
        model.eval()
        with torch.inference_mode():
            return cls(model, model.items().float().clone())

    def wanted(self, histories: Histories, parts: Sequence[slice]) -> Tensor:
        """What is wanted after parts of histories, none of them empty: (parts, width)."""
        most = self.model.shape.events
        parts = [slice(max(rows.start, rows.stop - most), rows.stop) for rows in parts]
        with torch.inference_mode():
            found = self.model(self.items, *padded(histories, parts))
            last = torch.tensor([rows.stop - rows.start - 1 for rows in parts])
            wanted: Tensor = found[torch.arange(len(parts)), last].float()
            return wanted

    def logits(self, wanted: Tensor, among: Ints | None = None) -> Tensor:
        """Log-odds of every product (or of those `among`), up to a constant: (rows, products)."""
        if among is None:
            return wanted @ self.items.T + self.model.prior
        chosen = torch.from_numpy(among)
        return wanted @ self.items[chosen].T + self.model.prior[chosen]

    def save(self, folder: Path, products: Sequence[str]) -> None:
        """Write the weights and what they are of, in one file that is whole or not there."""
        from safetensors.torch import save_file

        folder.mkdir(parents=True, exist_ok=True)
        state = {name: value.contiguous() for name, value in self.model.state_dict().items()}
        about = {"shape": asdict(self.model.shape), "products": list(products)}
        partial = folder / f".{WEIGHTS}.partial"
        save_file(state, partial, metadata={"about": json.dumps(about)})
        partial.replace(folder / WEIGHTS)

    @classmethod
    def load(cls, folder: Path, products: Sequence[str], content: Tensor | None) -> Behaviour:
        """The model of a folder, for these products: what it never saw stands by its content.

        Raises ModelError where the file is broken or the content has another width.
        """
        try:
            with safe_open(folder / WEIGHTS, framework="pt") as file:
                about = json.loads((file.metadata() or {})["about"])
                state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            shape = Shape(**about["shape"])
            if shape.content != (0 if content is None else content.shape[1]):
                raise ModelError("the recommender was trained with another encoder",
                                 where=str(folder), mend=_MEND)  # fmt: skip
            number = {product: i for i, product in enumerate(about["products"])}
            rows = torch.tensor([number.get(product, -1) for product in products]).long()
            for name in ("learned", "seen", "prior"):
                taken = state[name][rows.clamp(min=0)]
                taken[rows < 0] = state[name].min() if name == "prior" else 0
                state[name] = taken
            model = BehaviourModel(replace(shape, products=len(products)), content)
            model.load_state_dict(state)
        except _BROKEN as error:
            raise ModelError(f"the recommender cannot be read ({type(error).__name__})",
                             where=str(folder), mend=_MEND) from error  # fmt: skip
        return cls.of(model)
