"""Names, words of gender and slips of the finger that twins of a question differ in."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

NAMES: Mapping[str, tuple[str, ...]] = {
    "en": ("Emma", "James", "Mohammed", "Priya", "Wei", "Fatima", "Kwame", "Guadalupe", "Olga",
           "Hiroshi"),
    "zh": ("王伟", "李娜", "艾米丽", "穆罕默德", "佐藤健", "普丽娅", "阿依古丽", "卓玛", "玛丽亚",
           "欧阳建国"),
    "tw": ("王偉",), "hk": ("王偉",),
}  # fmt: skip
"""By language, of different genders and origins; the originals have the first."""
Both = tuple[str, str]
_ENGLISH: Mapping[str, Both] = {
    "spouse": ("wife", "husband"), "child": ("daughter", "son"), "parent": ("mother", "father"),
    "sibling": ("sister", "brother"), "they": ("she", "he"), "them": ("her", "him"),
    "their": ("her", "his"),
}  # fmt: skip
_MAINLAND: Mapping[str, Both] = {
    "spouse": ("老婆", "老公"), "child": ("女儿", "儿子"), "parent": ("妈妈", "爸爸"),
    "sibling": ("妹妹", "弟弟"), "they": ("她", "他"), "them": ("她", "他"), "their": ("她", "他"),
}  # fmt: skip
_TRADITIONAL: Mapping[str, Both] = {
    **_MAINLAND, "child": ("女兒", "兒子"), "parent": ("媽媽", "爸爸"),
}  # fmt: skip
_CANTONESE: Mapping[str, Both] = {
    "spouse": ("老婆", "老公"), "child": ("個女", "個仔"), "parent": ("媽咪", "爹哋"),
    "sibling": ("細妹", "細佬"), "they": ("佢", "佢"), "them": ("佢", "佢"), "their": ("佢", "佢"),
}  # fmt: skip
GENDERED: Mapping[str, Mapping[str, Both]] = {
    "en": _ENGLISH, "us": _ENGLISH, "in": _ENGLISH, "sg": _ENGLISH,
    "zh": _MAINLAND, "tw": _TRADITIONAL, "hk": _CANTONESE,
}  # fmt: skip
"""By language or dialect: each word for a woman and for a man; the originals speak of women."""
SHORTEST = 4


def with_typos(text: str, language: str, rng: Random) -> str:
    """The text with two slips: letters of an English word, or two Chinese characters, swapped."""
    for _ in range(2):
        text = _swapped(text, rng) if language == "zh" else _misspelt(text, rng)
    return text


def _swapped(text: str, rng: Random) -> str:
    places = [i for i in range(len(text) - 1) if _han(text[i]) and _han(text[i + 1])]
    if not places:
        return text
    at = rng.choice(places)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _han(letter: str) -> bool:
    return "\u4e00" <= letter <= "\u9fff"


def _misspelt(text: str, rng: Random) -> str:
    """One long word with two letters swapped, one left out or one said twice, never its first."""
    words = text.split(" ")
    long = [i for i, word in enumerate(words) if word.isalpha() and len(word) >= SHORTEST]
    if not long:
        return text
    place = rng.choice(long)
    word, at = words[place], rng.randrange(1, len(words[place]) - 1)
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    lost, twice = word[:at] + word[at + 1 :], word[: at + 1] + word[at:]
    words[place] = rng.choice((swapped, lost, twice))
    return " ".join(words)
