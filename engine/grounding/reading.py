"""One text read once: its tokens as concepts, its quantities, its clauses."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import lru_cache

from engine.grounding.attributes import attributes
from engine.grounding.lexicon import Concept, lexicon
from engine.grounding.marks import Mark, blank, mark_key, marks
from engine.grounding.quantities import Quantity, quantities
from engine.grounding.sentences import MAX_SENTENCE, split_sentences
from engine.grounding.text import HAN, fold, is_han, stem
from engine.types import Passage, SourceKind

_WORD = re.compile(rf"[A-Za-z\u00c0-\u024f]+(?:'[A-Za-z]+)?|[{HAN}]+")
_CLAUSE = re.compile(
    r"[,;:，；：。.!?()（）\[\]]|\s-\s|—"
    r"|\b(?:but|while|whereas|however|although|unless|except|otherwise|because|apart from)\b"
    r"|(?<=\w )(?:if|when|as long as)\b"
    r"|\b(?:and|or)\b(?= (?:do not|does not|never|not|can|are|is|will|you|we|they|it|please|must"
    r"|should)\b)"
    r"|\b(?:and|or|nor)\b(?= (?:no|have no|never|without)\b)"
    r"|但是?|不过|而(?!且)|除非|否则|除了?(?!湿)|如果|若|[也又且并](?=不|无|没|未)"
    rf"|(?<=[{HAN}]{{3}})(?=我们(?:会|将|可)|您(?:可以|需|能))",
    re.I,
)
_JOINED = re.compile(
    r"\b(?:and|or) (?=(?:[\w'-]+ ){1,4}?(?:can|are|is|will|must|do|does|has|have|costs?|takes?)\b)",
    re.I,
)
"""Where a clause with a subject of its own may follow "and"."""
_FINITE = re.compile(r"\b(?:can|are|is|will|must|do|does|has|have|costs?|takes?|we|you)\b", re.I)
_CONDITION = re.compile(r"(?<=\s)(?:if|when|once|as long as|because|while)\b", re.I)
_OWN_COST = re.compile(r"(?<!not )\bpay\b[^.,;]*\byourself\b|自己(?:出|付|承担|支付|负担)", re.I)
_ATTRIBUTE = re.compile(rf"[{HAN}\x00]{{1,8}}?的(?=[{HAN}]{{2,}})")
_OPENING = re.compile(
    r"^\W*(?:no|nope|yes|sorry|unfortunately|sorry no|不|不行|不能|抱歉)\W*$", re.I
)
_CONDITION_FIRST = re.compile(r"(?:if|when|once|after|before|unless|as long as|until)\b", re.I)
_ENDING = tuple(",.;:，。；：!！?？)）")
_POLITE = re.compile("[请就]")
_LACK = frozenset(("无", "没有", "没", "非", "不含", "不带"))
_CONTINUED = re.compile(r"\s*(?:包括|例如|比如|such as|including)")
_VERBAL = re.compile(
    r"\x00|\b(?:is|are|was|were|be|can|could|will|would|must|may|should|do|does|has|have|had|you"
    r"|we|they|it|i"
    r"|this|that|which|who|please|costs?|takes?|comes?|gets?|goes|fits?|apply|applies|contact"
    r"|wash|dry|use"
    r"|keep|oil|wipe|send|store|put|write|call|choose|see|tap|ask|make|measure|return|not|no"
    r"|never|without"
    r"|then|if|when|until|after|before|once|from|free|only|unless|except|plus|made|includes?"
    r"|included|open"
    r"|closed|works?|lets?|sent|available|wash(?:ed)?|just|so)\b",
    re.I,
)
_FIT = re.compile(r"(?<![A-Za-z'.&-])(?:X{0,3}S|M|X{0,3}L|[2-5]XL)(?![A-Za-z'&]|-[A-Za-z])")
OPENING = 40
"""Characters an opening such as "Sorry, no" may have."""
NOUN = 2
"""Characters a 无 reaches, as in 无釉."""
UNKNOWN = frozenset({"word", "gram"})
STATED = frozenset({"material", "colour", "place", "fit"})
"""Kinds of tokens that are values belonging to a subject, as quantities are."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word that carries meaning, as its concept."""

    concept: str
    kind: str
    sign: int
    start: int
    end: int
    clause: int
    word: str
    bounded: int = 0
    """Of a negation: where its reach ends, if before its clause: at "…的" or at "if"."""
    attribute: bool = False
    """Of a negation: whether it only describes what follows, as in 没有涂层的锅."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One sentence read. `clauses` is how many; `marks` are links, codes and the like."""

    text: str
    tokens: tuple[Token, ...]
    quantities: tuple[Quantity, ...]
    marks: tuple[Mark, ...]
    clauses: int
    starts: tuple[int, ...]

    def clause_of(self, position: int) -> int:
        """The index of the clause a position lies in."""
        return bisect_right(self.starts, position) - 1


@dataclass(frozen=True, slots=True)
class Source:
    """A passage read: its title and its sentences."""

    passage: Passage
    title: Reading
    sentences: tuple[Reading, ...]
    concepts: frozenset[str]


def _english(words: list[re.Match[str]], text: str) -> list[tuple[Concept, int, int]]:
    table = lexicon()
    spelt = [w.group().lower() for w in words]
    stems = [stem(w) for w in spelt]
    out: list[tuple[Concept, int, int]] = []
    at = 0
    while at < len(words):
        for size in range(min(table.longest_english, len(words) - at), 0, -1):
            concept = table.exact.get(tuple(spelt[at : at + size]))
            concept = concept or table.english.get(tuple(stems[at : at + size]))
            joined = all(
                text[words[i].end() : words[i + 1].start()] in (" ", "-")
                for i in range(at, at + size - 1)
            )
            if concept is not None and joined:
                out.append((concept, words[at].start(), words[at + size - 1].end()))
                at += size
                break
        else:
            out.append((Concept(stems[at], "word"), *words[at].span()))
            at += 1
    return out


def _han(run: str, offset: int) -> list[tuple[Concept, int, int]]:
    table = lexicon()
    out: list[tuple[Concept, int, int]] = []
    unknown = 0
    at = 0
    while at <= len(run):
        longest = min(table.longest_chinese, len(run) - at)
        size = next((n for n in range(longest, 0, -1) if run[at : at + n] in table.chinese), 0)
        if size or at == len(run):
            out += _grams(run, unknown, at, offset)
        if size:
            out.append((table.chinese[run[at : at + size]], offset + at, offset + at + size))
            unknown = at + size
        at += size or 1
    return out


def _grams(run: str, start: int, end: int, offset: int) -> list[tuple[Concept, int, int]]:
    """Unknown Chinese as overlapping pairs of characters; up to two stand for themselves."""
    if end - start in (1, 2):
        kind = "gram" if end - start == 1 else "word"
        return [(Concept(run[start:end], kind), offset + start, offset + end)]
    return [
        (Concept(run[i : i + 2], "gram"), offset + i, offset + i + 2) for i in range(start, end - 1)
    ]


def _concepts(text: str) -> list[tuple[Concept, int, int]]:
    out: list[tuple[Concept, int, int]] = []
    latin: list[re.Match[str]] = []
    for hit in _WORD.finditer(text):
        if hit.group()[0] >= "\u3400":
            out += _english(latin, text) + _han(hit.group(), hit.start())
            latin = []
        else:
            latin.append(hit)
    return out + _english(latin, text)


def _with_nouns(
    text: str, found: tuple[Quantity, ...], tokens: list[Token]
) -> tuple[Quantity, ...]:
    """Counts given the words they count: up to three of the same clause, before the next value."""
    out = []
    for q in found:
        if q.unit == "count" and text[q.end : q.end + 1] not in _ENDING:
            until = min([p.start for p in found if p.start >= q.end] + [q.end + 40])
            after = [t for t in tokens if q.end <= t.start <= until][:3]
            clause = after[0].clause if after else 0
            named = (
                f"~{t.concept}" if t.kind in UNKNOWN else t.concept
                for t in after
                if t.clause == clause
            )
            q = replace(q, nouns=q.nouns | frozenset(named))
        out.append(q)
    return tuple(out)


def _starts(text: str) -> tuple[int, ...]:
    """Where clauses begin. A comma before a mere list of things begins none."""
    cuts = [hit.start() for hit in _CLAUSE.finditer(text) if hit.start() > 0]
    joints = (hit.start() for hit in _JOINED.finditer(text))
    cuts = sorted(
        {*cuts, *(j for j in joints if _FINITE.search(text, max([0, *_before(cuts, j)]), j))}
    )
    kept = [0]
    for cut, following in zip(cuts, [*cuts, len(text)][1:], strict=True):
        listed = text[cut] in ",，" and _is_list(text[cut + 1 : following])
        if not listed or _opens(text, cut) or (cut == cuts[0] and _CONDITION_FIRST.match(text)):
            kept.append(cut)
    return tuple(kept)


def _opens(text: str, cut: int) -> bool:
    """Whether the text before a cut is but a yes, a no or a sorry."""
    return cut <= OPENING and bool(_OPENING.match(text[:cut]))


def _before(cuts: list[int], position: int) -> list[int]:
    return [cut for cut in cuts if cut < position]


def _is_list(segment: str) -> bool:
    if _CONTINUED.match(segment):
        return True
    return not is_han(segment) and not _VERBAL.search(segment)


def _bounded(text: str, start: int) -> int:
    """Where 的 closes the attribute that starts here, or "if" opens a condition, else 0."""
    hit = _ATTRIBUTE.match(text, start)
    if hit:
        return hit.end()
    condition = (_POLITE if is_han(text[start - 1]) else _CONDITION).search(text, start)
    return condition.start() if condition else 0


def _tokens(
    text: str, bare: str, special: tuple[Mark, ...], starts: tuple[int, ...]
) -> list[Token]:
    """The tokens of a folded text, in order; `bare` is that text without quantities and marks."""

    def token(concept: str, kind: str, sign: int, start: int, end: int) -> Token:
        clause = bisect_right(starts, start) - 1
        return Token(concept, kind, sign, start, end, clause, text[start:end])

    shouted = text.isupper() and not is_han(text)
    fits = [] if shouted else [hit.span() for hit in _FIT.finditer(bare)]
    tokens = [token(f"size {text[a:b]}", "fit", 0, a, b) for a, b in fits]
    for start, end in fits:
        bare = blank(bare, start, end)
    tokens += [token("free", "axis", -1, *hit.span()) for hit in _OWN_COST.finditer(bare)]
    tokens += [token(mark_key(m.kind, m.text), "mark", 0, m.start, m.end) for m in special]
    for concept, start, end in _concepts(bare):
        if concept.kind == "stop":
            continue
        found = token(concept.name, concept.kind, concept.sign, start, end)
        if concept.kind == "neg":
            lacks = found.word in _LACK and bool(_ATTRIBUTE.match(bare, end))
            until = end + NOUN if found.word == "无" else _bounded(bare, end)
            found = replace(found, bounded=until, attribute=lacks)
        tokens.append(found)
    return sorted(tokens, key=lambda t: t.start)


@lru_cache(maxsize=4096)
def read(text: str) -> Reading:
    """The reading of one sentence. What lies beyond MAX_SENTENCE characters is not read."""
    folded = fold(text[:MAX_SENTENCE])
    found, special = quantities(folded), marks(folded)
    bare = folded
    for start, end in [(q.start, q.end) for q in found] + [(m.start, m.end) for m in special]:
        bare = blank(bare, start, end)
    starts = _starts(bare)
    tokens = _tokens(folded, bare, special, starts)
    return Reading(
        folded, tuple(tokens), _with_nouns(folded, found, tokens), special, len(starts), starts
    )


@lru_cache(maxsize=1024)
def read_passage(passage: Passage) -> Source:
    """The reading of a passage."""
    title = read(passage.title)
    spelt = (part for s in split_sentences(passage.text) for part in attributes(s.strip()))
    sentences = tuple(read(s) for s in spelt if s)
    concepts = {t.concept for r in (title, *sentences) for t in r.tokens if t.kind != "neg"}
    told = {"customer"} if passage.kind is SourceKind.REVIEW else set()
    return Source(passage, title, sentences, frozenset(concepts | told))
