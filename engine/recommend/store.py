"""A shop's recommenders on disk: one folder each, and which of them is live."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from torch import Tensor

from engine.errors import ModelError
from engine.recommend.behaviour import Behaviour
from engine.recommend.content import likeness
from engine.recommend.histories import Floats, Histories
from engine.recommend.learned import Learned
from engine.recommend.live import FOLDER
from engine.recommend.parts import (
    CONTENT,
    ITEM_KNN,
    NEIGHBOURS,
    POPULARITY,
    TRANSFORMER,
    Attention,
    Blend,
    Neighbours,
    Popularity,
    RankingPart,
)

ABOUT, COUNTS = "about.json", "counts.npz"
LEARNED_NEIGHBOURS = (NEIGHBOURS, ITEM_KNN)
"""Parts whose likeness is learned; that of CONTENT is worked out anew."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A recommender as it was learned. `about`: its figures and what it learned from."""

    products: tuple[str, ...]
    blend: Blend
    seen: Floats
    about: Mapping[str, Any]

    @classmethod
    def of(cls, histories: Histories, blend: Blend, about: Mapping[str, Any]) -> Stored:
        """What was just learned from histories."""
        seen = np.bincount(histories.product, minlength=len(histories.products))
        return cls(histories.products, blend, seen.astype(float), about)

    def write(self, home: Path, version: str) -> Path:
        """Write the folder of a version, whole or not at all; it is not live yet."""
        final = home / FOLDER / version
        folder = final.with_name(f".{version}.partial")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        parts = self.blend.parts
        if isinstance(model := parts.get(TRANSFORMER), Attention):
            model.behaviour.save(folder, self.products)
        for name in LEARNED_NEIGHBOURS:
            if isinstance(near := parts[name], Neighbours):
                sparse.save_npz(folder / f"{name}.npz", near.knn.similarity)
        if isinstance(popular := parts[POPULARITY], Popularity):
            np.savez(folder / COUNTS, seen=self.seen, popular=popular.share.numpy())
        about = {
            "products": list(self.products), "weights": dict(self.blend.weights),
            "model": TRANSFORMER in parts, **self.about,
        }  # fmt: skip
        (folder / ABOUT).write_text(json.dumps(about, ensure_ascii=False, indent=1), "utf-8")
        shutil.rmtree(final, ignore_errors=True)
        folder.rename(final)
        return final


def read_learned(folder: Path, products: Sequence[str], content: Tensor | None) -> Learned:
    """A stored recommender over today's catalogue: what it never saw stands by its content.

    Raises ModelError where its files are broken.
    """
    try:
        about = read_about(folder)
        with np.load(folder / COUNTS, allow_pickle=False) as counts:
            seen, popular = counts["seen"], counts["popular"]
        weights = {str(name): float(weight) for name, weight in about["weights"].items()}
        moved = _moved(about["products"], products)
        near = {name: sparse.load_npz(folder / f"{name}.npz") for name in LEARNED_NEIGHBOURS
                if weights.get(name)}  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _broken(folder, error) from error
    popularity = Popularity(_tensor(moved @ popular))
    parts: dict[str, RankingPart] = {POPULARITY: popularity}
    for name, similarity in near.items():
        alike = sparse.csr_matrix(moved @ similarity @ moved.T)
        parts[name] = Neighbours.named(name, alike)
    if about.get("model") and weights.get(TRANSFORMER):
        parts[TRANSFORMER] = Attention(Behaviour.load(folder, products, content))
    if content is not None:
        parts[CONTENT] = Neighbours.named(CONTENT, likeness(content.numpy()))
    return Learned(products, Blend(parts, weights), moved @ seen, popularity.share.double().numpy())


def read_about(folder: Path) -> dict[str, Any]:
    """What a stored recommender says of itself. Raises ModelError."""
    try:
        about: dict[str, Any] = json.loads((folder / ABOUT).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise _broken(folder, error) from error
    return about


def _broken(folder: Path, error: Exception) -> ModelError:
    return ModelError(
        f"the recommender cannot be read ({type(error).__name__})",
        where=str(folder), mend="run `shopdesk train recommender`.",
    )  # fmt: skip


def _moved(before: Sequence[str], now: Sequence[str]) -> sparse.csr_matrix:
    """The matrix (now, before) that takes what was learned by product to today's numbers."""
    number = {product: i for i, product in enumerate(before)}
    pairs = [(row, number[product]) for row, product in enumerate(now) if product in number]
    rows, columns = zip(*pairs, strict=True) if pairs else ((), ())
    shape = (len(now), len(before))
    return sparse.csr_matrix((np.ones(len(pairs)), (rows, columns)), shape=shape)


def _tensor(values: Floats) -> Tensor:
    import torch

    return torch.from_numpy(np.asarray(values, dtype=np.float32))
