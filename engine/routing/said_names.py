"""A person's name, said as one, does not change what is asked: such names are left out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
_STRAY = ((r"[,，、;；:：–—-]\s*(?=[.!?。！？])", ""), (r"([.!?。！？])\s*[.。,，]", r"\1"),
          (r"([,，])\s*[,，]", r"\1"), (r"\s+(?=[,.!?，。！？])", ""),
          (r"^[\s,，.。、;；:：!！–—~-]+", ""), (r"[ \t]{2,}", " "),
          (r"[\s,，–—~-]+$", ""))  # fmt: skip
"""What is left of the punctuation around a name, and what stands for it."""

InShop = Callable[[str], bool]
"""Whether a word stands in the shop's own texts: there it may be a thing's name."""


def without_names(text: str, in_shop: InShop = lambda _: False) -> str:
    """A message without the names of persons, where they are said as such.

    It is the shape that tells ("my name is …", "my friend … wants", 我叫…, 帮…买), for a name may
    be a brand's, a place's or a thing's too. A message that holds nothing else stays as it is.
    """
    from engine.routing.said_names_en import without_english
    from engine.routing.said_names_zh import without_chinese

    bare = without_chinese(without_english(text, in_shop), in_shop)
    if bare == text:
        return text
    for shape, kept in _STRAY:
        bare = re.sub(shape, kept, bare)
    return bare if any(char.isalnum() for char in bare) else text


@lru_cache(maxsize=1)
def given_names() -> frozenset[str]:
    """Given names of many peoples, folded, and those written in Chinese characters.

    Names that are ordinary words, goods, brands or places ("Rose", "Will") are not among them.
    """
    return frozenset((DATA / "given_names.txt").read_text(encoding="utf-8").split())


@lru_cache(maxsize=1)
def surnames() -> tuple[str, ...]:
    """Common Chinese surnames, those of two characters first."""
    every = (DATA / "surnames_zh.txt").read_text(encoding="utf-8").split()
    return tuple(sorted(every, key=len, reverse=True))


def is_given_name(word: str) -> bool:
    """Whether a word is a listed given name, whatever its case, accents and hyphens."""
    plain = unicodedata.normalize("NFD", word.lower())
    letters = "".join(char for char in plain if char.isalpha())
    return letters in given_names()
