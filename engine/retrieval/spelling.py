"""Messages as they should have been typed: chat words, typos, homophones, simplified characters."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import Any

from engine.retrieval.text import DATA, HAN, dictionary, is_chinese, stop_words, words

CHAT_WORD = re.compile(r"[a-z0-9]+(?:[/'’-][a-z0-9]+)*/?", re.I)
SHORTEST_TYPO = 5
LONGEST_WORD = 4
RARE = 30
"""A word the dictionary has seen less often than this may be a slip of a pinyin keyboard."""
SEEN_IN_SHOP = 4
"""A homophone is meant only where the shop itself uses the word this often."""
ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"))


class Speller:
    """Mends misspelt words towards one shop's vocabulary."""

    def __init__(self, texts: Iterable[str], known: Collection[str]) -> None:
        counted = Counter(word for text in texts for word in words(text))
        self._vocabulary = frozenset(
            w for w in counted if w.isascii() and w.isalpha() and len(w) > 3
        )
        self._known = known
        self._in_shop = frozenset(counted)
        self._han = _HanWords(
            (w for w, n in counted.items() if HAN.fullmatch(w) and n >= SEEN_IN_SHOP),
            self._in_shop,
        )

    def in_shop(self, word: str) -> bool:
        """Whether the shop's own texts have a word, in lower case."""
        return word in self._in_shop

    def mend(self, text: str) -> str:
        """The text with words that nobody knows replaced; itself where there is none."""
        if is_chinese(text):
            return self._han.mend(_said_plainly(simplified(text)))
        mended = spell_out(text)
        return mend_typos(mended, self._vocabulary, self._known) if self._known else mended


def spell_out(text: str) -> str:
    """Chat words in full: "do u ship 2day" becomes "do you ship today"."""
    short = _chat_words("en")
    return CHAT_WORD.sub(lambda found: short.get(found.group(0).lower(), found.group(0)), text)


def _said_plainly(text: str) -> str:
    for slang, plain in _chat_words("zh").items():
        text = text.replace(slang, plain)
    return text


@lru_cache(maxsize=2)
def _chat_words(language: str) -> dict[str, str]:
    lines = (DATA / f"chat_words_{language}.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ", 1) for line in lines if line)


def mend_typos(text: str, vocabulary: Collection[str], known: Collection[str]) -> str:
    """Replace Latin words that no one knows by the one near word of the shop's vocabulary.

    `vocabulary`: words the shop uses; `known`: any other correct words, left as they are.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    def mend(match: re.Match[str]) -> str:
        word = match.group(0).lower()
        if len(word) < SHORTEST_TYPO or not word.isalpha() or _known(word, vocabulary, known):
            return match.group(0)
        limit = 1 if len(word) < 7 else 2
        near = process.extract(word, vocabulary, scorer=OSA.distance, score_cutoff=limit, limit=2)
        near = [found for found in near if found[0][0] == word[0]]
        return str(near[0][0]) if near else match.group(0)

    return re.sub(r"[a-z]+(?:'[a-z]+)?", mend, text, flags=re.I)


def _known(word: str, vocabulary: Collection[str], known: Collection[str]) -> bool:
    """Whether the word, or the word less a common ending, is a correct one."""
    stems = {word, word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("y")}
    return any(form in vocabulary or form in known for form in stems)


@lru_cache(maxsize=1)
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


@lru_cache(maxsize=4096)
def simplified(text: str) -> str:
    """Traditional characters as simplified ones; any other text as it is."""
    return str(_converter().convert(text)) if HAN.search(text) else text


class _HanWords:
    """Chinese words of a shop, found again where one character is typed as a homophone."""

    def __init__(self, vocabulary: Iterable[str], known: Collection[str]) -> None:
        stopped = stop_words("zh")
        self._words = frozenset(
            w for w in vocabulary if 2 <= len(w) <= LONGEST_WORD and w not in stopped
        )
        self._known = known
        self._near: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._words):
            for shape in _shapes(word):
                self._near[shape].append(word)

    def mend(self, text: str) -> str:
        """The text with slips replaced, longest first, left to right."""
        if not self._words:
            return text
        return HAN.sub(lambda run: "".join(self._pieces(run.group(0))), text)

    def _pieces(self, run: str) -> Iterator[str]:
        tokens = list(dictionary().cut(run, HMM=False))
        at = 0
        while at < len(tokens):
            for count in (3, 2, 1):
                meant = self._meant(tokens[at : at + count]) if at + count <= len(tokens) else ""
                if meant:
                    yield meant
                    at += count
                    break
            else:
                yield tokens[at]
                at += 1

    def _meant(self, tokens: list[str]) -> str:
        word = "".join(tokens)
        if not 2 <= len(word) <= LONGEST_WORD or word in self._known:
            return ""
        if len(tokens) > 1 and not any(len(token) == 1 for token in tokens):
            return ""
        frequency: dict[str, int] = dictionary().dt.FREQ
        if frequency.get(word, 0) >= RARE:
            return ""
        near = [w for shape in _shapes(word) for w in self._near[shape] if _sounds_like(word, w)]
        return max(near, key=lambda w: frequency.get(w, 0), default="")


def _shapes(word: str) -> Iterator[str]:
    """The word with each of its characters left open in turn."""
    for position in range(len(word)):
        yield word[:position] + "_" + word[position + 1 :]


def _sounds_like(word: str, other: str) -> bool:
    """Whether the words sound alike, with a telling character in common."""
    pairs = list(zip(word, other, strict=True))
    kept = any(a == b and a not in stop_words("zh") for a, b in pairs)
    return kept and all(a == b or _sound(a) == _sound(b) for a, b in pairs)


@lru_cache(maxsize=8192)
def _sound(char: str) -> str:
    """A character's usual reading without tone, easily confused sounds made one."""
    from pypinyin import lazy_pinyin

    reading = str(lazy_pinyin(char)[0])
    for sound, plain in ALIKE:
        if reading.startswith(sound):
            return plain + reading[len(sound) :]
    return reading
