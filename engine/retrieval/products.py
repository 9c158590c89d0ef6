"""Finds products by what a shopper says: kind, name and meaning, under hard constraints."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from engine.retrieval.encoders import Encoders
from engine.retrieval.features import EntryFeatures
from engine.retrieval.index import Row
from engine.retrieval.text import HAN, normalise, stem, stop_words, terms, words
from engine.routing.constraints import Constraints
from engine.types import Product, Shop

WEIGHTS = (1.0, 0.2, 0.3, 0.5, 0.6)
"""Of ENTRY_FEATURES, by hand; the retrieval issue learns them."""
SPECIFIC_NAME = 0.74
STOCK_PENALTY = 0.15
MOST_CATEGORIES = 2


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
            rows.append(Row(product.id, "answer", language, text))
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
        self._kinds = mine_kinds(products, shop)
        self._names = {p.id: {code: terms(n) for code, n in p.names.items()} for p in products}

    def find(
        self, text: str, language: str, constraints: Constraints, disliked: Sequence[str] = ()
    ) -> ProductsFound:
        """Products that meet all constraints, best first, sold-out ones lower."""
        key = self._encoders.key(language)
        features = self._found[key]
        if not features.sources:
            return ProductsFound((), (), 0.0)
        query = features.query(text, self._encoders.questions(key, [text]))
        matrix = features.matrix(query)
        scores = matrix @ np.asarray(WEIGHTS, dtype=np.float32)
        kinds = self.kinds_in(text)
        allowed = self._allowed(kinds, constraints, disliked)
        matches = [
            Match(source, float(scores[i]) - self._sold_out(source),
                  self._named(source, query.terms, text), float(matrix[i, 0]))
            for i, source in enumerate(features.sources) if source in allowed
        ]  # fmt: skip
        matches.sort(key=lambda match: -match.score)
        return ProductsFound(tuple(matches), tuple(kinds), self._covered(features, query.terms))

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
        plain = normalise(text)
        said = {stem(word) for word in words(plain) if word.isascii()}
        pairs = list(words(plain))
        said |= {f"{a} {stem(b)}" for a, b in pairwise(pairs) if b.isascii()}
        hits = [kind for kind in self._kinds if kind in said or (HAN.match(kind) and kind in plain)]
        longest = [k for k in hits if not any(k != other and k in other for other in hits)]
        return {kind: self._kinds[kind] for kind in longest}

    def _allowed(
        self, kinds: Mapping[str, frozenset[str]], constraints: Constraints, disliked: Sequence[str]
    ) -> frozenset[str]:
        fits = frozenset(
            name
            for name, product in self.products.items()
            if name not in disliked and constraints.variant_of(product) is not None
        )
        if not kinds:
            return fits
        of_kind: frozenset[str] = frozenset().union(*kinds.values())
        return fits & of_kind or fits & self._whole_category(of_kind)

    def _whole_category(self, products: frozenset[str]) -> frozenset[str]:
        """All products of the one category these belong to; none if they belong to several."""
        categories = {self.products[p].category for p in products}
        if len(categories) != 1:
            return frozenset()
        return frozenset(p.id for p in self.products.values() if p.category in categories)

    def _sold_out(self, product: str) -> float:
        return 0.0 if self.products[product].in_stock else STOCK_PENALTY

    def _named(self, product: str, said: Sequence[str], text: str) -> float:
        plain = normalise(text).replace(" ", "")
        best = 0.0
        for language, name in self._names[product].items():
            if language == "zh":
                shown = normalise(self.products[product].names["zh"]).replace(" ", "")
                best = max(best, _shared_run(shown, plain))
            elif len(name) > 1:
                best = max(best, sum(term in said for term in name) / len(name))
        return best

    def _covered(self, features: EntryFeatures, said: Sequence[str]) -> float:
        weights = {term: features.lexical.idf(term) for term in said}
        whole = sum(weights.values())
        known = sum(weight for term, weight in weights.items() if features.lexical.seen(term))
        return known / whole if whole else 0.0


def _shared_run(name: str, text: str) -> float:
    longest = 0
    for start in range(len(name)):
        end = start + longest + 1
        while end <= len(name) and name[start:end] in text:
            longest, end = end - start, end + 1
    return longest / len(name) if len(name) > 2 else 0.0


def mine_kinds(products: Sequence[Product], shop: Shop) -> dict[str, frozenset[str]]:
    """Words that name a kind of product here, each with its products.

    English: the last word of a name, its last two, and its tags; Chinese: the last one to three
    characters of a name (one character only where it heads three products of one category);
    and the categories' own labels.
    """
    kinds: dict[str, set[str]] = defaultdict(set)
    for product in products:
        for kind in _english_kinds(product) | _chinese_kinds(product):
            kinds[kind].add(product.id)
        for label in shop.categories[product.category].values():
            kinds[stem(normalise(label))].add(product.id)
    single = Counter(
        (name[-1], p.category) for p in products for name in (_han_tail(p),) if len(name) > 1
    )
    whole = Counter(name[-1] for p in products for name in (_han_tail(p),) if len(name) > 1)
    for (char, category), count in single.items():
        if count >= 2 and count / whole[char] >= 0.8:
            kinds[char] |= {p.id for p in products if p.category == category
                            and char in p.names.get("zh", "")}  # fmt: skip
    named = {kind: frozenset(ids) for kind, ids in kinds.items() if len(kind) > 1 or kind in whole}
    return {kind: ids for kind, ids in named.items() if _tells_apart(kind, ids, products)}


def _tells_apart(kind: str, ids: frozenset[str], products: Sequence[Product]) -> bool:
    """Words such as "can" or, heading names all over the catalogue, "set" name no kind."""
    if kind in stop_words("en") or kind in stop_words("zh"):
        return False
    return len({p.category for p in products if p.id in ids}) <= MOST_CATEGORIES


def _english_kinds(product: Product) -> set[str]:
    name = normalise(product.names.get("en", "")).split(",")[0].split(" with ")[0].split(" for ")[0]
    parts = [word for word in name.split() if word.isalpha()]
    kinds = {stem(parts[-1])} if parts else set()
    if len(parts) > 1:
        kinds.add(f"{parts[-2]} {stem(parts[-1])}")
    return kinds


def _han_tail(product: Product) -> str:
    runs = HAN.findall(product.names.get("zh", "").split("（")[0])
    return runs[-1] if runs else ""


def _chinese_kinds(product: Product) -> set[str]:
    tail = _han_tail(product)
    return {tail[-size:] for size in (2, 3) if len(tail) >= size}
