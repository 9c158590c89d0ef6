"""Is this really a card, an IBAN, a phone number…? Plain functions on plain ASCII text."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

_DATE = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])[-./](?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])[-./](?:0?[1-9]|[12]\d|3[01])[-./](?:19|20)\d\d)(?!\d)"
)
_CHINESE_MOBILE = re.compile(r"(?:\+?86[ -]?)?1[3-9]\d[ -]?(?:\d{4}[ -]?\d{4}|\d{3}[ -]?\d{5})")
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
        # Only a Chinese landline has twelve digits, and then its area code stands apart.
        sized = 9 <= len(digits) <= 11 or re.fullmatch(r"\(?0\d{3}[) -]+\d{4} ?\d{4}", text)
        good = bool(sized and re.match(r"\(?0[1-9]", text))
    return good and not _DATE.search(text)


def is_number_after_cue(text: str) -> bool:
    """A phone number where the words before it say that one follows."""
    return not _DATE.search(text) and 7 <= len(digits_of(text)) <= 15


def is_card(text: str) -> bool:
    """A payment card: a known beginning, the length that goes with it, and Luhn's check."""
    if text[0] not in "123456":
        return False
    digits = digits_of(text)
    known = any(start.match(digits) and len(digits) in sizes for start, sizes in _CARDS)
    return known and _luhn(digits)


def _luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def is_iban(text: str) -> bool:
    """An international account number: 15 to 34 characters and its check digits."""
    plain = re.sub(r"[ -]", "", text).upper()
    if not 15 <= len(plain) <= 34:
        return False
    number = "".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])
    return int(number) % 97 == 1


def is_chinese_id(text: str) -> bool:
    """A Chinese resident number: eighteen characters, a date of birth, and its check."""
    plain = text.upper()
    month, day = int(plain[10:12]), int(plain[12:14])
    total = sum(int(digit) * weight for digit, weight in zip(plain, _ID_WEIGHTS, strict=False))
    born = plain[6:8] in ("18", "19", "20") and 1 <= month <= 12 and 1 <= day <= 31
    return born and _ID_CHECKS[total % 11] == plain[17]


def is_ip(text: str) -> bool:
    """An IPv4 or IPv6 address; the short forms that look like a time are left out."""
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
