"""Personal data in a text becomes tokens like ⟦email:1⟧; their values go into a vault."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from engine.privacy_checks import (
    is_card,
    is_chinese_id,
    is_credential_url,
    is_iban,
    is_ip,
    is_number_after_cue,
    is_phone,
    longest,
)

TOKEN = re.compile(r"⟦([a-z]+):(\d+)⟧")
"""A masked value; the whole of it is the vault's key."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of personal data: where it may stand, and whether a candidate is one.

    `fit` gives how many characters of the candidate count, 0 for none.
    """

    name: str
    pattern: re.Pattern[str]
    fit: Callable[[str], int]


def _all_if(check: Callable[[str], bool]) -> Callable[[str], int]:
    return lambda text: len(text) if check(text) else 0


# A number glued to capital letters or digits, directly or by a dash, is a code of the shop.
_FREE = r"(?<![A-Za-z0-9_⟦])(?<![A-Z0-9]-)"
_CUE = (
    r"(?:\b(?:phone|tel|telephone|mobile|cell|call me|whatsapp)\b|电话|手机|联系方式|致电)"
    r"(?:[\s:.,#，是为]|\b(?:number|no|nr|is|at|on)\b|号码|号){0,6}"
)
_DIGITS = r"\d[\d ().\-/]{5,24}\d(?!\d)"
_URL = re.compile(r"[a-z][a-z0-9+.-]{1,20}://[^\s<>\"'，。；）]+", re.I)
_MONEY = r"(?!\s?(?:[€$£¥%]|eur|usd|gbp|cny|rmb|yuan|dollar|pound|元|块|cm|mm|ml|kg|g\b))"

# The order decides between kinds that could both take the same characters.
_KINDS = (
    _Kind("token", TOKEN, len),
    _Kind(
        "url",
        re.compile(r"[a-z][a-z0-9+.-]{1,20}://[^\s<>\"'，。；）]+", re.I),
        _all_if(is_credential_url),
    ),
    _Kind(
        "email",
        re.compile(
            r"[A-Za-z0-9À-ɏ](?:[A-Za-z0-9À-ɏ._%+'\-]{0,63})@"
            r"(?:[A-Za-z0-9À-ɏ](?:[A-Za-z0-9À-ɏ\-]{0,62})\.)+[A-Za-z]{2,24}"
        ),
        len,
    ),
    _Kind(
        "iban",
        re.compile(_FREE + r"[A-Z]{2}\d{2}(?:[ \-]?[A-Z0-9]){11,30}(?![A-Z0-9])", re.I),
        longest(is_iban),
    ),
    _Kind("id", re.compile(_FREE + r"\d{17}[\dXx](?![A-Za-z0-9])"), _all_if(is_chinese_id)),
    _Kind("card", re.compile(_FREE + r"\d(?:[ \-]?\d){11,18}(?![A-Za-z0-9])"), longest(is_card)),
    _Kind(
        "ip",
        re.compile(r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:]{6,39})(?![\w:]|\.\d)", re.I),
        _all_if(is_ip),
    ),
    _Kind(
        "phone",
        re.compile(_FREE + r"(?:\+\s?|\(\+?)?" + _DIGITS + r"(?![A-Za-z])" + _MONEY, re.I),
        longest(is_phone),
    ),
    _Kind(
        "phone",
        re.compile(_CUE + r"(?P<value>\+?" + _DIGITS + r"(?![A-Za-z]))" + _MONEY, re.I),
        longest(is_number_after_cue),
    ),
)


def mask(text: str, vault: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The text with personal data as tokens, and the vault with the new values added.

    A value the vault knows, whatever its spelling, gets the token it has there.
    """
    known = dict(vault)
    tokens = {_same(key, value): key for key, value in known.items()}
    parts, at = [], 0
    for start, end, kind in _found(text):
        value = text[start:end]
        identity = _same(f"⟦{kind}:", value)
        if identity not in tokens:
            tokens[identity] = _next_token(kind, known)
            known[tokens[identity]] = value
        parts += [text[at:start], tokens[identity]]
        at = end
    return "".join([*parts, text[at:]]), known


def unmask(text: str, vault: Mapping[str, str]) -> str:
    """The text with the values of the vault's tokens; other tokens stay."""
    return TOKEN.sub(lambda token: vault.get(token.group(), token.group()), text)


def _next_token(kind: str, vault: Mapping[str, str]) -> str:
    used = [int(found[2]) for key in vault if (found := TOKEN.fullmatch(key)) and found[1] == kind]
    return f"⟦{kind}:{max(used, default=0) + 1}⟧"


def _same(token: str, value: str) -> tuple[str, str]:
    """What two spellings of one value have in common."""
    kind = token.strip("⟦⟧").partition(":")[0]
    plain = unicodedata.normalize("NFKC", value).casefold()
    if kind in ("phone", "card", "iban", "id"):
        plain = re.sub(r"[^a-z0-9+]", "", plain)
    return kind, plain


def _found(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and kind of every piece of personal data, from left to right, none overlapping."""
    plain, places = _plain(text)
    taken: list[tuple[int, int, str]] = []
    for kind in _KINDS:
        for start, end in _candidates(kind, plain):
            if all(end <= begin or start >= stop for begin, stop, _ in taken):
                taken.append((start, end, kind.name))
    for start, end, name in sorted(taken):
        yield places[start], places[end - 1] + 1, name


def _candidates(kind: _Kind, plain: str) -> Iterator[tuple[int, int]]:
    at = 0
    while match := kind.pattern.search(plain, at):
        group = "value" if "value" in kind.pattern.groupindex else 0
        start, size = match.start(group), kind.fit(match[group])
        if size:
            yield start, start + size
        # A longer candidate may hide one that starts later inside it.
        at = start + size if size else match.start() + 1


def _plain(text: str) -> tuple[str, list[int]]:
    """The text with plain digits, letters, dashes and spaces, and where each character stood."""
    letters, places = [], []
    for place, letter in enumerate(text):
        if unicodedata.category(letter) == "Cf":
            continue
        letters.append(_ascii(letter))
        places.append(place)
    return "".join(letters), places


def _ascii(letter: str) -> str:
    if letter.isascii():
        return letter
    if letter.isdigit() and unicodedata.decimal(letter, None) is not None:
        return str(unicodedata.decimal(letter))
    if unicodedata.category(letter) == "Pd" or letter == "−":
        return "-"
    if letter.isspace():
        return " "
    simple = unicodedata.normalize("NFKC", letter)
    return simple if len(simple) == 1 and simple.isascii() else letter
