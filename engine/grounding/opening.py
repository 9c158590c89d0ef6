"""A yes, no or sorry before a sentence: said only where the sentence itself bears it out."""

from __future__ import annotations

import re
from math import log

from engine.grounding.reading import Reading, read
from engine.grounding.reply import Sources, check_sentence
from engine.types import Check

_YES = (
    r"yes|yeah|yep|sure|certainly|of course|absolutely|correct"
    r"|(?:可以|能|会|行|要|用|需要|支持|有|含|带|包|算|好|对|是)的?|当然(?:可以)?|没问题"
)
_NO = (
    r"no|nope|sorry|unfortunately|i'?m afraid(?: not)?|not really"
    r"|(?:不(?:可以|能|会|行|要|用|需要|必|支持|是|含|带|包|算|好|对)|没有?|别)的?|(?:很|非常)?抱歉"
    r"|不好意思|对不起"
)
_SOFTLY = "[哦呢呀啦噢喔哈]?"
_OPENING = re.compile(rf"^\s*(?:(?P<yes>{_YES})|(?P<no>{_NO})){_SOFTLY}\s*[,，;；:：—–]+\s*", re.I)
_LIMITS = re.compile(
    r"\b(?:only|until|at most|no longer|without|neither|nobody|nothing|none)\b|[只仅]|最多|之前",
    re.I,
)
SURE = log(0.9)
"""Least log-probability of the first token of a yes or no that is said. A small model finds the
fact and not what it means for the question: of 157 such openings of ours 104 were right, of 45 that
the rest bore out 32; a larger one is sure of most."""
LEAST_SHARED = 0.25
"""Of what the question is about, by weight, that the rest must take up."""
_LIGHT = frozenset({"light", "neg"})
_WEIGHT = {"gram": 0.35}


def without_opening(sentence: str) -> str:
    """The sentence without its yes, no and sorry; as it is where nothing would be left."""
    opening, rest = cut_opening(sentence)
    return rest[:1].upper() + rest[1:] if opening else sentence


def cut_opening(sentence: str) -> tuple[str, str]:
    """The sentence in two: its yes, no and sorry ("" where it has none), and the rest."""
    end = 0
    while (found := _OPENING.match(sentence[end:])) and sentence[end + found.end() :].strip():
        end += found.end()
    return sentence[:end], sentence[end:]


def borne_out(sentence: str, question: str) -> bool:
    """Whether a yes or no at the beginning, if any, agrees with what follows it.

    What follows must take up what was asked, and deny something after a no and nothing after a yes.
    """
    found = _OPENING.match(sentence)
    if found is None:
        return True
    rest = read(without_opening(sentence))
    if not _takes_up(rest, read(question)):
        return False
    return _denies(rest) == bool(found["no"])


def opening_judged(sentence: str, sources: Sources, *, sure: bool) -> Check:
    """May a draft's first sentence be said, or else what follows its yes, no or sorry?

    The sentence of the Check is the one to say. The yes or no stays only where the model was
    `sure` of it, what follows bears it out and the sources settle it.
    """
    rest = without_opening(sentence)
    if not (sure and borne_out(sentence, sources.question)):
        return check_sentence(rest, sources)
    check = check_sentence(sentence, sources)
    return check if check.passed or rest == sentence else check_sentence(rest, sources)


def _takes_up(rest: Reading, question: Reading) -> bool:
    asked = {t.concept: _WEIGHT.get(t.kind, 1.0) for t in question.tokens if t.kind not in _LIGHT}
    said = {t.concept for t in rest.tokens}
    whole = sum(asked.values())
    shared = sum(weight for concept, weight in asked.items() if concept in said)
    return bool(shared) and shared >= LEAST_SHARED * whole


def _denies(rest: Reading) -> bool:
    first = [t for t in rest.tokens if t.clause == 0]
    ends = rest.starts[1] if len(rest.starts) > 1 else len(rest.text)
    said_no = any(t.kind == "neg" or t.sign < 0 for t in first)
    return said_no or bool(_LIMITS.search(rest.text[:ends]))
