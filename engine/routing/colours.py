"""Colours as shoppers and catalogues say them."""

from __future__ import annotations

import re
from functools import lru_cache

from engine.retrieval.text import normalise
from engine.routing.cues import read_data
from engine.types import Product


def colour_words() -> dict[str, str]:
    """Each colour word, in every language, with the catalogue's name of the colour."""
    named = read_data("words.yaml")["colours"]
    return {word: name for name, words in named.items() for word in words}


def colours_told(product: Product) -> frozenset[str]:
    """The colours a catalogue without a column for them names in a product's texts."""
    texts = (*product.names.values(), *product.descriptions.values(), *product.tags)
    return _named_in(" ; ".join(texts))


@lru_cache(maxsize=20_000)
def _named_in(text: str) -> frozenset[str]:
    named = {word: (name,) for word, name in colour_words().items()}
    named |= {word: tuple(names) for word, names in read_data("words.yaml")["shades"].items()}
    found = _any_colour().findall(normalise(text))
    return frozenset(name for word in found for name in named[word])


@lru_cache(maxsize=1)
def _any_colour() -> re.Pattern[str]:
    words = sorted((*colour_words(), *read_data("words.yaml")["shades"]), key=len, reverse=True)
    shapes = (rf"\b{word}\b" if word.isascii() else re.escape(word) for word in words)
    return re.compile("|".join(shapes))
