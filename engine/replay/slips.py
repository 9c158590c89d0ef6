"""Slips of an operator's pen: a text with one wrong number, unit, currency or denial."""

from __future__ import annotations

import re
from random import Random

from engine.grounding.quantities import quantities

DIGITS = re.compile(r"\d+")
UNITS = (
    (r"€(?=\s?\d)", "$"), (r"(?<=\d) euros?\b", " dollars"),
    (r"(?<=\d) working days?\b", " weeks"), (r"(?<=\d) days?\b", " weeks"),
    (r"(?<=\d) hours?\b", " days"), (r"(?<=\d) minutes?\b", " hours"),
    (r"(?<=\d) weeks?\b", " months"), (r"(?<=\d) months?\b", " years"),
    (r"(?<=\d) years?\b", " months"), (r"(?<=\d) ?kg\b", " g"), (r"(?<=\d) ?cm\b", " m"),
    (r"(?<=\d) ?W\b", " V"), (r"(?<=\d) ?°C", " °F"), (r"(?<=\d) ?%", " €"),
    (r"(?<=\d) ?欧元?", "美元"), (r"(?<=\d) ?个工作日", "周"), (r"(?<=\d) ?天", "周"),
    (r"(?<=\d) ?小时", "天"), (r"(?<=\d) ?分钟", "小时"), (r"(?<=\d) ?周", "个月"),
    (r"(?<=\d) ?个月", "年"), (r"(?<=\d) ?年", "个月"), (r"(?<=\d) ?公斤", "克"),
    (r"(?<=\d) ?厘米", "米"), (r"(?<=\d) ?瓦", "伏"), (r"(?<=\d) ?(?:摄氏)?度", "华氏度"),
)  # fmt: skip
DENIALS = {
    "en": (
        (r"\bcannot\b", "can"),
        (r"\b(can|could|do|does|is|are|was|will|must|may|should) not\b", r"\1"),
        (r"\b(is|are|do|does|would|could|should|was)n['’]t\b", r"\1"), (r"\bNo, ", "Yes, "),
        (r"\bYes, ", "No, "), (r"\bnever\b", "always"), (r"\bwithout\b", "with"),
        (r"\b(there is|we have|has|have) no\b", r"\1 a"),
        (r"\b(can|will|must|may|is|are)\b(?! (?:not|no|never)\b)", r"\1 not"),
        (r"\bfree\b", "not free"),
    ),
    "zh": (
        (r"没有", "有"), (r"无需|不需要|不用", "需要"),
        (r"不(可以|能|会|收|是|要|接受|提供)", r"\1"),
        (r"(?<!不)可以", "不可以"), (r"(?<![不只可功智])能(?![源量力])", "不能"),
        (r"(?<![不只])会(?![员议计])", "不会"), (r"(?<![不都还但])是(?!否)", "不是"),
        (r"免费", "收费"), (r"请勿|请不要", "请"),
    ),
}  # fmt: skip
"""By language: what is written, and what a hasty pen makes of it."""


def wrong_number(text: str, rng: Random) -> str:
    """The text with the digits of one of its amounts changed; the same where it names none."""
    amounts = [q for q in quantities(text) if DIGITS.search(text[q.start : q.end])]
    if not amounts:
        return text
    amount = rng.choice(amounts)
    hit = rng.choice(list(DIGITS.finditer(text, amount.start, amount.end)))
    value = int(hit.group()) + rng.choice((1, 2, 3, 5))
    return text[: hit.start()] + str(value).zfill(len(hit.group())) + text[hit.end() :]


def wrong_unit(text: str, rng: Random) -> str:
    """The text with the unit or currency of one amount changed; the same where it has none."""
    return _one_of(text, UNITS, rng)


def flipped(text: str, language: str, rng: Random) -> str:
    """The text with one statement denied, or one denial stated; the same where none is found."""
    return _one_of(text, DENIALS.get(language, ()), rng)


def garbled(text: str, rng: Random) -> str:
    """The text with the letters of each sentence in another order, as a bad paste leaves it."""
    letters = list(text)
    rng.shuffle(letters)
    return "".join(letters).strip()


def _one_of(text: str, rules: tuple[tuple[str, str], ...], rng: Random) -> str:
    hits = [(hit, new) for old, new in rules for hit in re.finditer(old, text)]
    if not hits:
        return text
    hit, new = rng.choice(hits)
    return text[: hit.start()] + hit.expand(new) + text[hit.end() :]
