"""At which step of an order something is done: charged when it is placed, or when it is sent."""

from __future__ import annotations

import re
from functools import lru_cache

from engine.review.statements import Statement

_STEPS: tuple[tuple[str, str], ...] = (
    ("order", r"place|order(?!ed (?:book|item))|buy|check ?out|purchase|下单|拍下|提交订单"),
    ("dispatch", r"sent|send|ship|dispatch|leaves? (?:our|the)|发货|寄出|出库|发出"),
    ("arrival", r"arriv|receiv|deliver(?:ed|y)|reach|at the door|到货|收货|签收|送达|收到"),
)  # fmt: skip
_ACTS: tuple[tuple[str, str], ...] = (
    ("pay", r"\b(?:charged?|debit(?:ed)?|pay(?:ment)?|paid|billed)\b|扣款|付款|支付|收费"),
    ("refund", r"\brefund(?:ed)?\b|money back|退款"),
    ("points", r"\bpoints\b|积分"),
    ("invoice", r"\binvoice\b|发票"),
)
_WHEN = re.compile(
    r"\b(?:on the day|the day|when|as soon as|the moment|at the time|once|upon|on)\b([^,;.]{1,40})"
    r"|([^,，。；;]{1,12})(?:时|之后|以后|后|当天)",
    re.I,
)


@lru_cache(maxsize=65536)
def moments(statement: Statement) -> frozenset[tuple[str, str]]:
    """What a statement says is done, each with the step of an order at which."""
    text = statement.reading.text
    found: set[tuple[str, str]] = set()
    for piece in re.split(r"[,;，；。]|\band the\b", text):
        acts = [name for name, pattern in _ACTS if re.search(pattern, piece, re.I)]
        hit = _WHEN.search(piece)
        anchor = (hit[1] or hit[2]) if hit else ""
        steps = [name for name, pattern in _STEPS if re.search(pattern, anchor, re.I)]
        if acts and len(steps) == 1:
            found.add((acts[0], steps[0]))
    return frozenset(found)


def at_other_steps(one: Statement, other: Statement) -> bool:
    """Whether two statements put one act at two steps."""
    ours, theirs = dict(moments(one)), dict(moments(other))
    return any(act in theirs and theirs[act] != step for act, step in ours.items())
