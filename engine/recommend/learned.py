"""What was learned from shoppers, over one catalogue, and asked about one shopper at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from engine.recommend.histories import DAY_S, Floats, Histories, Ints, visits
from engine.recommend.names import KINDS
from engine.recommend.parts import TRANSFORMER, Attention, Blend, Neighbours, Wanted
from engine.retrieval.fast_scan import FastScanIndex
from engine.types import Touch

ALL_UP_TO = 5_000
"""Products that are all ranked; of more, only the likely ones are looked at."""
LIKELY = 100
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
        self.ranks_all = len(self.products) <= all_up_to
        self.favourites = np.argsort(-popular, kind="stable")[:LIKELY]
        self.index = None if self.ranks_all else self._indexed()

    def ask(self, history: Sequence[Touch], without: Sequence[str] = ()) -> Asked:
        """A history, and the same without each of some products, ready to be asked about."""
        left_out = [self.number.get(product, -1) for product in without]
        return Asked(self, self.numbered(history).variants(left_out))

    def numbered(self, history: Sequence[Touch]) -> Histories:
        """Touches as arrays of one shopper, oldest first; unknown products are passed over."""
        rows = [t for t in history if t.product in self.number and t.name in KINDS]
        rows.sort(key=lambda touch: touch.at)
        day = np.array([touch.at.timestamp() / DAY_S for touch in rows])
        return Histories(
            ("",), self.products, np.array([0, len(rows)]),
            np.array([self.number[touch.product] for touch in rows], dtype=np.int64),
            np.array([KINDS.index(touch.name) for touch in rows], dtype=np.int64), day,
            visits(day),
        )  # fmt: skip

    def _indexed(self) -> FastScanIndex | None:
        part = self.blend.parts.get(TRANSFORMER)
        if not isinstance(part, Attention):
            return None
        items, prior = part.behaviour.items, part.behaviour.model.prior
        return FastScanIndex(torch.cat([items, prior[:, None]], dim=1).numpy())


class Asked:
    """A history, for which products are looked for, and variants of it."""

    def __init__(self, learned: Learned, known: Histories) -> None:
        self._learned = learned
        self._known = known
        parts = dict(learned.blend.parts)
        self._wanted: Wanted | None = None
        if isinstance(model := parts.get(TRANSFORMER), Attention):
            # Asked for likely products and for shares: the model reads the histories once.
            parts[TRANSFORMER] = self._wanted = model.wanted(known)
        self._blend = Blend(parts, learned.blend.weights)

    def likely(self) -> Ints:
        """The numbers of the products worth a look: all, or what each part puts forward."""
        learned = self._learned
        if learned.ranks_all:
            return np.arange(len(learned.products))
        found = [learned.favourites]
        if self._known.starts[1] > 0:
            parts = learned.blend.parts.values()
            found += [_nearest(part, self._known) for part in parts if isinstance(part, Neighbours)]
            if self._wanted is not None and learned.index is not None:
                asked = np.append(self._wanted.vectors[0].numpy(), np.float32(1.0))[None]
                found.append(learned.index.search(asked, LIKELY)[0])
        return np.unique(np.concatenate(found))

    def shares(self, among: Ints) -> Floats:
        """How likely each of some products is wanted after each history: (histories, among).

        Rows sum to 1, or to 0 where nothing is known.
        """
        found = self._blend.shares(self._known, range(len(self._known)), among).double().numpy()
        shares: Floats = found / np.maximum(found.sum(axis=1, keepdims=True), 1e-12)
        return shares

    def part_shares(self, name: str, among: Ints) -> Floats:
        """What one part alone says after the first history; zeros where there is no such part."""
        part = self._blend.parts.get(name)
        if part is None:
            return np.zeros(len(among))
        found: Floats = part.shares(self._known, [0], among)[0].double().numpy()
        return found


def _nearest(part: Neighbours, known: Histories) -> Ints:
    """The products nearest to a history."""
    touched, row = part.touched(known, [0])
    block = part.knn.similarity[touched]
    near, place = np.unique(block.indices, return_inverse=True)
    weights = block.data * np.repeat(row[0], np.diff(block.indptr))
    scores = np.bincount(place, weights=weights, minlength=len(near))
    best: Ints = near[np.argsort(-scores, kind="stable")[:LIKELY]].astype(np.int64)
    return best
