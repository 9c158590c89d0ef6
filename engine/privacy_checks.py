"""Is this really a card, an IBAN, a phone number…? Plain functions on plain ASCII text."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

_DATE = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])[-./](?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])[-./](?:0?[1-9]|[12]\d|3[01])[-./](?:19|20)\d\d)(?!\d)"
)
_CHINESE_MOBILE = re.compile(
    r"(?:\+?86[ -]?)?1(?:[3-9]\d(?:[ .-]?\d{4}[ .-]?\d{4}|[ -]?\d{3}[ -]?\d{5})| [3-9](?: \d){9})"
)
_CHINESE_LANDLINE = re.compile(r"\(?0\d{2,3}[) -]{1,2}\d{3,4}[ -]?\d{4}(?:-\d{2,5})?")
_EXTENSION = re.compile(r"(?:x|[ ,]*(?:ext\b\.?|extension|转|分机)[ :]*)\d+$", re.I)
_ROUND_RANGE = re.compile(r"\d+00 ?- ?\d+00")
_NORTH_AMERICAN = re.compile(
    r"(?:1[-. ])?(?:\([2-9]\d\d\) ?\d{3}[-. ]|[2-9]\d\d([-.])\d{3}\1)\d{4}"
)
_CREDENTIALS = re.compile(
    r"[a-z][a-z0-9+.-]*://(?:[^/@?#]+@|[^?#]*[?#](?:.*&)?"
    r"(?:access_token|token|api_key|apikey|key|password|passwd|secret|sig|signature)=)",
    re.I,
)
_CARDS = (
    (re.compile(r"4"), (13, 16, 19)),
    (re.compile(r"5[1-5]|2[2-7]"), (16,)),
    (re.compile(r"3[47]"), (15,)),
    (re.compile(r"3(?:0|6|8)"), (14,)),
    (re.compile(r"35"), (16,)),
    (re.compile(r"62"), (16, 17, 18, 19)),
    (re.compile(r"6"), (12, 16, 19)),
    (re.compile(r"5[06-9]"), (12, 16, 19)),
    (re.compile(r"1800|2131"), (15,)),
)
_IBAN_SIZES = {
    country: int(size)
    for country, size in re.findall(
        r"([A-Z]{2})(\d\d)",
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 "
        "DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 "
        "IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 "
        "MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 "
        "SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30",
    )
}
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"


def longest(check: Callable[[str], bool]) -> Callable[[str], int]:
    """The length of the longest beginning that ends with a group and passes; 0 for none."""

    def fit(text: str) -> int:
        for end in range(len(text), 0, -1):
            inside = text[end - 1].isalnum() and not text[end : end + 1].isalnum()
            if inside and check(text[:end]):
                return end
        return 0

    return fit


def with_extension(fit: Callable[[str], int]) -> Callable[[str], int]:
    """The same for a number that an extension may follow, which then counts too."""

    def whole(text: str) -> int:
        number = _EXTENSION.sub("", text)
        size = fit(number)
        return len(text) if size == len(number) else size

    return whole


def digits_of(text: str) -> str:
    """Only the digits."""
    return "".join(filter(str.isdigit, text))


def is_phone(text: str) -> bool:
    """A number one can call by its looks alone: +…, 00…, 0…, Chinese mobile, (212) 555-0123."""
    if _CHINESE_MOBILE.fullmatch(text) or _NORTH_AMERICAN.fullmatch(text):
        return True
    digits = digits_of(text)
    if "+" in text:
        good = 8 <= len(digits) <= 15 and digits[0] != "0"
    elif digits.startswith("00"):
        good = 11 <= len(digits) <= 15 and digits[2] != "0"
    else:
        # Only a Chinese landline has more digits, and then its area code stands apart.
        sized = 9 <= len(digits) <= 11 or _CHINESE_LANDLINE.fullmatch(text)
        good = bool(sized and re.match(r"\(?0[1-9]", text))
    return good and not _DATE.search(text)


def is_number_after_cue(text: str) -> bool:
    """A phone number where the words before it say that one follows."""
    if _DATE.search(text) or _ROUND_RANGE.fullmatch(text):
        return False
    return 7 <= len(digits_of(text)) <= 15


def card_length(text: str) -> int:
    """How much of the text is a payment card: a known beginning, its length, and Luhn's check."""
    digits = digits_of(text)
    sizes = {size for start, known in _CARDS if start.match(digits) for size in known}
    ends = [place + 1 for place, letter in enumerate(text) if letter.isdigit()] if sizes else []
    for size in sorted(sizes, reverse=True):
        if size <= len(ends):
            end = ends[size - 1]
            if not text[end : end + 1].isalnum() and _luhn(digits[:size]):
                return end
    return 0


def _luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def is_iban(text: str) -> bool:
    """An international account number: its country's length, and its check digits."""
    plain = re.sub(r"[ -]", "", text).upper()
    if len(plain) != _IBAN_SIZES.get(plain[:2]) or len(digits_of(plain)) < 10:
        return False
    number = "".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])
    return int(number) % 97 == 1


def is_chinese_id(text: str) -> bool:
    """A Chinese resident number: eighteen characters, a date of birth, and its check."""
    plain = re.sub(r"[ -]", "", text).upper()
    month, day = int(plain[10:12]), int(plain[12:14])
    total = sum(int(digit) * weight for digit, weight in zip(plain, _ID_WEIGHTS, strict=False))
    born = plain[6:8] in ("18", "19", "20") and 1 <= month <= 12 and 1 <= day <= 31
    return born and _ID_CHECKS[total % 11] == plain[17]


def is_ip(text: str) -> bool:
    """An IPv4 or IPv6 address; the short forms that look like a time or a version are left out."""
    if re.fullmatch(r"\d(?:\.\d){3}", text):
        return False
    if "." not in text and (text.count(":") < 3 or not re.search(r"\d", text)):
        return False
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_credential_url(text: str) -> bool:
    """A link that carries a password or a key."""
    return _CREDENTIALS.match(text) is not None
