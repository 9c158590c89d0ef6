"""To how many shoppers of a real history a recommendation can truly say "because you bought X"."""

from __future__ import annotations

import numpy as np

from engine.recommend.histories import Histories, Ints
from engine.recommend.lists import sample
from engine.recommend.parts import RankingPart
from engine.recommend.reasons import MARGIN_LOST, MOST_CAUSES, leads_lost
from engine.recommend.recommender import SHOWN
from engine.recommend.splits import Split

MOST_SHOPPERS = 500


def because_share(part: RankingPart, split: Split) -> float:
    """Share of the judged shoppers with a history who are told of something they did.

    Each of the last products of a history is taken away in turn, as for a card: told is what
    costs one of the first SHOWN its place, or MARGIN_LOST of its lead.
    """
    known = [case.shopper for case in split.judging if len(_products(split.known, case.shopper))]
    told = [_has_cause(part, split.known.alone(s)) for s in sample(known, MOST_SHOPPERS)]
    return float(np.mean(told)) if told else 0.0


def _has_cause(part: RankingPart, history: Histories) -> bool:
    tried = _products(history, 0)
    variants = history.variants(tried.tolist())
    shares = part.shares(variants, range(len(variants))).double().numpy()
    shares[:, history.product] = 0.0
    shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1e-12)
    shown = np.argsort(-shares[0])[:SHOWN]
    return bool((leads_lost(shares)[:, shown] >= MARGIN_LOST).any())


def _products(histories: Histories, shopper: int) -> Ints:
    """The last different products of a history, newest first."""
    newest = histories.product[histories.of(shopper)][::-1]
    products, first = np.unique(newest, return_index=True)
    return products[np.argsort(first)][:MOST_CAUSES]
