"""Text as the rules see it: one width, one kind of quote and dash, no contractions."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache

import snowballstemmer

HAN = "\u3400-\u4dbf\u4e00-\u9fff"

_MARKS = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "–": "-",
        "−": "-",
        "‑": "-",
        "‐": "-",
        "～": "-",
        "~": "-",
        "×": "x",
        "、": "、",
        "⁄": "/",
        "\u200b": "",
        "\u200d": "",
        "\ufeff": "",
        "\ufe0f": "",
        "\u00ad": "",
        "*": "",
    }
)
_TRADITIONAL = str.maketrans(
    "們個這來時後說對會沒無為從與還過開關於訂單貨運費購買換寄處聯繫郵電話號碼設備計質量實價錢錄"
    "歐內圍產評論獲優惠碼禮發票稅員賬戶註銷應該須請週張條雙塊層項盞鋼鐵鋁銅瓷絲綿紅藍綠黃顏"
    "國際荷蘭韓灣體積長寬觸壓燈檯餐廚床單織輕鬆軟溫濕乾洗滌機適當標籤壞損補償維護問題幫嗎麼樣",
    "们个这来时后说对会没无为从与还过开关于订单货运费购买换寄处联系邮电话号码设备计质量实价钱录"
    "欧内围产评论获优惠码礼发票税员账户注销应该须请周张条双块层项盏钢铁铝铜瓷丝绵红蓝绿黄颜"
    "国际荷兰韩湾体积长宽触压灯台餐厨床单织轻松软温湿干洗涤机适当标签坏损补偿维护问题帮吗么样",
)
_SPACED_HAN = re.compile(rf"(?<=[{HAN}，。、：；！？（）])\s+(?=[{HAN}，。、：；！？（）])")
_CONTRACTIONS = (
    (re.compile(r"\b(ca)n't\b", re.I), r"\1n not"),
    (re.compile(r"\b(wo)n't\b", re.I), "will not"),
    (re.compile(r"\b(sha)n't\b", re.I), "shall not"),
    (re.compile(r"n't\b", re.I), " not"),
    (re.compile(r"'(?:re|m)\b", re.I), " are"),
    (re.compile(r"'ll\b", re.I), " will"),
    (re.compile(r"'ve\b", re.I), " have"),
    (re.compile(r"\bcannot\b", re.I), "can not"),
    (re.compile(r"\be-?mail", re.I), "email"),
    (
        re.compile(
            r"\bas long as ([^,.;]{1,40}?) (?:has|have|is|are) not(?: yet)?(?: been)?\b", re.I
        ),
        r"until \1 is",
    ),
    (re.compile(r"(?:只要)?(?:还没有|还没|尚未|还未|未)(打包|发货|出库|发出|寄出)"), r"\1之前"),
)


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """`text` in one form: NFKC, plain quotes and dashes, single spaces, "can not" for "can't"."""
    folded = unicodedata.normalize("NFKC", text).translate(_MARKS).translate(_TRADITIONAL)
    folded = " ".join(folded.split())
    folded = _SPACED_HAN.sub("", folded)
    for pattern, plain in _CONTRACTIONS:
        folded = pattern.sub(plain, folded)
    return folded


_STEMMER = snowballstemmer.stemmer("english")
_STEMMING = threading.Lock()


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """The stem of one English word, lower case."""
    word = word.lower().removesuffix("'s").removesuffix("s'")
    with _STEMMING:  # the stemmer keeps the word it works on
        return str(_STEMMER.stemWord(word))


def mostly_han(text: str) -> bool:
    """Whether `text` holds more Chinese characters than Latin words."""
    return len(re.findall(f"[{HAN}]", text)) > len(re.findall(r"[A-Za-z]+", text))


def is_han(text: str) -> bool:
    """Whether `text` holds a Chinese character."""
    return bool(re.search(f"[{HAN}]", text))
