"""Who a shopper is, or buys for, must not change what they are shown: such words made neutral."""

from __future__ import annotations

import re

# "men's" and 男款 say which form of a thing is wanted: these stay as they are.
_ENGLISH = (
    (r"(?:husband|wife|boyfriend|girlfriend|fianc[eé]e?|hubby|wifey)", "partner"),
    (r"(?:mother|father|mom|mum|dad|mommy|mummy|daddy)", "parent"),
    (r"(?:grand(?:mother|father|ma|pa)|granny|grandad)", "grandparent"),
    (r"(?:brother|sister)", "sibling"),
    (r"(?:daughter|son)", "child"),
    (r"(?:aunt|uncle)", "relative"),
    (r"(?:niece|nephew)", "relative"),
    (r"(?:a (?:man|woman|guy|girl|boy|lady|gentleman)|him|her)", "someone"),
    (r"(?:he|she)", "they"),
    (r"his|hers", "their"),
    (r"(?:mr|mrs|ms|miss|sir|madam|ma'am)\.?", ""),
)
_CHINESE = (
    ("男朋友|女朋友|男友|女友|老公|老婆|丈夫|妻子|太太|先生|媳妇", "对象"),
    ("爸爸|妈妈|父亲|母亲|老爸|老妈", "家长"),
    ("爷爷|奶奶|外公|外婆|姥姥|姥爷", "老人"),
    ("哥哥|姐姐|弟弟|妹妹", "家人"),
    ("儿子|女儿", "孩子"),
    ("男生|女生|男士|女士|男人|女人|小伙子|小姑娘", "人"),
    ("她|(?<!其)他(?!们)", "ta"),
)
_NAMED = (
    # The word after it must look like a name: "I'm looking for" does not.
    re.compile(r"\b(?:[Mm]y name is|I'm|I am)\s+[A-Z][a-zà-ÿ'-]+\b[,.]?"),
    re.compile(r"我(?:叫|姓|的名字是)[^\s，,。.!！、；;]{1,6}[，,。.!！、；;]?"),
)
_WORDS = tuple((re.compile(rf"\b(?:{said})\b", re.I), word) for said, word in _ENGLISH) + tuple(
    (re.compile(f"(?:{said})(?!款|装|式|鞋|包|士)"), word) for said, word in _CHINESE
)


def neutral(text: str) -> str:
    """A wish without the name and gender of who tells it or of who it is for."""
    for pattern in _NAMED:
        text = pattern.sub(" ", text)
    for pattern, word in _WORDS:
        text = pattern.sub(word, text)
    return " ".join(text.split())
