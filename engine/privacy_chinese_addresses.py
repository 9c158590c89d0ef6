"""Chinese postal addresses: found at their house number, followed back to their start."""

from __future__ import annotations

import re
from collections.abc import Iterator

_HAN = "[一-鿿]"
_COUNT = r"(?:\d{1,5}|[A-Z]\d?|[一二三四五六七八九十百]{1,4})"
_NOT_A_HOUSE = r"(?!线|电池|码|色|款|链接|[年月日])"
_HOUSE = (
    r"[甲乙丙丁]?(?:\d{1,5}(?:[\-之]\d{1,4})?|[一二三四五六七八九十百]{1,5})"
    rf"(?:号院?{_NOT_A_HOUSE}|弄)"
)
_ROAD = r"(?:路|街|大道|巷|胡同|道|里|条)(?:[东西南北中]|[一二三四五六七八九十]{1,2}){0,2}段?"
_ESTATE = (
    "(?:小区|社区|花园|公寓|大厦|新村|家园|广场|中心|山庄|别墅|公馆|大院|宿舍|校区|医院|大学|学院|"
    "产业园|软件园|科技园|工业园|国际|名都|豪庭|水岸|[苑城府园湾庭轩阁居山郡墅邸坊])"
)
_BUILDING = (
    rf"(?:{_COUNT}(?:号楼|栋|幢|单元)|[A-Z]座(?![位椅的号])|\d{{1,2}}座(?=[\s,.;，。；\d]|$))"
)
_ROOM = r"\d{3,4}(?:室|房|户)?(?![\d.%]| ?(?:元|块|件|个|g|ml|cm|W|万|人|米|斤))"
_REST = (
    rf"(?: ?(?:{_BUILDING}|{_HOUSE}|{_COUNT}(?:楼|层|室|组|户)|-?{_ROOM}|"
    rf"(?:(?![的吗呢吧能要送收就等放])[一-鿿A-Z]){{0,10}}?(?:SOHO(?:塔\d)?|楼|{_ESTATE})))"
    r"{0,6}"
)
_CORE = re.compile(
    rf"(?:(?P<road>{_ROAD}) ?{_HOUSE}|(?<={_HAN})村 ?(?:{_COUNT}组 ?)?(?:{_HOUSE}|(?<=组))|"
    rf"(?<={_HAN}){_ESTATE}(?:[一二三四五六七八九十]期)?(?:[东西南北A-Z\d]区)? ?{_BUILDING}|"
    rf"(?<={_HAN}){_BUILDING} ?(?:{_BUILDING}|{_ROOM})){_REST}"
)
_MAY_HOLD_ONE = re.compile(r"[\d一二三四五六七八九十百A-Z](?:号|弄|栋|幢|单元|座|组)")

_PROVINCE = re.compile(
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|"
    "广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|台北|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
_DISTRICT = rf"{_HAN}{{2,5}}?(?:[市区县旗镇乡州]|街道)"
_PLACE = re.compile(f"(?:{_PROVINCE.pattern})(?!中?[东西南北]?[路街])|{_DISTRICT}")
# What a sentence says before an address; none of these stands in a name of a place.
_SAYING = re.compile(
    "[在到至给寄送住我你他她的了是请把为换去址号写填叫找就吗呢吧啊谢这那哪说问要有没]|"
    "发(?!展)|从(?!化)|改(?!革)|能(?!源)|(?<!解)放|(?<!丰)收|[^一-鿿 ,]"
)
_PART_END = re.compile(f"(?:[省市区县旗镇乡州道路]|{_PROVINCE.pattern})$")
# Words that end like a road: "out shopping on the 12th" is no street.
_NO_ROADS = re.compile(
    "(?:逛街|上街|走路|修路|迷路|顺路|问路|线路|电路|思路|套路|马路|半路|出路|网路|^.?一路)$"
)
_WEAK_ROADS = "道里条"
_LONGEST_START, _LONGEST_NAME = 30, 9


def chinese_addresses(plain: str) -> Iterator[tuple[int, int]]:
    """Start and end of every Chinese address, from left to right."""
    if not _MAY_HOLD_ONE.search(plain):
        return
    for core in _CORE.finditer(plain):
        start = _start(plain, core.start())
        name = plain[start : core.start()]
        if name and (not core["road"] or _is_road(name, core["road"])):
            yield start, core.end()


def _start(plain: str, at: int) -> int:
    """Back over the names of province, city, district and road."""
    start = at
    while start > max(0, at - _LONGEST_START) and not _SAYING.match(plain, start - 1):
        # A space or comma may part two names, but what a sentence says may end there too.
        if plain[start - 1] in " ," and not _PART_END.search(plain, max(0, start - 3), start - 1):
            break
        start -= 1
    if place := _PLACE.search(plain, start, at):
        return place.start()
    return max(start, at - _LONGEST_NAME)


def _is_road(name: str, road: str) -> bool:
    if road[0] in _WEAK_ROADS:
        return _PLACE.search(name) is not None
    return not _NO_ROADS.search(name + road)
