"""A trained behaviour model, ready to rank, and its files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engine.errors import ModelError
from engine.recommend.attention import BehaviourModel, Shape
from engine.recommend.histories import Histories
from engine.recommend.windows import padded

WEIGHTS, ABOUT = "model.safetensors", "model.json"
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

    def log_odds(self, histories: Histories, shoppers: Sequence[int]) -> Iterator[Scores]:
        """log P(product next) of each shopper with a history, (products,) each."""
        for start in range(0, len(shoppers), AT_ONCE):
            parts = [histories.of(shopper) for shopper in shoppers[start : start + AT_ONCE]]
            with torch.inference_mode():
                scores = self.wanted(histories, parts) @ self.items.T
                yield from torch.log_softmax(scores, dim=1).numpy()

    def save(self, folder: Path, products: Sequence[str]) -> None:
        """Write the weights and what they are of."""
        from safetensors.torch import save_file

        folder.mkdir(parents=True, exist_ok=True)
        state = {name: value.contiguous() for name, value in self.model.state_dict().items()}
        save_file(state, folder / WEIGHTS)
        about = {"shape": asdict(self.model.shape), "products": list(products)}
        (folder / ABOUT).write_text(json.dumps(about, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, folder: Path, products: Sequence[str], content: Tensor | None) -> Behaviour:
        """The model of a folder, for these products: what it never saw stands by its content.

        Raises ModelError where the files are broken or the content has another width.
        """
        from safetensors.torch import load_file

        try:
            about = json.loads((folder / ABOUT).read_text("utf-8"))
            state, known = load_file(folder / WEIGHTS), list(about["products"])
            shape = Shape(**about["shape"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"the recommender cannot be read ({type(error).__name__})",
                             where=str(folder), mend="run `shopdesk train recommender`.") from error  # fmt: skip
        if shape.content != (0 if content is None else content.shape[1]):
            raise ModelError("the recommender was trained with another encoder", where=str(folder),
                             mend="run `shopdesk train recommender`.")  # fmt: skip
        number = {product: i for i, product in enumerate(known)}
        rows = torch.tensor([number.get(product, -1) for product in products])
        for name in ("learned", "seen"):
            taken = state[name][rows.clamp(min=0)]
            taken[rows < 0] = 0
            state[name] = taken
        model = BehaviourModel(replace(shape, products=len(products)), content)
        model.load_state_dict(state)
        return cls.of(model)
