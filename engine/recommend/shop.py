"""The recommender of a shop's snapshot: the live one, or what its own events say."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.errors import ModelError
from engine.recommend.histories import Histories, from_events
from engine.recommend.learn import parts_of
from engine.recommend.learned import Learned
from engine.recommend.parts import CONTENT, NEIGHBOURS, POPULARITY, Blend
from engine.recommend.store import read_learned
from engine.retrieval.encoders import RERANK, Vectors
from engine.retrieval.index import Row
from engine.types import Event, Product

UNTAUGHT = {NEIGHBOURS: 0.6, CONTENT: 0.2, POPULARITY: 0.2}
"""Weights of a shop that has trained no recommender yet."""
log = logging.getLogger(__name__)


def shop_learned(
    folder: Path | None, products: Sequence[Product], events: Sequence[Event],
    content: Tensor | None,
) -> Learned:  # fmt: skip
    """The trained recommender of a folder for a catalogue, else one of the shop's `events`."""
    names = [product.id for product in products]
    if folder:
        try:
            return read_learned(folder, names, content)
        except ModelError as error:
            log.error("%s", error)
    return untaught(from_events(events, names), content)


def untaught(histories: Histories, content: Tensor | None) -> Learned:
    """Neighbours, likeness and popularity, weighted as they are where nothing was validated."""
    blend = Blend(parts_of(histories, None, content), UNTAUGHT)
    seen = np.bincount(histories.product, minlength=len(histories.products)).astype(float)
    popular = blend.parts[POPULARITY].shares(histories, [0]).double().numpy()[0]
    return Learned(histories.products, blend, seen, popular)


def content_of(
    products: Sequence[Product], rows: Sequence[Row], vectors: Mapping[str, Vectors]
) -> Tensor | None:
    """What products are, (products, size): the mean of their texts, of one encoder for all."""
    keys = [key for key in vectors if key != RERANK]
    if not keys or not products:
        return None
    # The encoder of many languages where there is one: half of a catalogue may be Chinese.
    key = "other" if "other" in keys else keys[0]
    number = {product.id: i for i, product in enumerate(products)}
    place = np.array([number[row.source] for row in rows])
    total = np.zeros((len(products), vectors[key].shape[1]), dtype=np.float32)
    np.add.at(total, place, vectors[key])
    norms = np.linalg.norm(total, axis=1, keepdims=True)
    return torch.from_numpy(total / np.maximum(norms, 1e-9))
