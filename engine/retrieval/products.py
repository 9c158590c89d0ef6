"""Finds products by what a shopper says: kind, name and meaning, under hard constraints."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from engine.retrieval.encoders import RERANK, Encoders
from engine.retrieval.features import EntryFeatures
from engine.retrieval.index import Row, Scores
from engine.retrieval.kinds import Kinds
from engine.retrieval.text import DATA, normalise, terms
from engine.routing.constraints import Constraints
from engine.routing.things import material_text, materials_in
from engine.types import Product, Shop

WEIGHTS_FILE = DATA / "goods_weights.json"
"""Of ENTRY_FEATURES ("first"), and with RERANK_FEATURES ("second"), by encoder key;
`tests/engine/retrieval/make_goods_weights.py` learns them."""
SPECIFIC_NAME = 0.74
STOCK_PENALTY, NEARER = 0.15, 0.1
"""Off the score of what is sold out; by how much more a thing of another kind must fit."""


@dataclass(frozen=True, slots=True)
class Match:
    """One product with its score, and the share (0..1) of its name that the words carry."""

    product: str
    score: float
    named: float
    cosine: float


@dataclass(frozen=True, slots=True)
class ProductsFound:
    """Products best first; `kinds`: the words that name a kind of product; `covered`: see below."""

    matches: tuple[Match, ...]
    kinds: tuple[str, ...]
    covered: float
    """Share (0..1) of the question's term weight that the catalogue's words carry."""
    instead: bool = False
    """None of the kind meets the demands; these are others of its category that do."""
    reranked: bool = False
    """Whether the re-ranking encoder was asked."""

    @property
    def named(self) -> Match | None:
        """The product whose name the shopper said, if there is one."""
        best = max(self.matches, key=lambda m: (m.named, m.score), default=None)
        return best if best and best.named >= SPECIFIC_NAME else None


def product_rows(products: Sequence[Product], shop: Shop) -> tuple[Row, ...]:
    """The texts a product is found by: name, kind and tags, description, attributes."""
    rows: list[Row] = []
    for product in products:
        labels = shop.categories[product.category]
        for language, name in product.names.items():
            rows.append(Row(product.id, "title", language, name))
            label = labels.get(language, "")
            about = f"{name} {label} {' '.join(product.tags) if language == 'en' else ''}"
            rows.append(Row(product.id, "question", language, about.strip()))
        for language, text in product.descriptions.items():
            # As one text a need finds its department, the thing and what it is good for.
            head = ": ".join(t for t in (labels.get(language), product.names.get(language)) if t)
            rows.append(Row(product.id, "answer", language, f"{head}. {text}" if head else text))
        for language, pairs in product.attributes.items():
            text = "; ".join(f"{name}: {value}" for name, value in pairs.items())
            rows.append(Row(product.id, "answer", language, text))
        rows.append(Row(product.id, "answer", "en", f"{product.brand} {' '.join(product.colours)}"))
    return tuple(rows)


class ProductSearch:
    """Products of one catalogue, by the encoder of the shopper's language."""

    def __init__(
        self,
        encoders: Encoders,
        found: Mapping[str, EntryFeatures],
        products: Sequence[Product],
        shop: Shop,
    ) -> None:
        self._encoders = encoders
        self._found = dict(found)
        self.products = {product.id: product for product in products}
        self.by_sku = {v.sku.lower(): p.id for p in products for v in p.variants}
        self._kinds = Kinds(products, shop)
        self._names = {p.id: {code: terms(n) for code, n in p.names.items()} for p in products}
        self._short_names = {p.id: _short_name(p.names["zh"]) for p in products if "zh" in p.names}

    def find(
        self,
        text: str,
        language: str,
        constraints: Constraints,
        disliked: Sequence[str] = (),
        *,
        second_look: bool = False,
    ) -> ProductsFound:
        """Products that meet all constraints, best first, sold-out ones lower.

        `second_look`: the re-ranking encoder is asked as well, where there is one.
        """
        key = self._encoders.key(language)
        features = self._found[key]
        if not features.sources:
            return ProductsFound((), (), 0.0)
        again = second_look and features.reranks
        second = self._encoders.questions(RERANK, [text]) if again else None
        query = features.query(text, self._encoders.questions(key, [text]), second)
        matrix = features.matrix(query)
        weights = _weights("second" if again else "first", key)
        scores = matrix @ np.asarray(weights, dtype=np.float32)
        kinds = self.kinds_in(text)
        fits = self._fitting(constraints, disliked)
        allowed, instead = self._allowed(kinds, fits)
        made = self._made_of(text, kinds, constraints) if kinds else None
        if made is not None:
            allowed, instead = (allowed & made, instead) if allowed & made else (allowed, True)
        if again and kinds and not instead:
            allowed |= _nearer(features.sources, scores, allowed, fits)
        said = normalise(text).replace(" ", "")
        matches = [
            Match(source, float(scores[i]) - self._sold_out(source),
                  self._named(source, query.terms, said), float(matrix[i, 0]))
            for i, source in enumerate(features.sources) if source in allowed
        ]  # fmt: skip
        matches.sort(key=lambda match: -match.score)
        covered = self._covered(features, query.terms)
        return ProductsFound(tuple(matches), tuple(kinds), covered, instead, again)

    def colours_in_names(self, text: str, colours: Mapping[str, str]) -> frozenset[str]:
        """Colours that are part of a kind's name here, as in "green tea": no demand at all.

        `colours`: colour words and the colour each means.
        """
        plain = normalise(text)
        names = " ".join(normalise(n) for p in self.products.values() for n in p.names.values())
        kinds = self.kinds_in(text)
        return frozenset(
            colour
            for word, colour in colours.items()
            for kind in kinds
            for gap in ("", " ")
            if f"{word}{gap}{kind}" in plain and f"{word}{gap}{kind}" in names
        )

    def similar(self, product: str, constraints: Constraints) -> tuple[str, ...]:
        """Product ids nearest in meaning to one product, in stock, best first."""
        features = self._found["other"] if "other" in self._found else next(
            iter(self._found.values()))  # fmt: skip
        position = features.sources.index(product)
        rows = np.flatnonzero(features.row_source == position)
        centre = features.vectors[rows].mean(axis=0)
        scores = features.vectors @ (centre / (np.linalg.norm(centre) + 1e-9))
        best = np.full(len(features.sources), -1.0)
        np.maximum.at(best, features.row_source, scores)
        category = self.products[product].category
        ranked = sorted(
            (source for source in features.sources if source != product),
            key=lambda s: (self.products[s].category != category,
                           -best[features.sources.index(s)]),
        )  # fmt: skip
        kept = (s for s in ranked if self.products[s].in_stock)
        return tuple(s for s in kept if constraints.variant_of(self.products[s]))

    def kinds_in(self, text: str) -> Mapping[str, frozenset[str]]:
        """Kind words of the text with their products; the longest ones only."""
        return self._kinds.said_in(text)

    def _fitting(self, constraints: Constraints, disliked: Sequence[str]) -> frozenset[str]:
        return frozenset(
            name
            for name, product in self.products.items()
            if name not in disliked and constraints.variant_of(product) is not None
        )

    def _allowed(
        self, kinds: Mapping[str, frozenset[str]], fits: frozenset[str]
    ) -> tuple[frozenset[str], bool]:
        """The products that may be shown, and whether they only stand in for the kind."""
        if not kinds:
            return fits, False
        of_kind: frozenset[str] = frozenset().union(*kinds.values())
        meant = fits & of_kind
        return (meant, False) if meant else (fits & self._whole_category(of_kind), True)

    def _made_of(
        self, text: str, kinds: Mapping[str, frozenset[str]], constraints: Constraints
    ) -> frozenset[str] | None:
        """The products made of what the text says, or None where it names no material."""
        rest = normalise(text)
        for kind in kinds:
            # "wine glass" asks for no material.
            rest = rest.replace(kind, " ")
        wanted = materials_in(rest, constraints.excluded)
        if not wanted:
            return None
        return frozenset(
            name
            for name, product in self.products.items()
            if all(material.shown_in(material_text(product)) for material in wanted)
        )

    def _whole_category(self, products: frozenset[str]) -> frozenset[str]:
        """All products of the one category these belong to; none if they belong to several."""
        categories = {self.products[p].category for p in products}
        if len(categories) != 1:
            return frozenset()
        return frozenset(p.id for p in self.products.values() if p.category in categories)

    def _sold_out(self, product: str) -> float:
        return 0.0 if self.products[product].in_stock else STOCK_PENALTY

    def _named(self, product: str, said: Sequence[str], plain: str) -> float:
        best = 0.0
        for language, name in self._names[product].items():
            if language == "zh":
                best = max(best, _shared_run(self._short_names[product], plain))
            elif len(name) > 1:
                best = max(best, sum(term in said for term in name) / len(name))
        return best

    def _covered(self, features: EntryFeatures, said: Sequence[str]) -> float:
        weights = {term: features.lexical.idf(term) for term in said}
        whole = sum(weights.values())
        known = sum(weight for term, weight in weights.items() if features.lexical.seen(term))
        return known / whole if whole else 0.0


@lru_cache(maxsize=8)
def _weights(look: str, key: str) -> tuple[float, ...]:
    return tuple(json.loads(WEIGHTS_FILE.read_text("utf-8"))[look][key])


def _nearer(
    sources: Sequence[str], scores: Scores, of_kind: frozenset[str], fits: frozenset[str]
) -> frozenset[str]:
    """What fits clearly better than all of the kind: "too dark at my desk" means a lamp."""
    best = max(scores[i] for i, source in enumerate(sources) if source in of_kind)
    return frozenset(
        source for i, source in enumerate(sources) if source in fits and scores[i] > best + NEARER
    )


def _short_name(name: str) -> str:
    """A Chinese name without what stands in brackets, and without spaces."""
    return re.sub(r"[（(].*", "", normalise(name)).replace(" ", "")


def _shared_run(name: str, text: str) -> float:
    return len(_longest_shared(name, text)) / len(name) if len(name) > 2 else 0.0


def _longest_shared(name: str, text: str) -> str:
    best = ""
    for start in range(len(name)):
        end = start + len(best) + 1
        while end <= len(name) and name[start:end] in text:
            best, end = name[start:end], end + 1
    return best
