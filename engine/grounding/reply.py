"""May this sentence be said? All rules in order, the first that refuses gives its reason."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from engine.grounding.attachments import loose
from engine.grounding.denied import of_others, undone
from engine.grounding.dimensions import wrong_unit, wrong_way
from engine.grounding.facts import Context, Fact, facts, named, source_facts
from engine.grounding.names import unknown_mark, unknown_name
from engine.grounding.polarity import bare_answer, flipped, opens_with_answer
from engine.grounding.quantities import Quantity
from engine.grounding.reading import Reading, Source, Token, read, read_passage
from engine.grounding.sentences import MAX_SENTENCE
from engine.grounding.speech import addresses_request, instruction, is_courtesy, promise
from engine.grounding.subjects import same_value, subjects, wrong_subject
from engine.grounding.text import is_han
from engine.types import Check, Passage, Prompt, SourceKind

_END = " .!。！"
WHOLE = 100
COUNTED = {"colour": "colour", "size": "fit", "material": "material"}
"""What a list may be counted as, with the kind of its values."""
SUPPORT = 0.5
"""Least share of a sentence's words that its sources must hold, same language."""
SUPPORT_GOODS = 0.55
"""The same of goods, whose data are short: what is new there is invented."""
SUPPORT_ACROSS = 0.4
"""The same where the sentence is in another language than every passage: known words only."""
_WEIGHT = {
    "light": 0.0,
    "word": 0.8,
    "gram": 0.35,
    "neg": 0.0,
    "axis": 0.6,
    "plain": 1.0,
    "mark": 1.0,
}


@dataclass(frozen=True, slots=True)
class Sources:
    """What one draft may draw on. `links`: allowed URLs beyond those in entries, such as product
    pages. `names`: names that may always be said, such as the shop's own."""

    passages: tuple[Passage, ...]
    question: str = ""
    language: str = ""
    links: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()


def sources_of(prompt: Prompt) -> Sources:
    """What a draft to `prompt` may draw on: its passages and the reason, which code has found."""
    reason = Passage("reason", SourceKind.PRODUCT, "", prompt.reason, prompt.language)
    passages = (*prompt.passages, reason) if prompt.reason else prompt.passages
    return Sources(passages, prompt.question, prompt.language)


def _clause_text(reading: Reading, position: int) -> str:
    index = reading.clause_of(position)
    ends = (*reading.starts[1:], len(reading.text))
    return reading.text[reading.starts[index] : ends[index]].lstrip(" ,;，；")


def _echoed(fact: Fact, question: Reading) -> bool:
    """Whether a value is the shopper's own, said in a clause about the request."""
    own = any(fact.category == f.category and same_value(fact, f) for f in facts(question))
    return own and addresses_request(_clause_text(fact.reading, fact.position))


def _unsupported(reading: Reading, question: Reading, sources: tuple[Source, ...]) -> str:
    """The first word that makes too much of the sentence new, or ""."""
    known = frozenset().union(*(s.concepts for s in sources))
    asked = frozenset(t.concept for t in question.tokens)
    goods = all(s.passage.kind == SourceKind.PRODUCT for s in sources)
    gifted = any(t.concept == "include" for t in reading.tokens)
    for token in reading.tokens:
        free = token.concept == "free" and token.sign > 0 and not gifted
        if (free or token.kind == "topic") and token.concept not in known:
            return token.word
    if len(sources) == 1 and goods and (guessed := _guessed(reading, asked - known)):
        return guessed
    across = all(is_han(s.passage.text) != is_han(reading.text) for s in sources)
    kinds = ("plain", "ware", "topic", "axis", "mark") if across else tuple(_WEIGHT)
    counted = [t for t in reading.tokens if t.kind in kinds]
    total = sum(_WEIGHT.get(t.kind, 1.0) for t in counted)
    held = sum(_WEIGHT.get(t.kind, 1.0) for t in counted if t.concept in known or t.kind == "mark")
    held += sum(0.5 * _WEIGHT.get(t.kind, 1.0) for t in counted if t.concept in asked - known)
    stated = len(reading.quantities)
    least = SUPPORT_ACROSS if across else SUPPORT_GOODS if goods else SUPPORT
    if total and held + stated < least * (total + stated):
        return next((t.word for t in counted if t.concept not in known), reading.text)
    return ""


def _guessed(reading: Reading, asked_only: frozenset[str]) -> str:
    """A word that only the question has and the sentence grants: "yes, it has a laptop sleeve".

    A clause with a value is judged by its value: "how old?", "aged 3".
    """
    settled = {t.clause for t in reading.tokens if t.kind == "neg" or t.sign < 0}
    settled |= {reading.clause_of(q.start) for q in reading.quantities}
    kinds = ("plain", "word", "ware", "topic")
    granted = (t for t in reading.tokens if t.kind in kinds and t.clause not in settled)
    return next((t.word for t in granted if t.concept in asked_only), "")


def _refusal(reading: Reading, question: Reading, sources: Sources) -> str:
    read_sources = tuple(read_passage(p) for p in sources.passages)
    concepts = frozenset().union(*(s.concepts for s in read_sources))
    if told := instruction(reading.text):
        return f"instruction:{told.strip()}"
    if is_courtesy(reading.text):
        return ""
    if not read_sources:
        return "unsupported:no source"
    if promised := promise(reading.text, concepts):
        return f"promise:{promised.strip()}"
    kind, mark = unknown_mark(reading, read_sources, sources.links)
    if kind:
        return f"{kind}:{mark}"
    entries = all(p.kind is SourceKind.ENTRY for p in sources.passages)
    if entries and (others := of_others(reading, question)):
        return f"beside:{others}"
    return _facts_refusal(reading, question, read_sources, sources.names)


def _facts_refusal(
    reading: Reading, question: Reading, sources: tuple[Source, ...], names: frozenset[str]
) -> str:
    if _verbatim(reading, sources):
        return ""
    known = source_facts(sources)
    said = [f for f in facts(reading) if not _echoed(f, question) and not named(f, sources)]
    for fact in said:
        stated = any(f.category == fact.category and same_value(fact, f) for f, _ in known)
        if not stated and not isinstance(fact.value, Token) and not _tally(fact, said, known):
            return f"quantity:{fact.label}"
    if name := unknown_name(reading, sources, names):
        return f"name:{name}"
    if measured := wrong_unit(reading) or wrong_way(reading, sources):
        return f"dimension:{measured}"
    if label := wrong_subject(said, question, known, subjects(sources)):
        return f"subject:{label}"
    if word := loose(reading, sources):
        return f"loose:{word}"
    if undone(reading, sources) or flipped(reading, question, sources):
        return "polarity"
    if bare_answer(reading, question, sources):
        return "unsupported:bare answer"
    if new := _unsupported(reading, question, sources):
        return f"unsupported:{new}"
    return ""


def _verbatim(reading: Reading, sources: tuple[Source, ...]) -> bool:
    """Whether a source has this very sentence. A leading yes or no answers another question."""
    if opens_with_answer(reading.text):
        return False
    own = reading.text.rstrip(_END)
    return any(own == r.text.rstrip(_END) for s in sources for r in s.sentences)


def _tally(fact: Fact, said: list[Fact], known: list[tuple[Fact, Context]]) -> bool:
    """Whether a value is settled by a list: "two colours: white and black" counts its own,
    "three sizes" a source's; a size's sides may be stated one by one; "in full" needs no share."""
    value = fact.value
    if fact.category == "count" and isinstance(value, Quantity):
        own = Counter(f.category for f in said if f is not fact)
        return any(n == value.low for kind, n in own.items() if kind != "count") or any(
            len(values) == value.low for values in _lists(value, known)
        )
    if fact.category == "percent" and isinstance(value, Quantity) and value.text[-1] != "%":
        return value.low == WHOLE and not any(f.category == "percent" for f, _ in known)
    return fact.category == "size" and not any(f.category == "size" for f, _ in known)


def _lists(value: Quantity, known: list[tuple[Fact, Context]]) -> list[set[str]]:
    """The source lists, sentence by sentence, of what a count counts."""
    kinds = {kind for noun, kind in COUNTED.items() if noun in value.nouns}
    lists: dict[tuple[int, str], set[str]] = defaultdict(set)
    for fact, _ in known:
        if fact.category in kinds:
            lists[id(fact.reading), fact.category].add(fact.label)
    return list(lists.values())


def check_sentence(sentence: str, sources: Sources) -> Check:
    """Whether `sentence` may be sent: every claim in it must stand in `sources`.

    The reason of a refusal is "kind:detail", kind one of instruction, promise, link, email,
    phone, code, token, quantity, name, subject, loose, polarity, unsupported."""
    if len(sentence) > MAX_SENTENCE:
        return Check(sentence, False, "unsupported:too long")
    reason = _refusal(read(sentence), read(sources.question), sources)
    return Check(sentence, not reason, reason)
