"""A review of a shopper's own: their points as sentences, nothing added, nothing left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from engine.grounding.reading import read
from engine.grounding.reply import Sources, check_sentence
from engine.grounding.sentences import split_sentences
from engine.grounding.text import HAN, fold, is_han, mostly_han, stem
from engine.types import Check, Passage

LINES = re.compile(r"[\n;；]+")
BULLET = re.compile(r"^\s*(?:[-–—•·*]|\d{1,2}[.)、](?!\d))\s*")
ENDED = re.compile(r"[.!?。！？…]['\"’”」』）)]*$")
WIDE_GAP = re.compile(r"([。！？]) ")
PIECE = re.compile(
    rf"[a-z\u00c0-\u024f]+(?:'[a-z]+)?|\d+(?:[.,]\d+)*|[{HAN}]+|[^\s\w.,;:!?'\"()…-]"
)
PUNCTUATION = frozenset("，。、；：！？（）“”‘’「」《》·—")
LEAST_RUN = 2
"""Chinese characters that must stand together in a point; one alone may say anything."""
FREE = {
    "en": "a an the this that these those it its they them their i me my mine is are was "
    "were be been am has have had do does did and or but as at by for from in into of on to with "
    "which who there here when while find found think feel feels product item",
    "zh": "我 我的 觉得 感觉 这款 这个 这件 它 它的 的 了 是 有 在 也 和 与 而且 但 但是 不过 还 "
    "就 着 过 地 得 把 对 产品 商品 东西",
}
"""Words that join what is said and claim nothing: far fewer than in a shop's own texts, as "the
best" and "always" are claims where a buyer says them."""
BUYERS_OWN = re.compile(
    r"(?:i|we|my|our|would|will|won't|wouldn't|love|like|hate|enjoy|recommend|buy|bought|got|order"
    r"|return|use|happy|glad|pleased|satisfied|disappointed|delighted|sorry|regret)(?:s|d|ed|ing)?\b"
    r"|我|咱|会|不会|不?想|买|下单|退|不?推荐|不?喜欢|不?满意|失望|后悔|开心|高兴|用了|收到",
    re.I,
)
"""How a point begins that a sentence about the product would turn round: "would not buy again"."""
DEGREES = frozenset("很太更最挺真好")
"""Characters that count alone, where the point has them."""


@dataclass(frozen=True, slots=True)
class OwnWords:
    """A review's text. `checks`: of each drafted sentence. `drafted`: whether any was taken."""

    text: str
    checks: tuple[Check, ...] = ()
    drafted: bool = False


@dataclass(frozen=True, slots=True)
class _Clause:
    """What one clause says: its words, its Chinese runs, how often it denies."""

    words: frozenset[str]
    runs: tuple[str, ...]
    denials: int


def points_in(text: str) -> tuple[str, ...]:
    """The points of a message in its own words: one a line, or a sentence."""
    lines = (BULLET.sub("", line) for line in LINES.split(text))
    found = (" ".join(one.split()) for line in lines for one in split_sentences(line))
    return tuple(dict.fromkeys(one for one in found if any(map(str.isalnum, one))))


def own_review(points: Sequence[Passage], drafted: Sequence[str] = ()) -> OwnWords:
    """The points in their order, each as drafted or, where the draft does not say it all, as said.

    `drafted`: what was written for each point. A sentence is struck where a word of it stands in no
    clause of the point, where it denies what the point does not, or where grounding refuses it.
    """
    told, checks = list[tuple[str, bool]](), list[Check]()
    drafts = (*drafted, *[""] * (len(points) - len(drafted)))
    for point, draft in zip(points, drafts, strict=True):
        judged = [_judged(sentence, point) for sentence in _sentences(draft)]
        kept = [check.sentence for check in judged if check.passed]
        whole = bool(kept) and _says_all(kept, point)
        told += [(one, True) for one in kept] if whole else [(plain(point.text), False)]
        checks += judged
    name = points[0].title if points else ""
    text = WIDE_GAP.sub(r"\1", " ".join(_named_once(told, name)))
    return OwnWords(text, tuple(checks), any(drafted for _, drafted in told))


def wordable(point: str) -> bool:
    """Whether a point is of the product: what its buyer did or would do is theirs to say."""
    return not BUYERS_OWN.match(fold(point))


def plain(point: str) -> str:
    """A point as it was said, with a capital and an end."""
    end = "" if ENDED.search(point) else "。" if mostly_han(point) else "."
    return f"{point[:1].upper()}{point[1:]}{end}"


def _sentences(text: str) -> list[str]:
    flat = (" ".join(one.split()) for one in split_sentences(text))
    return list(dict.fromkeys(filter(None, flat)))


def _judged(sentence: str, point: Passage) -> Check:
    lacking = _lacking(sentence, point) if wordable(point.text) else "voice"
    if lacking:
        return Check(sentence, False, lacking)
    return check_sentence(sentence, Sources((point,), names=frozenset({point.title})))


def _named_once(told: Sequence[tuple[str, bool]], name: str) -> Iterator[str]:
    """The sentences; a drafted one says "it" where the one before begins with the product too."""
    english = re.compile(rf"(?:The|This) {re.escape(name)}(?= )")
    chinese = re.compile(rf"(?:这款)?{re.escape(name)}的?(?=[{HAN}])")
    pattern, short = (chinese, "") if is_han(name) else (english, "It")
    before = False
    for sentence, drafted in told:
        found = pattern.match(sentence)
        yield f"{short}{sentence[found.end() :]}" if before and found and drafted else sentence
        before = bool(found)


def _lacking(sentence: str, point: Passage) -> str:
    """What a sentence says and no clause of the point does; "" where the point carries it."""
    stated, said = _clauses(point.text), False
    # The product itself may be named, as a whole or by its last word: a "lamp", no "desk".
    it = re.sub(re.escape(point.title), "它" if is_han(point.title) else "it", sentence, flags=re.I)
    named = frozenset(map(stem, point.title.lower().split()[-1:]))
    for clause in _clauses(it):
        words, runs = clause.words - named, clause.runs
        said = said or bool(words or any(map(_bare, runs)))
        fitting = [one for one in stated if words <= one.words and not _new(runs, one.runs)]
        if not fitting:
            return f"unsupported:{min(words, default='') or ''.join(runs)}"
        touched = [one for one in stated if _touches(words, runs, one)]
        if clause.denials != sum(one.denials for one in touched):
            return "polarity"
    return "" if said else "unsupported:no point"


def _touches(words: frozenset[str], runs: Sequence[str], stated: _Clause) -> bool:
    pairs = (one[i : i + LEAST_RUN] for one in map(_bare, runs) for i in range(len(one) - 1))
    return bool(words & stated.words) or any(p in run for p in pairs for run in stated.runs)


def _says_all(sentences: Sequence[str], point: Passage) -> bool:
    """Whether sentences say all that a point says."""
    said = "".join(sentences)
    stated = [_clauses(point.text), _clauses(said)]
    words, told = (frozenset().union(*(one.words for one in group)) for group in stated)
    denied, denials = (sum(one.denials for one in group) for group in stated)
    kept = {char for one in stated[1] for run in one.runs for char in run}
    wanted = {char for one in stated[0] for run in one.runs for char in _bare(run)}
    return words <= told and wanted <= kept and denied == denials


@cache
def _free(language: str) -> frozenset[str]:
    words = FREE[language].split()
    return frozenset(map(stem, words)) if language == "en" else frozenset(words)


def _clauses(text: str) -> tuple[_Clause, ...]:
    """The clauses of a text, sentence by sentence."""
    return tuple(
        made for one in split_sentences(text) if one.strip() for made in _of_sentence(one.strip())
    )


def _of_sentence(sentence: str) -> list[_Clause]:
    reading = read(sentence)
    ends = (*reading.starts[1:], len(reading.text))
    denials = [token for token in reading.tokens if token.kind == "neg"]
    found = []
    for start, end in zip(reading.starts, ends, strict=True):
        inside = [one for one in denials if start <= one.start < end]
        text, shift = reading.text[start:end], start
        for one in inside:
            if not is_han(one.word):
                text = f"{text[: one.start - shift]}{text[one.end - shift :]}"
                shift += one.end - one.start
        words = _words(text)
        if words or inside or is_han(text):
            found.append(_Clause(words, tuple(_runs(text)), len(inside)))
    return found


def _words(text: str) -> frozenset[str]:
    """What a text claims by words of letters, by numbers and by signs such as stars."""
    pieces = (piece for piece in PIECE.findall(fold(text).lower()) if not is_han(piece))
    stems = (stem(piece) for piece in pieces if piece not in PUNCTUATION)
    return frozenset(word for word in stems if word not in _free("en"))


def _runs(text: str) -> list[str]:
    return re.findall(f"[{HAN}]+", fold(text))


def _new(runs: Sequence[str], stated: Sequence[str]) -> bool:
    return any(_rest(run, stated) for run in runs)


def _bare(run: str) -> str:
    """A Chinese run without the words that claim nothing."""
    return _rest(run, ())


def _rest(run: str, stated: Sequence[str]) -> str:
    """What of a Chinese run is neither said by the point nor free."""
    left, at = "", 0
    longest = max(map(len, _free("zh")))
    while at < len(run):
        sizes = range(len(run) - at, 0, -1)
        size = next((n for n in sizes if _stands(run[at : at + n], stated, longest)), 0)
        left += "" if size else run[at]
        at += size or 1
    return left.replace(" ", "")


def _stands(piece: str, stated: Sequence[str], longest: int) -> bool:
    if len(piece) <= longest and piece in _free("zh"):
        return True
    if len(piece) < LEAST_RUN and piece not in DEGREES:
        return False
    return any(piece in run for run in stated)
