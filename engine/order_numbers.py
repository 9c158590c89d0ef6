"""Order numbers in a shopper's words: JJ-10001, #1001, or plain after the word order or 订单."""

from __future__ import annotations

import re

from engine.retrieval.text import normalise, stop_words

CODED = re.compile(r"(?<![a-z0-9⟦:])([a-z]{1,4})(?P<gap>[- ]?)(\d{4,8})(?![a-z0-9⟧-])")
"""Letters and digits. A space between makes it doubtful: see `_is_code`."""
NO_CODES = frozenset(
    (
        *("eur", "euro", "usd", "gbp", "cny", "rmb", "chf", "jpy", "no", "nr", "num", "id", "zip"),
        *("code", "pin", "room", "box", "tel", "call", "mob", "cell", "fax", "sms", "sku", "item"),
        *("size", "ref", "over", "than", "till", "only", "from", "year", "ago", "last", "first"),
        *("next", "out", "off", "jan", "feb", "mar", "apr", "jun", "june", "jul", "july", "aug"),
        *("sep", "sept", "oct", "nov", "dec"),
    )
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_PLACE = re.compile(r"(?:\b(?:to|in|at|zip|postcode|postal code|post code)|[:,]) $")
"""Before letters and digits that are a postcode."""
_ENDS = (
    r"(?![a-z0-9⟧])(?![-/.,:]\d)(?! ?(?:[€$£¥%]|(?:eur|euros?|usd|gbp|cny|rmb|chf|dollars?|pounds?|"
    r"yuan|pieces?|pcs|units?|items?|copies|mugs|times|days?|kg|g|ml|cm|mm)\b|"
    r"[元块欧镑件个只条箱台张份套年月日号楼]))"
)
"""What follows an order number is neither more of it nor the unit of an amount."""
SIGNED = re.compile(
    r"(?<![a-z0-9#&/⟦])(?<!sku )(?<!item )(?<!color )(?<!colour )(?<!article )(?<!model )"
    r"(?<!size )(?<!hex )(?<!ticket )(?<!apt )(?<!unit )(?<!货号)(?<!型号)(?<!色号)(?<!颜色)"
    r"# ?(\d{3,8})" + _ENDS
)
LABELLED = re.compile(
    r"(?<!to )(?<!\bi )(?<!we )(?<!you )(?<!can )(?<!would )(?<!minimum )(?<!满)(?<!每)"
    r"(?:\border\b|订单|单号|訂單|單號)"
    r"(?P<label> ?(?:no\b\.?|nr\b\.?|number|id\b|num\b|编号|編號|号码|号|號)?"
    r"(?: is|是|为|:)? ?[:#]?) ?(\d{4,8})" + _ENDS
)
ALONE = re.compile(r"#? ?(\d{4,8})[.!。]?")


def order_number(text: str) -> str:
    """The order number in a text, letters and digits only, lower case; "" without one."""
    plain = normalise(text)
    found = _spans(plain)
    return re.sub(r"[^a-z0-9]", "", plain[found[0][0] : found[0][1]]) if found else ""


def without_numbers(plain: str) -> str:
    """A normalised text with its order numbers taken out: none of them is a proof."""
    for start, end in sorted(_spans(plain), reverse=True):
        plain = f"{plain[:start]} {plain[end:]}"
    return plain


def number_alone(text: str) -> str:
    """The number of a message that holds nothing else, as one says it when asked for it."""
    found = ALONE.fullmatch(normalise(text))
    return found[1] if found else ""


def _spans(plain: str) -> list[tuple[int, int]]:
    """Where order numbers stand; the surest first."""
    coded = [hit.span() for hit in CODED.finditer(plain) if _is_code(hit, plain)]
    signed = [hit.span(1) for hit in SIGNED.finditer(plain)]
    labelled = [hit.span(2) for hit in LABELLED.finditer(plain) if not _is_year(hit)]
    found: list[tuple[int, int]] = []
    for span in (*coded, *signed, *labelled):
        if all(span[1] <= start or end <= span[0] for start, end in found):
            found.append(span)
    return found


def _is_code(hit: re.Match[str], plain: str) -> bool:
    if hit["gap"] != " ":
        return True
    if hit[1] in NO_CODES or hit[1] in stop_words("en") or _YEAR.fullmatch(hit[3]):
        return False
    return not _PLACE.search(plain[: hit.start()])


def _is_year(hit: re.Match[str]) -> bool:
    """A year may follow the bare word; a number that is called one, or signed, is none."""
    return not hit["label"].strip() and bool(_YEAR.fullmatch(hit[2]))
