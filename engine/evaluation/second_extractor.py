"""A second judge of sent text. Shares no code with the engine: plain patterns and containment.

`unsupported(text, sources)` gives every quantity, name and link of a sent text that stands in no
source, each as "kind:spelling". Made to be run over real generations; it errs towards reporting.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

ENGLISH_NUMBERS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "fourteen": 14, "fifteen": 15, "twenty": 20,
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90, "hundred": 100,
}  # fmt: skip
CHINESE_DIGITS = {
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
UNIT_GROUPS = {
    "eur": "€ eur euro euros 欧元 欧",
    "usd": "$ usd dollar dollars 美元",
    "cny": "¥ rmb cny yuan 元 块",
    "gbp": "£ gbp pounds",
    "workday": "working-day working-days business-day business-days weekdays 个工作日 工作日",
    "day": "day days calendar-days 天 日",
    "week": "week weeks 周 个星期 星期",
    "month": "month months 个月",
    "year": "year years 年 岁",
    "hour": "hour hours h hr hrs 小时 个小时",
    "minute": "minute minutes min 分钟",
    "percent": "% percent",
    "cm": "cm 厘米 centimetres",
    "mm": "mm 毫米",
    "kg": "kg 公斤 千克",
    "g": "g grams gram 克",
    "ml": "ml 毫升",
    "l": "l litres litre liters 升",
    "celsius": "°c °C ℃ 度 degrees 摄氏度",
    "watt": "w watt 瓦",
}
UNIT_OF = {spelling: unit for unit, line in UNIT_GROUPS.items() for spelling in line.split()}
SPELLINGS = sorted(UNIT_OF, key=len, reverse=True)
WORKABLE = {"week": ("day", 7.0), "year": ("month", 12.0)}
_CAPITALS = (
    "I I'm I'll I've Yes No The A An It If You Your We Our They This That These Those There "
    "For From With Without And But Or So On In At By To As Please Sorry Just Once When While "
    "All Each Any Both Orders Items Returns Hello Hi Thanks Thank Unfortunately Of Is Are Can "
    "Do Not"
)
_AGE = re.compile(r"\bage[sd]?(?: of| from)?:? (?:\d+\s?(?:-|to|and) ?)?$", re.I)
COMMON_CAPITALS = frozenset(_CAPITALS.split())


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).replace("–", "-").replace("—", "-")
    for phrase in ("working day", "business day", "calendar day"):
        text = re.sub(phrase, phrase.replace(" ", "-"), text, flags=re.I)
    return re.sub(r"[\u2018\u2019]", "'", text)


def _chinese_number(text: str) -> float:
    total, current = 0, 0
    for char in text:
        if char in "十百":
            total += max(current, 1) * (10 if char == "十" else 100)
            current = 0
        else:
            current = CHINESE_DIGITS[char]
    return float(total + current)


def _value(text: str) -> float:
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text):
        return float(text.replace(",", ""))
    return float(text.replace(",", "."))


def numbers(text: str) -> list[tuple[float, str, str]]:
    """Every number as value, unit ("" if none) and spelling; one a number, ranges split."""
    text = _plain(text)
    found: list[tuple[float, str, str]] = []
    for hit in re.finditer(r"\d+(?:[.,]\d+)*", text):
        before = text[: hit.start()].rstrip()[-3:].lower()
        after = text[hit.end() :].lstrip(" -").lower()
        ranged = re.match(r"(?:-|to |and |or |至|到|x)?\s*[€$£¥]?\d+(?:[.,]\d+)?\s*", after)
        rest = after[ranged.end() :] if ranged else after
        unit = _unit(rest)
        for sign in "€$£¥":
            if before.endswith(sign):
                unit = UNIT_OF[sign]
        for name in ("eur", "usd", "rmb"):
            if before == name:
                unit = UNIT_OF[name]
        if not unit and _AGE.search(text[: hit.start()]):
            unit = "year"
        try:
            found.append((_value(hit.group().rstrip(".,")), unit, hit.group()))
        except ValueError:
            continue
    for hit in re.finditer(r"[a-z]+", text.lower()):
        if hit.group() in ENGLISH_NUMBERS:
            rest = text[hit.end() :].lstrip(" -").lower()
            found.append((float(ENGLISH_NUMBERS[hit.group()]), _unit(rest), hit.group()))
    for hit in re.finditer(r"[一二两三四五六七八九十百]+", text):
        unit = _unit(text[hit.end() :])
        if unit:
            found.append((_chinese_number(hit.group()), unit, hit.group()))
    return found


def _unit(rest: str) -> str:
    for spelling in SPELLINGS:
        if rest.startswith(spelling):
            tail = rest[len(spelling) :]
            if (
                spelling[-1].isascii()
                and spelling[-1].isalpha()
                and tail[:1].isascii()
                and tail[:1].isalpha()
            ):
                continue
            return UNIT_OF[spelling]
    return ""


def _base(value: float, unit: str) -> tuple[float, str]:
    name, factor = WORKABLE.get(unit, (unit, 1.0))
    return value * factor, name


def links(text: str) -> list[str]:
    """Every web address and e-mail address."""
    text = unicodedata.normalize("NFKC", text)
    found = re.findall(
        r"https?://[^\s,，。；）)]+|www\.[^\s,，。；）)]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
        text,
        re.ASCII,
    )
    return [f.rstrip(".!?") for f in found]


def names(text: str) -> list[str]:
    """Every capitalised or Latin-in-Chinese word that does not open a sentence."""
    text = _plain(text)
    for link in links(text):
        text = text.replace(link, " ")
    chinese = bool(re.search("[\u4e00-\u9fff]", text))
    found = []
    for hit in re.finditer(r"[A-Za-z][A-Za-z'&]+", text):
        word = hit.group().removesuffix("'s")
        opens = not text[: hit.start()].strip() or bool(
            re.search(r"[.!?:]\W*$", text[: hit.start()])
        )
        if word in COMMON_CAPITALS or word.lower() in UNIT_OF or (opens and not chinese):
            continue
        if word[0].isupper() or chinese:
            found.append(word)
    return found


def unsupported(text: str, sources: Sequence[str], links_allowed: Iterable[str] = ()) -> list[str]:
    """What `text` states that no source holds: "quantity:…", "name:…", "link:…"."""
    stated = {_base(v, u) for source in sources for v, u, _ in numbers(source)}
    joined = _plain(" ".join(sources)).lower()
    out = []
    for value, unit, spelling in numbers(text):
        same = _base(value, unit) in stated
        if not same and not (unit == "" and any(v == value for v, _ in stated)):
            out.append(f"quantity:{spelling} {unit}".strip())
    allowed = joined + " ".join(links_allowed).lower()
    out += [f"link:{link}" for link in links(text) if link.lower() not in allowed]
    out += [f"name:{name}" for name in names(text) if name.lower() not in joined]
    return out
