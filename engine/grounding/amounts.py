"""An answer to "how much" names an amount, where its sources have one."""

from __future__ import annotations

import re

from engine.grounding.reading import read
from engine.grounding.units import CURRENCIES
from engine.types import Prompt

_ASKED = re.compile(
    r"\b(how much|costs?|fees?|prices?|charged?|who pays|postage)\b"
    r"|\bpay for (it|the|shipping|delivery)\b"
    r"|多少钱|费用|費用|运费|運費|邮费|郵費|邮资|谁(出|付|掏|承担)|收费|要钱|几块|几欧"
)
_FREE = re.compile(
    r"\bfree\b|\bnothing\b|no (fee|charge|cost)|免费|免運|免运|包邮|不收|不用付|不要钱"
)


def leaves_out_amount(draft: str, prompt: Prompt) -> bool:
    """Whether an amount is asked for and known, and the draft tells none and not "free"."""
    if not draft or not _ASKED.search(prompt.question.lower()) or _FREE.search(draft.lower()):
        return False
    known = any(_amounts(passage.text) for passage in prompt.passages)
    return known and not _amounts(draft)


def _amounts(text: str) -> bool:
    return any(quantity.unit in CURRENCIES for quantity in read(text).quantities)
