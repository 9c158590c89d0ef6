"""Groups what was asked in vain: like questions together, in one language and across."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from engine.errors import ShopdeskError
from engine.gaps.collecting import Asked, Kind, bare
from engine.retrieval.encoders import Encoders, Vectors

OTHER = "other"
NEAREST = 3


@dataclass(frozen=True, slots=True)
class Cuts:
    """How far questions of one group may lie apart on average (1 - cosine), by encoder; and how
    near (cosine) the middles of two groups of different encoders must be to be one.

    Chosen on intents that no figure was measured on; see the lab notes.
    """

    apart: Mapping[str, float]
    joined: float


CUTS = Cuts({"en": 0.525, OTHER: 0.475}, 0.6)


@dataclass(frozen=True, slots=True)
class Variant:
    """One wording of a question, and how many turns had it."""

    words: str
    language: str
    turns: int


@dataclass(frozen=True, slots=True)
class Near:
    """An existing entry near to a gap. `offered`: it was shown as a button to who asked."""

    entry: str
    offered: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions asked in vain that want one answer. `title`: the most central wording."""

    id: str
    title: str
    language: str
    variants: tuple[Variant, ...]
    asked: tuple[Asked, ...]
    near: tuple[Near, ...]

    @property
    def shoppers(self) -> int:
        """How many different shoppers asked."""
        return len({one.shopper for one in self.asked})

    @property
    def kinds(self) -> dict[str, int]:
        """How many turns there are of each kind."""
        found = Counter(one.kind for one in self.asked)
        return {kind.value: found[kind] for kind in Kind}

    @property
    def languages(self) -> tuple[str, ...]:
        """Those it was asked in, the most frequent first."""
        return tuple(name for name, _ in Counter(a.language for a in self.asked).most_common())

    @property
    def first(self) -> datetime:
        """When it was asked first."""
        return min(one.at for one in self.asked)

    @property
    def last(self) -> datetime:
        """When it was asked last."""
        return max(one.at for one in self.asked)

    @property
    def waiting(self) -> int:
        """How many conversations wait for an answer."""
        return len({one.conversation for one in self.asked if one.waits})


@dataclass(frozen=True, slots=True)
class _Wording:
    """One distinct wording with the turns that had it."""

    words: str
    key: str
    asked: tuple[Asked, ...]


def gap_id(question: str) -> str:
    """The name of the gap whose most central wording this is."""
    return hashlib.sha256(bare(question).encode()).hexdigest()[:16]


def find_gap(gaps: Iterable[Gap], name: str) -> Gap:
    """The gap of that name, also where another wording has become its most central one.

    Raises ShopdeskError.
    """
    for gap in gaps:
        if name == gap.id or any(name == gap_id(variant.words) for variant in gap.variants):
            return gap
    raise ShopdeskError(
        f"no gap {name!r}", where="gaps",
        mend="see `shopdesk gaps`; it may be answered, dismissed or older than --days.",
    )  # fmt: skip


def cluster(asked: Sequence[Asked], encoders: Encoders, cuts: Cuts = CUTS) -> tuple[Gap, ...]:
    """The gaps, those that most shoppers asked about first, then those asked most often."""
    wordings = _wordings(asked, encoders)
    vectors: dict[str, Vectors] = {}
    groups: list[list[_Wording]] = []
    for key in sorted({wording.key for wording in wordings}):
        mine = [wording for wording in wordings if wording.key == key]
        vectors |= _encoded(mine, key, encoders)
        labels = group(np.stack([vectors[w.words] for w in mine]), cuts.apart.get(key, 0.5))
        groups += _by_label(mine, labels)
    gaps = [_gap(part, vectors) for part in _joined(groups, encoders, cuts.joined)]
    return tuple(sorted(gaps, key=lambda g: (-g.shoppers, -len(g.asked), g.id)))


def group(vectors: Vectors, apart: float) -> list[int]:
    """A label for each vector: average linkage, until groups lie further apart than that."""
    if len(vectors) < 2:
        return [0] * len(vectors)
    from sklearn.cluster import AgglomerativeClustering

    made = AgglomerativeClustering(
        n_clusters=None, metric="cosine", linkage="average", distance_threshold=apart
    )
    return [int(label) for label in made.fit_predict(vectors)]


def join(left: Vectors, right: Vectors, least: float) -> list[tuple[int, int]]:
    """Pairs (of left, of right) that are each other's nearest, and at least so near (cosine)."""
    if not len(left) or not len(right):
        return []
    near = left @ right.T
    best, back = near.argmax(axis=1), near.argmax(axis=0)
    return [(i, int(j)) for i, j in enumerate(best) if back[j] == i and near[i, j] >= least]


def _wordings(asked: Iterable[Asked], encoders: Encoders) -> list[_Wording]:
    found: defaultdict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        found[bare(one.words)].append(one)
    return [
        _Wording(same[-1].words, _key(same[-1], encoders), tuple(same)) for same in found.values()
    ]


def _key(one: Asked, encoders: Encoders) -> str:
    key = encoders.key(one.language)
    return key if encoders.reads(key, one.words) else OTHER


def _encoded(wordings: Sequence[_Wording], key: str, encoders: Encoders) -> dict[str, Vectors]:
    words = [wording.words for wording in wordings]
    return dict(zip(words, encoders.encoder(key).encode(words), strict=True))


def _by_label(wordings: Sequence[_Wording], labels: Sequence[int]) -> list[list[_Wording]]:
    found: defaultdict[int, list[_Wording]] = defaultdict(list)
    for wording, label in zip(wordings, labels, strict=True):
        found[label].append(wording)
    return list(found.values())


def _joined(
    groups: Sequence[list[_Wording]], encoders: Encoders, least: float
) -> list[list[_Wording]]:
    """Groups of English and of other languages that ask the same become one."""
    others = [part for part in groups if part[0].key == OTHER]
    own = [part for part in groups if part[0].key != OTHER]
    if not own or not others:
        return list(groups)
    pairs = join(_middles(own, encoders), _middles(others, encoders), least)
    taken = {i: others[j] for i, j in pairs}
    alone = [part for j, part in enumerate(others) if j not in {pair[1] for pair in pairs}]
    return [*(part + taken.get(i, []) for i, part in enumerate(own)), *alone]


def _middles(groups: Sequence[Sequence[_Wording]], encoders: Encoders) -> Vectors:
    """The middle of each group, by the encoder that reads every language."""
    words = [wording.words for part in groups for wording in part]
    made = dict(zip(words, encoders.encoder(OTHER).encode(words), strict=True))
    middles = [np.mean([made[w.words] for w in part], axis=0) for part in groups]
    return np.stack([middle / np.linalg.norm(middle) for middle in middles]).astype(np.float32)


def _gap(wordings: Sequence[_Wording], vectors: Mapping[str, Vectors]) -> Gap:
    ordered = sorted(wordings, key=lambda w: (-len(w.asked), w.words))
    central = _central(ordered, vectors)
    asked = sorted((one for w in wordings for one in w.asked), key=lambda one: (one.at, one.turn))
    variants = tuple(Variant(w.words, w.asked[-1].language, len(w.asked)) for w in ordered)
    return Gap(gap_id(central.words), central.words, central.asked[-1].language, variants,
               tuple(asked), _near(asked))  # fmt: skip


def _central(wordings: Sequence[_Wording], vectors: Mapping[str, Vectors]) -> _Wording:
    """The wording nearest to all others of its encoder, each counted as often as it was asked."""
    turns = Counter[str]()
    for wording in wordings:
        turns[wording.key] += len(wording.asked)
    most = max(turns, key=lambda key: (turns[key], key))
    mine = [wording for wording in wordings if wording.key == most]
    matrix = np.stack([vectors[wording.words] for wording in mine])
    middle = np.average(matrix, axis=0, weights=[len(w.asked) for w in mine])
    return mine[int((matrix @ middle).argmax())]


def _near(asked: Sequence[Asked]) -> tuple[Near, ...]:
    offered = {entry for one in asked for entry in one.offered}
    found = Counter[str]()
    for one in asked:
        for place, entry in enumerate(one.near):
            found[entry] += NEAREST - place
    found.update(dict.fromkeys(offered, 1))
    return tuple(Near(entry, entry in offered) for entry, _ in found.most_common(NEAREST))
