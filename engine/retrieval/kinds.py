"""The words that name a kind of product in one shop: "desk lamp", "scarf", "茶壶"."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from engine.retrieval.text import HAN, normalise, stem, stop_words, words
from engine.routing.cues import read_data
from engine.types import Product, Shop

MOST_CATEGORIES = 2
HEADS_MOSTLY = 0.6
"""Share of the names ending in a character that one category must have for it to be a kind."""
NOT_A_THING = "成得好装起上括邮含裹住给了吗"
"""After one of these a single character such as 包 is a verb, or part of another word."""


class Kinds:
    """Kind words of one catalogue, each with its products."""

    def __init__(self, products: Sequence[Product], shop: Shop) -> None:
        self._kinds = with_synonyms(mine_kinds(products, shop))
        self._order = {kind: number for number, kind in enumerate(self._kinds)}
        self._chinese = [kind for kind in self._kinds if HAN.match(kind)]

    def said_in(self, text: str) -> Mapping[str, frozenset[str]]:
        """Kind words of the text with their products; the longest ones only."""
        plain = normalise(text)
        said = self._kinds.keys() & set(_latin(plain))
        if HAN.search(plain):
            said |= {kind for kind in self._chinese if _names(kind, plain)}
        hits = sorted(said, key=lambda kind: self._order[kind])
        longest = [k for k in hits if not any(k != other and k in other for other in hits)]
        return {kind: self._kinds[kind] for kind in longest}


def _latin(plain: str) -> Iterator[str]:
    found = list(words(plain))
    for word in found:
        if word.isascii():
            yield stem(word)
    for first, second in pairwise(found):
        if second.isascii():
            yield f"{first} {stem(second)}"
            yield f"{first}{stem(second)}"


def _names(kind: str, plain: str) -> bool:
    """Whether Chinese text has the kind; one character only where it ends a thing's name."""
    if len(kind) > 1:
        return kind in plain
    if kind not in plain:
        return False
    if re.search(f"{kind}[子儿]", plain):
        return True
    ends = re.search(f"{kind}(?![{NOT_A_THING}])", plain)
    return bool(ends) and any(word.endswith(kind) for word in words(plain))


def with_synonyms(kinds: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The kinds, and other words people have for them."""
    found = dict(kinds)
    for group in read_data("words.yaml")["synonyms"]:
        forms = [" ".join((*w.split()[:-1], stem(w.split()[-1]))) for w in group]
        meant: frozenset[str] = frozenset().union(*(kinds.get(form, frozenset()) for form in forms))
        if meant:
            found.update({form: kinds.get(form, meant) for form in forms})
    return found


def mine_kinds(products: Sequence[Product], shop: Shop) -> dict[str, frozenset[str]]:
    """Words that name a kind of product here, each with its products.

    English: the last word of a name and its last two, before any number; Chinese: the last one
    to three characters of a name (one only where it ends several names of mostly one category);
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
    for (char, _), count in single.items():
        if count >= 2 and count / whole[char] >= HEADS_MOSTLY:
            kinds[char] |= {p.id for p in products if _han_tail(p).endswith(char)}
    named = {kind: frozenset(ids) for kind, ids in kinds.items() if len(kind) > 1 or kind in whole}
    return {kind: ids for kind, ids in named.items() if _tells_apart(kind, ids, products)}


def _tells_apart(kind: str, ids: frozenset[str], products: Sequence[Product]) -> bool:
    """Words such as "can" or, heading names all over the catalogue, "set" name no kind."""
    if kind in stop_words("en") or kind in stop_words("zh"):
        return False
    return len({p.category for p in products if p.id in ids}) <= MOST_CATEGORIES


def _english_kinds(product: Product) -> set[str]:
    name = normalise(product.names.get("en", ""))
    name = re.split(r",| with | for | in a |\b\w*\d", name)[0] or name
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
