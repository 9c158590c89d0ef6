"""What fills the slots of templates: one value for a slot in all its places, in both languages."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

_SLOT = re.compile(r"\{([a-z]+\d?)\}")
Pair = tuple[str, str]
"""The same value in English and in Chinese."""

_SIGNS = {"€": "欧元", "$": "美元", "£": "英镑", "¥": "元"}
_CODES = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "CNY"}
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August",
           "September", "October", "November", "December")  # fmt: skip

WORDS: dict[str, tuple[Pair, ...]] = {
    "pay": (("PayPal", "PayPal"), ("Visa", "Visa"), ("credit card", "信用卡"),
            ("Apple Pay", "Apple Pay"), ("Alipay", "支付宝"), ("WeChat Pay", "微信支付"),
            ("debit card", "借记卡"), ("Klarna", "Klarna"), ("Mastercard", "Mastercard")),
    "country": (("Spain", "西班牙"), ("Japan", "日本"), ("Canada", "加拿大"), ("Italy", "意大利"),
                ("Austria", "奥地利"), ("Poland", "波兰"), ("Sweden", "瑞典"), ("Korea", "韩国"),
                ("Portugal", "葡萄牙"), ("Ireland", "爱尔兰"), ("Brazil", "巴西")),
    "city": (("Lyon", "里昂"), ("Porto", "波尔图"), ("Osaka", "大阪"), ("Leeds", "利兹"),
             ("Graz", "格拉茨"), ("Chengdu", "成都"), ("Hangzhou", "杭州"), ("Turin", "都灵")),
    "street": (("4 Mill Lane", "磨坊路4号"), ("27 Station Road", "车站路27号"),
               ("110 Harbour Street", "港口街110号"), ("8 Garden Square", "花园广场8号")),
    "carrier": (("DHL", "DHL"), ("UPS", "UPS"), ("GLS", "GLS"), ("FedEx", "FedEx"),
                ("SF Express", "顺丰"), ("DPD", "DPD")),
    "email": tuple((f"{a}@{b}.example", f"{a}@{b}.example") for a in ("help", "hello", "service",
                   "orders") for b in ("larkhouse", "tallpine", "bluebarn", "northquay")),
    "thing": (("lamps", "灯具"), ("watches", "手表"), ("sweaters", "毛衣"), ("shoes", "鞋子"),
              ("headphones", "耳机"), ("jackets", "外套"), ("blankets", "毯子")),
    "item": (("phone", "手机"), ("bicycle", "自行车"), ("coat", "外套"), ("camera", "相机"),
             ("kettle", "水壶"), ("mattress", "床垫")),
    "wood": (("maple", "枫木"), ("walnut", "胡桃木"), ("cedar", "雪松木"), ("cherry wood", "樱木")),
    "leather": (("calf leather", "小牛皮"), ("goat leather", "山羊皮"), ("suede", "麂皮")),
    "steel": (("stainless steel", "不锈钢"), ("carbon steel", "碳钢"),
              ("hardened steel", "淬火钢")),
    "region": (("Fujian", "福建"), ("Darjeeling", "大吉岭"), ("Yunnan", "云南"), ("Uji", "宇治")),
    "colour": (("black", "黑色"), ("white", "白色"), ("blue", "蓝色"), ("green", "绿色"),
               ("red", "红色"), ("grey", "灰色"), ("yellow", "黄色"), ("brown", "棕色")),
    "size": tuple((s, s) for s in ("S", "M", "L", "XL", "36", "38", "40", "42")),
}  # fmt: skip

NAMES = frozenset({"pay", "country", "city", "street", "carrier", "region"})
"""Slots whose value keeps the form of the passages when the answer's language is another."""


class Slots:
    """Values drawn once per slot. `passages` is the language the passages are written in."""

    def __init__(self, draw: random.Random, passages: str) -> None:
        self._draw = draw
        self._passages = passages
        self._sign = draw.choice(tuple(_SIGNS))
        self._styles = (draw.randrange(3), draw.randrange(4))
        self._drawn: dict[str, Pair] = {}

    def fill(self, template: str, language: str) -> str:
        """The template with every slot filled. Raises KeyError for a slot nobody knows."""
        return _SLOT.sub(lambda hit: self._shown(hit[1], language), template)

    def bind(self, slot: str, value: Pair) -> None:
        """Give a slot its value."""
        self._drawn[slot] = value

    def _shown(self, slot: str, language: str) -> str:
        kind = slot.rstrip("0123456789")
        wanted = self._passages if kind in NAMES else language
        return self._value(slot, kind)[0 if wanted == "en" else 1]

    def _value(self, slot: str, kind: str) -> Pair:
        if slot not in self._drawn:
            taken = {v for name, v in self._drawn.items() if name.rstrip("0123456789") == kind}
            for _ in range(20):
                value = self._new(slot, kind)
                if value not in taken:
                    break
            self._drawn[slot] = value
        return self._drawn[slot]

    def _new(self, slot: str, kind: str) -> Pair:
        if kind in WORDS:
            return self._draw.choice(WORDS[kind])
        if kind == "money":
            return self._money(slot)
        if kind == "clock":
            first, last = {"clock": (8, 11), "clock2": (17, 21), "clock3": (12, 16)}[slot]
            shown = f"{self._draw.randint(first, last)}:{self._draw.choice(('00', '30'))}"
            return shown, shown
        if kind in _MAKERS:
            return _MAKERS[kind](self._draw)
        first, last, step = NUMBERS.get(slot) or NUMBERS[kind]
        shown = str(self._draw.randrange(first, last + 1, step))
        return shown, shown

    def _money(self, slot: str) -> Pair:
        first, last, step = {"money": (20, 240, 5), "money2": (2, 18, 1)}.get(slot, (19, 95, 2))
        cents = self._draw.choice(("", "", ".50", ".95")) if slot != "money" else ""
        amount = f"{self._draw.randrange(first, last + 1, step)}{cents}"
        sign, (en, zh) = self._sign, self._styles
        english = (f"{sign}{amount}", f"{sign}{amount}", f"{amount} {_CODES[sign]}")[en]
        chinese = f"{amount}{' ' if zh % 2 else ''}{_SIGNS[sign]}"
        return english, f"{sign}{amount}" if zh == 0 and sign in "¥€" else chinese


NUMBERS: dict[str, tuple[int, int, int]] = {
    "n": (2, 9, 1),
    "n2": (12, 64, 1),
    "n3": (80, 240, 5),
    "big": (1500, 20000, 500),
    "days": (3, 30, 1),
    "hours": (2, 48, 1),
    "minutes": (5, 90, 5),
    "months": (6, 24, 1),
    "years": (2, 10, 1),
    "points": (50, 500, 50),
    "chars": (80, 400, 20),
    "kg": (10, 120, 5),
    "grams": (40, 500, 10),
}


def _range(draw: random.Random) -> Pair:
    low = draw.randint(1, 8)
    high = low + draw.randint(1, 6)
    english, chinese = draw.choice((("-", "-"), ("–", "–"), (" to ", "到"), (" to ", "至")))
    return f"{low}{english}{high}", f"{low}{chinese}{high}"


def _percent(draw: random.Random) -> Pair:
    value = draw.choice((5, 8, 10, 12, 15, 20, 25, 30, 40, 60, 75))
    return f"{value}%", f"{value}%"


def _degrees(draw: random.Random) -> Pair:
    value = draw.choice((20, 30, 40, 60, 70, 80, 85))
    return f"{value} °C", f"{value} °C" if draw.random() < 0.5 else f"{value} 度"


def _month(draw: random.Random) -> Pair:
    number = draw.randint(1, 12)
    return _MONTHS[number - 1], f"{number}月"


def _code(draw: random.Random) -> Pair:
    shown = draw.choice(("WELCOME", "SPRING", "HELLO", "SAVE", "AUTUMN", "FRIEND"))
    shown += str(draw.randint(5, 30))
    return shown, shown


def _phone(draw: random.Random) -> Pair:
    shown = f"+{draw.randint(31, 49)} {draw.randint(20, 99)} 555 0{draw.randint(100, 199)}"
    return shown, shown


_MAKERS: dict[str, Callable[[random.Random], Pair]] = {
    "range": _range,
    "percent": _percent,
    "degrees": _degrees,
    "month": _month,
    "code": _code,
    "phone": _phone,
}
