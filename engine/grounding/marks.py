"""Spellings taken whole: links, e-mail addresses, phone numbers, codes, vault tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TLD = "com|net|org|nl|eu|de|fr|be|cn|io|shop|store|co|uk|info|example|test|app|me"
_PATTERNS = (
    ("token", re.compile(r"⟦[^⟧]*⟧")),
    ("link", re.compile(r"(?:https?://|www\.)[^\s<>\"'，。；！？、）)\]】》]+", re.I)),
    ("email", re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")),
    (
        "link",
        re.compile(
            rf"(?<![\w@.])(?:[a-z0-9-]+\.)+(?:{_TLD})(?![a-z0-9.])(?:/[^\s<>\"'，。；！？、）)\]]*)?",
            re.I | re.A,
        ),
    ),
    (
        "phone",
        re.compile(
            r"\+\d[\d ()-]{6,}\d|(?<![\d.])0\d{1,3}[- ]?\d{3,4}[- ]?\d{3,4}(?!\d)"
            r"|(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)[48]00-?\d{3}-?\d{4}(?!\d)",
            re.A,
        ),
    ),
    (
        "code",
        re.compile(
            r"(?<![A-Za-z0-9-])(?:[A-Z]{5,12}\d{1,4}|(?!(?:eur|usd|gbp|rmb|cny|nok|x|s)\d)[A-Za-z]{1,4}\d+[A-Za-z0-9]*"
            r"(?:-[A-Za-z0-9]+)*"
            r"|[A-Za-z]{2,5}(?:-[A-Za-z]{1,6})*-\d+[A-Za-z0-9]*(?:-[A-Za-z0-9]+)*)"
            r"(?![A-Za-z0-9])",
            re.A,
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Mark:
    """One such spelling and where it stands. `kind`: link, email, phone, code or token."""

    kind: str
    text: str
    start: int
    end: int


def marks(text: str) -> tuple[Mark, ...]:
    """All marks of a folded text, in order, none overlapping another."""
    found: list[Mark] = []
    for kind, pattern in _PATTERNS:
        for hit in pattern.finditer(text):
            spelling = hit.group().rstrip(".,;:!?-)")
            end = hit.start() + len(spelling)
            if all(end <= m.start or hit.start() >= m.end for m in found):
                found.append(Mark(kind, spelling, hit.start(), end))
    return tuple(sorted(found, key=lambda mark: mark.start))


def blank(text: str, start: int, end: int) -> str:
    """`text` with the stretch start..end filled by a character no rule reads."""
    return text[:start] + "\x00" * (end - start) + text[end:]


def mark_key(kind: str, text: str) -> str:
    """A mark's spelling for comparing."""
    if kind == "link":
        return link_key(text)
    return re.sub(r"[ ()-]", "", text.lower()) if kind in ("phone", "code") else text.lower()


def link_key(link: str) -> str:
    """A link without scheme, "www." and closing slash, for comparing."""
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", link.lower()).rstrip("/")
