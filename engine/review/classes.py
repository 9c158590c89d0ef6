"""Classes of which an offer is for one member: for adults or children, online or in the store."""

from __future__ import annotations

import re
from functools import lru_cache

from engine.review.statements import Statement

_CLASSES: tuple[str, ...] = (
    "adults?|成人|大人 / children|child|kids?|儿童|小孩 / students?|学生 / seniors?|老人",
    "outlet|sale|reduced|clearance|特价|清仓 / full-price|regular-price|正价|原价",
    "men's|gentlemen|男士|男款|男装 / women's|ladies|女士|女款|女装",
    "second-hand|used|refurbished|pre-owned|二手|翻新 / (?:brand-)?new|全新|新机",
    "buy(?:ing)?|购买 / sell(?:ing)?|出售|回收",
    "online|web ?shop|网上|网店|线上 / in (?:the|our) (?:store|shop)|in-store|门店|线下|到店",
    "express|overnight|加急|特快 / standard|regular|普通快递|标准",
    "domestic|national|within the country|国内 / international|abroad|overseas|国际|海外|国外",
    "spring|春 / summer|夏 / autumn|fall|秋 / winter|冬",
    "front|前轮|前置 / rear|back|后轮|后置",
    "left|左 / right|右",
    "indoors?|室内 / outdoors?|室外|户外",
    "wholesale|bulk|批发|团购 / retail|single pieces|零售",
    "digital|electronic|电子 / printed|paper|纸质",
    "hardcover|hardback|精装 / paperback|平装 / e-?books?|电子书 / audiobooks?|有声书",
    "frozen|冷冻 / fresh|chilled|鲜|冷藏 / dried|干货",
    "debit / credit / bank transfer|转账 / cash|现金 / paypal / invoice",
    "gold|金卡 / silver|银卡 / platinum|白金",
    "large|大号|大型|大杯 / medium|中号|中杯 / small|小号|小型|小杯",
    "colou?r|彩色 / black-and-white|黑白",
    "opened|unsealed|已开封|拆封 / unopened|sealed|未开封|未拆封",
    "first|首次|首单 / second|第二 / third|第三",
    "members?|会员 / guests?|non-members?|非会员|游客",
    "new customers?|新客|新用户 / regular customers?|老客|老用户",
    "single|单人 / double|双人",
)  # fmt: skip


def _pattern(member: str) -> re.Pattern[str]:
    parts = [
        rf"\b(?:{word})\b" if word[0].isascii() else word for word in member.strip().split("|")
    ]
    return re.compile("|".join(parts), re.I)


_MEMBERS = tuple(tuple(_pattern(member) for member in members.split(" / ")) for members in _CLASSES)


@lru_cache(maxsize=65536)
def _named(text: str) -> tuple[frozenset[int], ...]:
    """Of each class, the members a text names."""
    return tuple(
        frozenset(place for place, member in enumerate(members) if member.search(text))
        for members in _MEMBERS
    )


def other_members(one: Statement, other: Statement) -> bool:
    """Whether two statements each name another member of a class, and neither entry both."""
    ours, theirs = _named(one.text), _named(other.text)
    every = [_named(f"{s.asked} {s.title} {s.answer}") for s in (one, other)]
    return any(
        mine and its and not mine & (its | every[1][place]) and not its & every[0][place]
        for place, (mine, its) in enumerate(zip(ours, theirs, strict=True))
    )
