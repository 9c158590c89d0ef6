"""Personal data in a text becomes tokens like ⟦email:1⟧; their values go into a vault."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from engine.privacy_addresses import addresses
from engine.privacy_checks import (
    card_length,
    is_chinese_id,
    is_credential_url,
    is_iban,
    is_ip,
    is_number_after_cue,
    is_phone,
    longest,
    with_extension,
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
    r"(?:\b(?:phone|tel|telephone|mobile|cell|fax|(?:call|ring|text|reach|contact) me|whatsapp|"
    r"answering|(?:messages?|calls?|sms) to|my registered)\b|"
    r"电话|手机|联系方式|致电|座机|固话|传真|打给我|打我)"
    r"(?:[\s:.,#，是为]|\b(?:number|no|nr|is|at|on)\b|号码|号){0,6}"
)
_CUE_AFTER = (
    r"(?=[ \-]{0,3}(?:phone|tel|mobile|cell|fax|office|home|work)\b\s{0,3}(?:$|[\\\n,;.)]))"
)
_DESK_LINE = r"(?m:^)[ >]{0,4}(?:desk|office|work|direct) ?: ?"
_EXTENSION = r"(?:x\d{2,6}|[ ,]{0,2}(?:ext\b\.?|extension|转|分机)[ :]{0,2}\d{1,6})"
_DIGITS = r"\d[\d ().\-/]{5,24}\d(?!\d)" + _EXTENSION + "?(?![A-Za-z])"
_NO_HOUSE = r"(?! [^\W\d_]+ (?:[^\W\d_]+ )?(?:st|street|rd|road|ave|avenue|dr|drive|ln|lane)\b)"
_MONEY = r"(?!\s?(?:[€$£¥%]|eur|usd|gbp|cny|rmb|yuan|dollar|pound|元|块|cm|mm|ml|kg|g\b))"

_NO_VERSION = r"(?<!version )(?<!firmware )(?<!release )(?<!版本)(?<!版本号)(?<!固件)"

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
    _Kind(
        "id",
        re.compile(_FREE + r"\d{6}[ \-]?\d{8}[ \-]?\d{3}[\dXx](?![A-Za-z0-9])"),
        _all_if(is_chinese_id),
    ),
    _Kind("card", re.compile(_FREE + r"\d(?:[ \-]?\d){11,18}(?![A-Za-z0-9])"), card_length),
    _Kind(
        "ip",
        re.compile(
            _NO_VERSION + r"(?:(?<![A-Za-z0-9_.])\d{1,3}(?:\.\d{1,3}){3}(?![A-Za-z0-9_]|\.\d)|"
            r"(?<![A-Za-z0-9_.:])[0-9a-f:]{6,39}(?![A-Za-z0-9_:]|\.\d))",
            re.I,
        ),
        _all_if(is_ip),
    ),
    _Kind(
        "phone",
        re.compile(_FREE + r"(?:\+\s?|\(\+?)?" + _DIGITS + _MONEY + _NO_HOUSE, re.I),
        with_extension(longest(is_phone)),
    ),
    _Kind(
        "phone",
        re.compile(_CUE + r"(?P<value>[(+]{0,2}" + _DIGITS + ")" + _MONEY, re.I),
        with_extension(longest(is_number_after_cue)),
    ),
    _Kind(
        "phone",
        re.compile(_FREE + r"(?P<value>\(?" + _DIGITS + ")" + _CUE_AFTER, re.I),
        _all_if(is_number_after_cue),
    ),
    _Kind("phone", re.compile(_DESK_LINE + r"(?P<value>\d{10,11})(?!\w)", re.I), len),
)


def mask(text: str, vault: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The text with personal data as tokens, and the vault with the new values added.

    A value the vault knows, whatever its spelling, gets the token it has there.
    """
    known = dict(vault)
    tokens = {_same(key, value): key for key, value in known.items()}
    numbers, parts, at = _numbers_used(known), [], 0
    for start, end, kind in find(text):
        value = text[start:end]
        identity = _same(f"⟦{kind}:", value)
        if identity not in tokens:
            numbers[kind] = numbers.get(kind, 0) + 1
            tokens[identity] = f"⟦{kind}:{numbers[kind]}⟧"
            known[tokens[identity]] = value
        parts += [text[at:start], tokens[identity]]
        at = end
    return "".join([*parts, text[at:]]), known


def unmask(text: str, vault: Mapping[str, str]) -> str:
    """The text with the values of the vault's tokens; other tokens stay."""
    return TOKEN.sub(lambda token: vault.get(token.group(), token.group()), text)


def _numbers_used(vault: Mapping[str, str]) -> dict[str, int]:
    """The highest number that a token of each kind has."""
    used: dict[str, int] = {}
    for token in filter(None, map(TOKEN.fullmatch, vault)):
        used[token[1]] = max(used.get(token[1], 0), int(token[2]))
    return used


def _same(token: str, value: str) -> tuple[str, str]:
    """What two spellings of one value have in common."""
    kind = token.strip("⟦⟧").partition(":")[0]
    plain = unicodedata.normalize("NFKC", value).casefold()
    if kind in ("phone", "card", "iban", "id"):
        plain = re.sub(r"[^a-z0-9+]", "", plain)
    return kind, plain


def find(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and kind of every piece of personal data, from left to right, none overlapping."""
    plain, places = _plain(text)
    found = _Found(plain)
    for kind in _KINDS:
        for start, end in _candidates(kind, plain):
            found.add(start, end, kind.name)
    # A house number may stand right beside a phone number that was found before.
    for start, end in addresses(found.left()):
        found.add(start, end, "address")
    # What was known by the words around it may stand there again without them.
    for value, name in {plain[start:end]: name for start, end, name in found.pieces}.items():
        for again in re.finditer(re.escape(value), plain):
            found.add(*again.span(), name)
    for start, end, name in sorted(found.pieces):
        yield places[start], places[end - 1] + 1, name


class _Found:
    """The pieces found in a text so far; the first to claim a character has it."""

    def __init__(self, plain: str) -> None:
        self._plain = plain
        self._taken = bytearray(len(plain))
        self.pieces: list[tuple[int, int, str]] = []

    def add(self, start: int, end: int, name: str) -> None:
        if not any(self._taken[start:end]):
            self._taken[start:end] = b"\1" * (end - start)
            self.pieces.append((start, end, name))

    def left(self) -> str:
        """The text with nothing where pieces were found."""
        if not self.pieces:
            return self._plain
        pairs = zip(self._plain, self._taken, strict=True)
        return "".join("\x00" if taken else letter for letter, taken in pairs)


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
