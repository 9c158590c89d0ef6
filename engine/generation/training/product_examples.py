"""Examples about products: described from attributes, recommended for a reason, reviews summed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from engine.generation.training.example import Example, Turn
from engine.generation.training.families import Fact, Ware, bare_things, common_facts, talk
from engine.generation.training.slots import Pair, Slots
from engine.generation.training.typos import messy
from engine.types import Passage, Prompt, Route, SourceKind

MESSY, SPECIFIC, NARROW = 0.25, 0.5, 0.35
FACTS = 3


@dataclass(frozen=True, slots=True)
class _Known:
    """A fact with values of its own."""

    fact: Fact
    slots: Slots

    def fill(self, text: str, language: str) -> str:
        return self.slots.fill(text, language)


@dataclass(frozen=True, slots=True)
class _Thing:
    """One invented product: its name and its facts, those of its kind first."""

    name: Pair
    own: int
    facts: tuple[_Known, ...]

    def named(self, language: str) -> str:
        return self.name[language == "zh"]

    def passage(self, language: str, draw: random.Random, described: int) -> Passage:
        """As the engine shows a product: description, then "name: value; name: value"."""
        told = draw.sample(self.facts, min(described, len(self.facts)))
        gap = "" if language == "zh" else " "
        prose = gap.join(known.fill(known.fact.sentence[language], language) for known in told)
        listed = "; ".join(k.fill(k.fact.attribute[language], language) for k in self.facts)
        name = self.named(language)
        return Passage(f"product:{name}", SourceKind.PRODUCT, name, f"{prose} {listed}", language)


def describe_example(wares: Sequence[Ware], draw: random.Random, language: str) -> Example:
    """What a product is, and single facts that are asked for."""
    ware = draw.choice(wares)
    thing = _thing(ware, draw, language, common=draw.randint(1, 4))
    if draw.random() < NARROW:
        return _one_fact(thing, ware, draw, language)
    passage = thing.passage(language, draw, draw.randint(1, 3))
    turns = [_general(thing, language, draw)]
    for known in draw.sample(thing.facts, min(FACTS, len(thing.facts))):
        asked = _about(known.fact.question[language], thing.named(language), language, draw)
        turns.append((_hasty(asked, language, draw), _told([known], thing, language, draw)))
    if draw.random() < SPECIFIC:
        draw.shuffle(turns)
    question, answer = turns[0]
    prompt = Prompt(Route.DESCRIBE, language, question, (passage,))
    return Example(prompt, answer, ware.nouns["en"], "describe", tuple(turns[1:]))


def _one_fact(thing: _Thing, ware: Ware, draw: random.Random, language: str) -> Example:
    """A question shown with nothing but the fact that answers it, as the engine narrows them."""
    known = draw.choice(thing.facts)
    fact = known.fill(known.fact.attribute[language], language)
    name = thing.named(language)
    passage = Passage(f"product:{name}", SourceKind.PRODUCT, name, fact, language)
    asked = _about(known.fact.question[language], name, language, draw)
    prompt = Prompt(Route.DESCRIBE, language, _hasty(asked, language, draw), (passage,))
    return Example(prompt, _told([known], thing, language, draw), ware.nouns["en"], "describe")


def _general(thing: _Thing, language: str, draw: random.Random) -> Turn:
    """What it is like, told by two or three of its own facts."""
    asked = draw.choice(talk()["describe"][language]).format(name=thing.named(language))
    facts = draw.sample(thing.facts[: thing.own], min(draw.choice((2, 2, 3)), thing.own))
    return _hasty(asked, language, draw), _told(facts, thing, language, draw)


def recommend_example(wares: Sequence[Ware], draw: random.Random, language: str) -> Example:
    """Every product by name, in order, with the reason in other words."""
    known = (*wares, *draw.sample(bare_things(), len(wares)))
    ware, count = draw.choice(known), draw.choice((1, 2, 2, 3, 3))
    mixed = draw.random() < 0.4
    kinds = [ware if i == 0 or not mixed else draw.choice(known) for i in range(count)]
    things = [_thing(k, draw, language, common=draw.randint(3 * (not k.facts), 4)) for k in kinds]
    if len({t.name for t in things}) < count:
        return recommend_example(wares, draw, language)
    passages = tuple(t.passage(language, draw, draw.randint(1, 2)) for t in things)
    chosen = draw.choices(talk()["reasons"], weights=(5, 2, 1, 1, 1))[0]
    slots = Slots(draw, language)
    question, wish = _wish(ware, slots, language, draw)
    slots.bind("x", _reference(chosen, wares, draw))
    reason = slots.fill(chosen[language].replace("{wish}", wish), language)
    listed = _listed([t.named(language) for t in things], language)
    says = draw.choice(chosen["one" if count == 1 else "says"][language]).replace("{list}", listed)
    answer = slots.fill(says, language)
    if count == 1:
        gap = "" if language == "zh" else " "
        known_facts = things[0].facts[: things[0].own or None]
        answer += gap + _told([draw.choice(known_facts)], things[0], language, draw)
    prompt = Prompt(Route.RECOMMEND, language, question, passages, (), reason)
    return Example(prompt, answer, ware.nouns["en"], "recommend")


def review_example(wares: Sequence[Ware], draw: random.Random, language: str) -> Example:
    """What buyers say, the good before the bad."""
    ware, words = draw.choice(wares), talk()["opinions"]
    thing = _thing(ware, draw, language, common=0)
    good = draw.sample(words["good"], draw.randint(1, 2))
    bad = draw.sample(words["bad"], draw.randint(0, 1))
    said = [opinion[language][0] for opinion in [*good, *bad]]
    draw.shuffle(said)
    name = thing.named(language)
    passages = tuple(
        Passage(f"review:{i}", SourceKind.REVIEW, name, text, language)
        for i, text in enumerate(said)
    )
    says = words["says"][language if bad else f"only_good_{language}"]
    joint = "、" if language == "zh" else " and "
    answer = draw.choice(says).format(
        good=joint.join(g[language][1] for g in good), bad="".join(b[language][1] for b in bad)
    )
    question = _hasty(draw.choice(words["asks"][language]).format(name=name), language, draw)
    prompt = Prompt(Route.REVIEW, language, question, passages)
    return Example(prompt, answer, ware.nouns["en"], "review")


def _thing(ware: Ware, draw: random.Random, language: str, common: int) -> _Thing:
    maker = draw.choice(talk()[draw.choice(("makers", "adjectives"))])
    name = (f"{maker['en']} {ware.nouns['en']}", f"{maker['zh']}{ware.nouns['zh']}")
    taken = {_attribute(fact) for fact in ware.facts}
    others = [fact for fact in common_facts() if _attribute(fact) not in taken]
    facts = [*ware.facts, *draw.sample(others, common)]
    known = tuple(_Known(fact, Slots(draw, language)) for fact in facts)
    return _Thing(name, len(ware.facts), known)


def _attribute(fact: Fact) -> str:
    return fact.attribute["en"].partition(":")[0]


def _told(facts: Sequence[_Known], thing: _Thing, language: str, draw: random.Random) -> str:
    """The facts as a sentence or two about the product."""
    phrases = [k.fill(draw.choice(k.fact.phrases[language]), language) for k in facts]
    opening = draw.choice(talk()["openings"][language]).format(name=thing.named(language))
    if language == "zh":
        return f"{opening}{'，'.join(phrases)}。"
    first = f"{opening} {' and '.join(phrases[:2])}."
    return f"{first} It {phrases[2]}." if len(phrases) > 2 else first


def _about(question: str, name: str, language: str, draw: random.Random) -> str:
    """A question for one fact, mostly with the product's name in it."""
    if draw.random() < 0.3:
        return question
    if language == "zh":
        return f"{name}{question}"
    if " it " in f"{question.lower().rstrip('?')} ":
        return question.rstrip("?").replace(" it", f" the {name}", 1) + "?"
    return draw.choice((f"{question} I mean the {name}", f"{name}: {question.lower()}"))


def _hasty(question: str, language: str, draw: random.Random) -> str:
    return messy(question, language, draw) if draw.random() < MESSY else question


def _listed(names: Sequence[str], language: str) -> str:
    if language == "zh":
        return "、".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def _reference(reason: dict[str, object], wares: Sequence[Ware], draw: random.Random) -> Pair:
    """What a reason speaks of: a category, or another product."""
    if "category" in str(reason["en"]):
        label = draw.choice(talk()["categories"])
        return label["en"], label["zh"]
    return _thing(draw.choice(wares), draw, "en", common=0).name


def _wish(ware: Ware, slots: Slots, language: str, draw: random.Random) -> tuple[str, str]:
    """What the shopper says, and how the reason words it: kind, colour, bound."""
    person = draw.choice(talk()["persons"])
    slots.bind("person", (person["en"], person["zh"]))
    slots.bind("noun", (ware.nouns["en"], ware.nouns["zh"]))
    asked = draw.choice(talk()["wishes"][language])
    parts = ["{noun}"] if "{noun}" in asked else []
    if "{money}" in asked:
        parts.append("≤ {money}")
    joint = "、" if language == "zh" else ", "
    question = slots.fill(asked, language)
    wish = slots.fill(joint.join(parts), language) or question.rstrip("?？")[:60]
    return _hasty(question, language, draw), wish
