"""Names, codes, links and addresses: none may be said that no source holds."""

from __future__ import annotations

import re
from functools import lru_cache

from engine.grounding.lexicon import lexicon
from engine.grounding.marks import blank, link_key, mark_key, marks
from engine.grounding.reading import STATED, Reading, Source
from engine.grounding.text import HAN, fold, is_han, mostly_han, stem
from engine.types import SourceKind

_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:'[a-z]+)?(?:&[A-Za-z]+)?")
_QUOTED = re.compile(rf"[「『《\"]([^「」『』《》\"]*[{HAN}][^「」『』《》\"]*)[」』》\"]")
_NO_NAME_WORDS = (
    "i i'm i'd i'll i've ok eur usd cny rmb vat faq id uk eu pm am us cm kg ml pcs a xl l m s "
    "xs xxl monday tuesday wednesday thursday friday saturday sunday january february march "
    "april may june july august september october november december mon tue wed thu fri sat "
    "sun q x"
)
_NO_NAME = frozenset(_NO_NAME_WORDS.split())


@lru_cache(maxsize=1024)
def _words(text: str) -> frozenset[str]:
    found = {w.lower().removesuffix("'s") for w in _LATIN.findall(fold(text))}
    return frozenset(found | {stem(w) for w in found})


def _known_words(sources: tuple[Source, ...], names: frozenset[str]) -> list[frozenset[str]]:
    """The Latin words of each source, and of the shop's own names."""
    texts = [f"{s.passage.title} {s.passage.text}" for s in sources]
    return [_words(t) for t in [*texts, " ".join(sorted(names))]]


def _has_concept(word: str, sources: tuple[Source, ...]) -> bool:
    table = lexicon()
    spelt = (word.lower(),)
    shouted = len(word) > 1 and word.isupper()  # UPS is no "up"
    concept = table.exact.get(spelt) if shouted else table.english.get((stem(word),))
    if concept is None:
        return False
    return concept.kind == "stop" or any(concept.name in s.concepts for s in sources)


def _sequences(text: str) -> list[list[tuple[str, bool]]]:
    """Runs of capitalised words, each with whether it opens the sentence."""
    runs: list[list[tuple[str, bool]]] = []
    end = -2
    for hit in _LATIN.finditer(text):
        word = hit.group()
        if not word[0].isupper():
            continue
        opening = not re.search(rf"[\w{HAN}]", text[: hit.start()]) or bool(
            re.search(r"[.!?:]\s*[\"']?$", text[: hit.start()])
        )
        if runs and text[end : hit.start()] in (" ", "-", " & ") and not opening:
            runs[-1].append((word, opening))
        else:
            runs.append([(word, opening)])
        end = hit.end()
    return runs


def _is_common(word: str, opening: bool, alone: bool) -> bool:
    """Whether a capital says nothing: a sentence's first word, "I", a unit."""
    if word.lower() in _NO_NAME:
        return True
    shouted = len(word) > 2 and word.isupper()
    mixed = any(c.isupper() for c in word[1:]) and not word.isupper()
    return opening and alone and not shouted and not mixed


def _capitalised(reading: Reading, sources: tuple[Source, ...], names: frozenset[str]) -> str:
    text = reading.text
    letters = [c for c in text if c.isascii() and c.isalpha()]
    if not is_han(text) and sum(c.isupper() for c in letters) > 0.6 * len(letters):
        return ""
    known = _known_words(sources, names)
    held = [t for t in reading.tokens if any(t.concept in s.concepts for s in sources)]
    spans = [(m.start, m.end) for m in reading.marks] + [(t.start, t.end) for t in held]
    for start, end in spans + [(q.start, q.end) for q in reading.quantities]:
        text = blank(text, start, end)
    for run in _sequences(text):
        wanted = [w for w, opening in run if not _is_common(w, opening, len(run) == 1)]
        wanted = [w for w in wanted if not _has_concept(w, sources)]
        words = [
            {w.lower().removesuffix("'s")} | ({stem(w)} - {w.lower()} if not w.isupper() else set())
            for w in wanted
        ]
        if not all(any(w & k for k in known) for w in words):
            return " ".join(wanted)
        if words and not any(all(w & k for w in words) for k in known):
            return " ".join(wanted)
    return ""


def _foreign(reading: Reading, sources: tuple[Source, ...], names: frozenset[str]) -> str:
    """A Latin word inside Chinese text that no source holds."""
    if not mostly_han(reading.text):
        return ""
    known = frozenset().union(*_known_words(sources, names))
    spans = [(m.start, m.end) for m in reading.marks]
    spans += [(q.start, q.end) for q in reading.quantities]
    for hit in _LATIN.finditer(reading.text):
        word = hit.group().lower()
        if any(a <= hit.start() < b for a, b in spans) or word in _NO_NAME:
            continue
        if word not in known and stem(word) not in known and not _has_concept(word, sources):
            return hit.group()
    return ""


def _quoted(reading: Reading, sources: tuple[Source, ...], names: frozenset[str]) -> str:
    if not any(is_han(s.passage.text) for s in sources):
        return ""
    everything = "".join(fold(f"{s.passage.title} {s.passage.text}") for s in sources)
    everything += "".join(fold(n) for n in names)
    for hit in _QUOTED.finditer(reading.text):
        if hit[1].lower() not in everything.lower():
            return hit[1]
    return ""


def unknown_name(reading: Reading, sources: tuple[Source, ...], names: frozenset[str]) -> str:
    """The first name in the sentence that no source holds, or ""."""
    for token in reading.tokens:
        held = any(token.concept in s.concepts for s in sources)
        own = any(token.word.lower() in n.lower() for n in names)
        if token.kind in STATED and not held and not own:
            return token.word
    return (
        _capitalised(reading, sources, names)
        or _foreign(reading, sources, names)
        or _quoted(reading, sources, names)
    )


def _allowed_marks(sources: tuple[Source, ...]) -> dict[str, set[str]]:
    """Per kind, the marks a sentence may hold: addresses and links from entries and orders only."""
    allowed: dict[str, set[str]] = {k: set() for k in ("link", "email", "phone", "code", "token")}
    for source in sources:
        trusted = source.passage.kind in (SourceKind.ENTRY, SourceKind.ORDER)
        for mark in marks(fold(f"{source.passage.title} . {source.passage.text}")):
            if trusted or (mark.kind == "code" and source.passage.kind == SourceKind.PRODUCT):
                allowed[mark.kind].add(mark_key(mark.kind, mark.text))
    return allowed


def unknown_mark(
    reading: Reading, sources: tuple[Source, ...], links: frozenset[str]
) -> tuple[str, str]:
    """Kind and text of the first link, address, number or code not allowed, or ("", "")."""
    if not reading.marks:
        return "", ""
    allowed = _allowed_marks(sources)
    allowed["link"] |= {link_key(link) for link in links}
    for mark in reading.marks:
        if mark_key(mark.kind, mark.text) not in allowed[mark.kind]:
            return mark.kind, mark.text
    return "", ""
