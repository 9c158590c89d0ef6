"""The ways Chinese says a person's name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, partial

from engine.retrieval.spelling import RARE
from engine.retrieval.text import HAN, dictionary
from engine.routing.said_names import InShop, given_names, is_given_name, surnames

_NO_NAME = frozenset(
    "的了吗呢吧啊呀嘛想问要买是我你您他她它们不都也还在有跟给帮个些这那就才很太最没被把让请说和"
)
"""Characters that no given name holds, or so rarely that a sentence goes on there."""
_TELLING = frozenset(
    "娜婷伟敏丽芳娟艳杰涛磊霞洁莉玲琳琪萱涵轩浩鑫颖慧倩雯琴燕萍鹏俊刚斌辉凯晨旭昊瑶怡妍妮娇媛嫣彤佳欣薇菲蕾彬"
    "栋豪翔毅晖淑芬珊静勇军"
)
"""Characters that after a surname are all but surely a given name."""
_USUAL = frozenset("明华红国平强建文英兰梅秀桂珍玉春峰波林云龙宁博宇飞亮健志东江雪月阳洋超丹")
_HAN = r"[\u4e00-\u9fff]"
_TITLES = "先生|女士|小姐|太太|老师|师傅|阿姨|叔叔|经理|大哥|大姐|医生|同学|总|姐|哥"
_LATIN = r"[A-Z][A-Za-z'’-]+(?:\s[A-Z][A-Za-z'’-]+){0,3}"
_GOES_ON = (
    r"(?=\s*(?:[，,。.!！?？、；;~]|$)|\s|想|要|问|说|也|需要|希望|买|挑|选|订|定|下单|退|换|寄|送|收"
    r"|的|在|来|让|叫|托|准备|打算|过|今|明天|是|能|可|有|喜欢|最近|刚|和|跟|请|麻烦|这|那|用|看|住|生日"
    r"|结婚|搬|付|拿|取|开|推荐|介绍|上|下|去|一起|对)"
)
_KIN = (
    "(?:好|老|小|大)?(?:朋友|同事|同学|室友|舍友|闺蜜|邻居|老公|老婆|丈夫|妻子|先生|太太|男朋友|女朋友"
    "|男友|女友|对象|爱人|媳妇|妈妈|爸爸|母亲|父亲|老妈|老爸|姐姐|妹妹|哥哥|弟弟|表姐|表妹|表哥|表弟"
    "|堂姐|堂妹|堂哥|堂弟|姑姑|姑妈|姨妈|阿姨|舅舅|舅妈|叔叔|伯伯|婶婶|爷爷|奶奶|外公|外婆|姥姥|姥爷"
    "|儿子|女儿|孩子|宝宝|侄子|侄女|外甥女?|孙子|孙女|老师|领导|老板|客户|亲戚|婆婆|公公|岳父|岳母"
    "|哥们|兄弟|姐妹|师傅|学生|未婚夫|未婚妻|嫂子|姐夫|妹夫|姐|妹|哥|弟|妈|爸)"
)
_WISHES = "想|让我|托我|叫我|说|喜欢|和我|跟我|过生日|的?生日|结婚|搬家|打算|准备|也想"
_ASKS = f"{_WISHES}|要|问|需要|希望"
_ACTS = (
    f"{_ASKS}|告诉|送|给我|给她|给他|帮我|替我|陪我|拆|打开|发现|买了|买给|买的|订了|收到|下单|退了|寄|拿|穿|喝|洗|刚"
    "|已经|昨天|今天|最近|前几天|上周"
)
_OWNED = "生日|订单|地址|婚礼|快递|包裹|礼物|名字|账号|电话|收货|家"


@dataclass(frozen=True, slots=True)
class _Names:
    """Patterns of a name: any, one that is surely a name, and what somebody says is theirs."""

    family: str
    name: str
    sure: str
    told: str


def _names() -> _Names:
    listed = "|".join(sorted((n for n in given_names() if HAN.match(n)), key=len, reverse=True))
    family = "|".join(surnames())
    titled = f"(?:{family})(?:{_TITLES})"
    other = f"(?:(?:{listed}){_HAN}{{0,2}}?|{_HAN}{{1,3}}古[丽力])"
    full = f"(?:{family})(?:{listed}|{_HAN}{{1,2}}?)"
    name = f"(?P<name>{titled}|{other}|[小老阿]{_HAN}{{1,2}}?|{full}|{_LATIN})"
    sure = f"(?P<name>{titled}|{other}|{full}|[小老阿](?:{family})|{_LATIN})"
    told = rf"(?P<told>{_HAN}{{1,6}}?(?:·{_HAN}{{1,6}}?)*|{_LATIN})"
    return _Names(family, name, sure, told)


Shape = tuple[str, str, bool]


@cache
def _shapes() -> tuple[tuple[re.Pattern[str], str, bool], ...]:
    """Each shape, what stands for it, and whether a find must be surely a name."""
    names = _names()
    drawn = (*_introduced(names), *_acting(names))
    return tuple((re.compile(shape), kept, wary) for shape, kept, wary in drawn)


def _introduced(names: _Names) -> tuple[Shape, ...]:
    """Who somebody is, or does something for or with."""
    family, name, told = names.family, names.name, names.told
    return (
        (rf"(?:我|本人|在下|人家)(?:的?(?:名字|全名)?(?:叫做?|名叫|名字叫|名字是|的名字是))\s*{told}"
         rf"{_GOES_ON}", "", False),
        (rf"(?:我|本人|在下|免贵)姓(?:{family})(?:名?{_HAN}{{1,2}})?"
         r"(?=\s*[，,。.!！、；;]|$|\s|想|要|请|买|问)(?P<name>)", "", False),
        (rf"(?:我是|这里是|这边是|本人是?|我这边是)\s*{name}"
         r"(?=\s*[，,。.!！、；;]|$|\s|想|要|请问|啊|呀|呢|哦)(?:啊|呀|呢|哦)?", "", False),
        (rf"(?P<kin>(?:我们?的?|我家|咱){_KIN})(?:[，,]?(?:名?叫|名字叫)){told}{_GOES_ON}",
         r"\g<kin>", False),
        (rf"(?P<kin>(?:我们?的?|我家|咱){_KIN}){name}{_GOES_ON}", r"\g<kin>", False),
        (rf"(?P<kin>帮|替|代|托){name}"
         r"(?=买|挑|选|订|定|下单|问|带|寄|退|换|看|拿|取|收|找|查|过|的|[，,。])",
         r"\g<kin>朋友", False),
        (rf"(?P<kin>给|为|送给?|陪){name}"
         r"(?=买|挑|选|订|定|下单|带|寄|发|准备|过|庆|的?生日|的?礼"
         r"|[，,。？?]|$)",
         r"\g<kin>朋友", True),
        (rf"(?P<kin>和|跟|与){name}(?=一起|想|要|都|说|结婚)", r"\g<kin>朋友", True),
    )  # fmt: skip


def _acting(names: _Names) -> tuple[Shape, ...]:
    """Who does or owns something, is addressed, or signs."""
    name, sure = names.name, names.sure
    start = r"(?P<kin>(?:^|(?<=[\n，,。！!？?；;\s])|因为|如果|但是|不过|听))"
    return (
        (rf"{start}{sure}(?={_ACTS})", r"\g<kin>朋友", True),
        (rf"{start}{name}(?={_WISHES})", r"\g<kin>朋友", True),
        (rf"(?P<kin>是){name}(?=买|送|给|订|寄|的生日)", r"\g<kin>朋友", True),
        (rf"{start}{sure}(?=的(?:{_OWNED}))", r"\g<kin>朋友", True),
        (rf"(?P<kin>(?:你好|您好|嗨|哈喽|亲爱的|亲|谢谢|感谢)[呀啊]?)[，, ]?{sure}"
         r"(?=[，,。！!、~\s]|$)",
         r"\g<kin>", True),
        (rf"(?P<kin>[\n。！!？?~])\s*(?:——|—|--)?\s*{sure}\s*(?:敬上|上|留言?)?\s*$",
         r"\g<kin>", True),
        (rf"(?:——|—|--)\s*{name}\s*(?:敬上|上|留言?)?\s*$", "", False),
    )  # fmt: skip


def without_chinese(text: str, in_shop: InShop) -> str:
    """A text without the names that Chinese shapes introduce; simplified characters."""
    if not HAN.search(text):
        return text

    for shape, kept, wary in _shapes():
        text = shape.sub(partial(_left_out, kept=kept, wary=wary, in_shop=in_shop), text)
    return text


def _left_out(found: re.Match[str], *, kept: str, wary: bool, in_shop: InShop) -> str:
    """What stands for one find; the find itself where no name is said."""
    said = found.groupdict()
    name, told = said.get("name"), said.get("told")
    fits = _may_be_told(told) if told else not name or _is_name(name, wary, in_shop)
    return found.expand(kept) if fits else found.group(0)


def _may_be_told(said: str) -> bool:
    """Whether what comes after 我叫 can be a name: "我叫了外卖" tells none."""
    return said in given_names() or not set(said) & _NO_NAME


def _is_name(name: str, wary: bool, in_shop: InShop) -> bool:
    """Whether this is a name; if `wary`, of no word that the shop uses.

    A surname with one or two characters is none where these are an ordinary word (方便, 高中生).
    """
    if wary and in_shop(name.lower()):
        return False
    if not HAN.match(name):
        return not wary or is_given_name(name.split()[0])
    if re.search(rf"(?:{_TITLES})$", name) or _is_listed(name):
        return True
    if set(name) & _NO_NAME:
        return False
    given = set(name.removeprefix(next((s for s in surnames() if name.startswith(s)), name[:1])))
    if given <= _TELLING or name[-2:] in ("古丽", "古力"):
        return True
    if wary and len(name) == 2 and name[0] not in "小老阿" and not given <= _USUAL:
        return False
    frequency: dict[str, int] = dictionary().dt.FREQ
    return all(frequency.get(name[:end], 0) < RARE for end in range(2, len(name) + 1))


def _is_listed(name: str) -> bool:
    """Whether this is a listed name, with a surname before it or the rest of it after it."""
    family = next((s for s in surnames() if name.startswith(s)), "")
    if name in given_names() or (family and name.removeprefix(family) in given_names()):
        return True
    begun = any(name[:-more] in given_names() for more in (1, 2) if len(name) - more >= 2)
    return begun and not set(name) & _NO_NAME
