"""What a wish names: the thing itself, and what it is to be made of."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from engine.retrieval.text import normalise, stem, stop_words, words
from engine.routing.cues import read_data
from engine.types import Product

_MANY = r"(?:(?:any|some|a|an|the|your|ur|other|more|few|couple of|pair of|set of)\s+)*"
_ENGLISH = re.compile(
    r"\b(?:have|got|sell|selling|stock|carry|any|looking for|look for|searching for|need|want|buy"
    rf"|show me|find)\s+{_MANY}(?P<thing>[a-z][a-z'-]*(?:\s+[a-z][a-z'-]*){{0,2}}?)"
    r"(?=\s*(?:[?.!,;]|$)|\s+(?:for|in|with|under|that|which|who|to|from|at|on|please|pls|plz|left"
    r"|here|by|below|around|as|too|or|and|available|my|is|are|like)\b)"
)
_FORM = re.compile(
    r"\b(?:options?|versions?|colou?rs?|shades?|sizes?|choices?|models?|styles?|kinds?|types?"
    r"|alternatives?)$|^(?:更|适合|适用)|[点些号码款版样种]$"
)
"""Other forms of a thing: "a softer version", 大一点."""
_CHINESE = re.compile(
    r"(?:有没有|有无|卖不卖|想买|想要|要买|买得到|有|卖|買|买|找)(?:卖|買|买)?(?:一?[个把件条双只盏张套款些点])?"
    r"(?P<thing>[\u4e00-\u9fff]{2,5}?)(?=卖|吗|嗎|么|嘛|呢|啊|没|沒|[，,？?。!！]|$)"
)


@dataclass(frozen=True, slots=True)
class Material:
    """Words for one material, and for the sorts of it."""

    said: tuple[str, ...]
    also: tuple[str, ...]

    def shown_in(self, text: str) -> bool:
        """Whether a normalised text tells of it."""
        return any(_stands(word, text) for word in (*self.said, *self.also))

    def word_in(self, text: str) -> str:
        """The word by which a normalised text names it, or ""."""
        return next((word for word in self.said if _stands(word, text)), "")


def thing_asked(text: str) -> str:
    """The thing that "do you have …" asks for, as said; "" where it is none, or a vague one."""
    plain = normalise(text)
    if found := _ENGLISH.search(plain):
        thing = found["thing"]
        vague = set(thing.split()) & {*read_data("words.yaml")["vague"], *stop_words("en")}
        return "" if vague else thing
    if found := _CHINESE.search(plain):
        thing = found["thing"].removesuffix("的")
        named = not any(not w.isascii() and w in thing for w in read_data("words.yaml")["vague"])
        return thing if named and len(thing) > 1 else ""
    return ""


def names_another(text: str) -> bool:
    """Whether "do you have …" names a thing of its own, not another form of what was shown."""
    thing = thing_asked(text)
    return bool(thing) and not _FORM.search(thing) and not materials_in(thing)


def materials_in(text: str, excluded: Collection[str] = ()) -> tuple[Material, ...]:
    """The materials a text names, but for `excluded` words."""
    plain = normalise(text)
    named = [
        material
        for material in _materials()
        if (word := material.word_in(plain)) and word not in excluded
    ]
    # "stainless steel" is not also any steel.
    return tuple(m for m in named if not any(o is not m and _narrower(o, m) for o in named))


def tells_of(product: Product, thing: str, labels: Sequence[str]) -> bool:
    """Whether a product's names, tags or category's labels hold the last word of a thing."""
    told = normalise(" ; ".join((*product.names.values(), *product.tags, *labels)))
    if not thing.isascii():
        return any(thing[i : i + 2] in told for i in range(len(thing) - 1))
    return stem(thing.split()[-1]) in {stem(word) for word in words(told)}


def material_text(product: Product) -> str:
    """All that a product's data say, where a material may stand."""
    pairs = (value for by_name in product.attributes.values() for value in by_name.values())
    said = (*product.names.values(), *pairs, *product.tags, *product.descriptions.values())
    return normalise(" ; ".join(said))


def _narrower(one: Material, other: Material) -> bool:
    return any(word in other.also for word in one.said)


def _stands(word: str, text: str) -> bool:
    if not word.isascii():
        return word in text
    return re.search(rf"\b{word}\b", text) is not None


@lru_cache(maxsize=1)
def _materials() -> tuple[Material, ...]:
    return tuple(
        Material(tuple(one["said"]), tuple(one.get("also", ())))
        for one in read_data("words.yaml")["materials"]
    )
