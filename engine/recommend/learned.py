"""What was learned from shoppers, over one catalogue, and asked about one shopper at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from engine.recommend.histories import BASKET_GAP_DAYS, DAY_S, Floats, Histories, Ints
from engine.recommend.names import KINDS
from engine.recommend.parts import Attention, Blend, Neighbours
from engine.retrieval.index import DenseIndex
from engine.types import Touch

ALL_UP_TO = 20_000
"""Products that are all ranked; of more, only the likely ones are looked at."""
LIKELY = 400
"""Products each part puts forward then."""


class Learned:
    """A blend over the products of a catalogue, numbered in its order."""

    def __init__(
        self, products: Sequence[str], blend: Blend, seen: Floats, popular: Floats,
        *, all_up_to: int = ALL_UP_TO,
    ) -> None:  # fmt: skip
        """`seen` (products,): how often each was touched; `popular`: share of recent touches."""
        self.products = tuple(products)
        self.number = {product: i for i, product in enumerate(self.products)}
        self.blend, self.seen, self.popular = blend, seen, popular
        self._favourites = np.argsort(-popular, kind="stable")[:LIKELY]
        self._all = len(self.products) <= all_up_to
        self._index = None if self._all else self._indexed()

    def shares(self, histories: Sequence[Sequence[Touch]], among: Ints) -> Floats:
        """How likely each of some products is wanted after each history: (histories, among).

        Rows sum to 1, or to 0 where nothing is known.
        """
        known = self.numbered(histories)
        with torch.inference_mode():
            found = self.blend.shares(known, range(len(known)), among).double().numpy()
        shares: Floats = found / np.maximum(found.sum(axis=1, keepdims=True), 1e-12)
        return shares

    def part_shares(self, part: str, history: Sequence[Touch], among: Ints) -> Floats:
        """What one part alone says: (among,); zeros where there is no such part."""
        if part not in self.blend.parts:
            return np.zeros(len(among))
        with torch.inference_mode():
            shares = self.blend.parts[part].shares(self.numbered([history]), [0], among)
        found: Floats = shares[0].double().numpy()
        return found

    def likely(self, history: Sequence[Touch]) -> Ints:
        """The numbers of the products worth a look: all, or what each part puts forward."""
        if self._index is None:
            return np.arange(len(self.products))
        known = self.numbered([history])
        found = [self._favourites]
        for part in self.blend.parts.values():
            if not len(known.product):
                break
            if isinstance(part, Neighbours):
                found.append(_nearest(part, known))
            elif isinstance(part, Attention):
                wanted = part.behaviour.wanted(known, [known.of(0)]).numpy()
                asked = np.hstack([wanted, np.ones((1, 1), dtype=np.float32)])
                found.append(self._index.search(asked, LIKELY)[0])
        return np.unique(np.concatenate(found))

    def numbered(self, histories: Sequence[Sequence[Touch]]) -> Histories:
        """Touches as arrays, one shopper each, oldest first; unknown products are passed over."""
        kept = [
            sorted((t for t in touches if t.product in self.number and t.name in KINDS),
                   key=lambda touch: touch.at)
            for touches in histories
        ]  # fmt: skip
        rows = [touch for touches in kept for touch in touches]
        day = np.array([touch.at.timestamp() / DAY_S for touch in rows])
        starts = np.concatenate([[0], np.cumsum([len(touches) for touches in kept])])
        return Histories(
            tuple(map(str, range(len(kept)))), self.products, starts.astype(np.int64),
            np.array([self.number[touch.product] for touch in rows], dtype=np.int64),
            np.array([KINDS.index(touch.name) for touch in rows], dtype=np.int64), day,
            _baskets(day),
        )  # fmt: skip

    def _indexed(self) -> DenseIndex | None:
        for part in self.blend.parts.values():
            if isinstance(part, Attention):
                items, prior = part.behaviour.items, part.behaviour.model.prior
                vectors = torch.cat([items, prior[:, None]], dim=1).numpy()
                return DenseIndex(np.ascontiguousarray(vectors), exact_up_to=ALL_UP_TO)
        return DenseIndex(np.zeros((len(self.products), 1), dtype=np.float32))


def _nearest(part: Neighbours, known: Histories) -> Ints:
    """The products nearest to a history."""
    row = part.row(known, 0)
    block = part.knn.similarity[row.indices]
    near, place = np.unique(block.indices, return_inverse=True)
    weights = block.data * np.repeat(row.data, np.diff(block.indptr))
    scores = np.bincount(place, weights=weights, minlength=len(near))
    best: Ints = near[np.argsort(-scores, kind="stable")[:LIKELY]].astype(np.int64)
    return best


def _baskets(day: Floats) -> Ints:
    apart = np.abs(np.diff(day, prepend=day[:1])) > BASKET_GAP_DAYS
    return np.cumsum(apart).astype(np.int64)
