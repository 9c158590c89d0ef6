"""Sentences of an entry that speak to the assistant instead of to shoppers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.grounding.text import fold
from engine.review.statements import reading

_PLANTED = re.compile(
    # What was said before is to be left aside.
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,30}"
    r"\b(?:previous|above|prior|earlier|all|your)\b.{0,20}"
    r"\b(?:instructions?|rules|prompts?|guidelines|messages?|text|context|training)\b"
    r"|(?:忽略|无视|忘记|忘掉|不要理会|不用管).{0,6}(?:以上|之前|上述|上面|前面|先前|所有).{0,8}"
    r"(?:指令|指示|内容|提示|规则|要求|设定|说明)"
    # The assistant's own words: its prompt, its role, its marks.
    r"|\bsystem (?:prompt|message|instruction)s?\b|系统提示|提示词|系统指令"
    r"|\b(?:as|you are(?: now)?) an? (?:ai|chat ?bot|(?:language|ai) model"
    r"|(?:ai |virtual )?assistant)\b"
    r"|\b(?:act|behave|respond|answer) as (?:if you were |an? )|\bpretend (?:to be|you are)\b"
    r"|你(?:现在)?是(?:一个|一名)?(?:ai|人工智能|语言模型|聊天机器人|助手)"
    r"|(?:请)?(?:扮演|假装你?是)"
    r"|<\||\|>|\[/?inst\]|</?(?:system|s)>|^\W*(?:system|assistant)\s*:"
    # How it is to answer from here on.
    r"|\bfrom now on,? (?:you|always|only|never|answer|reply)\b|\bin (?:your|every|each) "
    r"(?:reply|replies|answers?|responses?)\b|"
    r"\b(?:your|the) (?:next |final )?(?:reply|response|answer) (?:must|should)\b"
    r"|从现在(?:起|开始)[，,]?你|(?:回答|回复)(?:时|中)?(?:必须|只能|一律)|在(?:每个|所有|你的)(?:回答|回复)"
    r"|\b(?:do not|never) (?:tell|reveal|mention|disclose)\b.{0,20}"
    r"\b(?:users?|shoppers?|customers?)\b"
    r"|\b(?:tell|inform|recommend|send|ask) (?:the |every |all )?(?:users?|shoppers?) (?:that|to)\b"
    r"|不要(?:告诉|透露给).{0,4}(?:用户|顾客)|(?:告诉|引导|要求)(?:用户|顾客)",
    re.I,
)


_ALTER = (
    r"(?:add|include|insert|append|integrate|modify|change|alter|augment|enhance|extend|replace"
    r"|convert|substitute|swap|rearrange|misspell|scramble|jumble|remove|group|combine|join"
    r"|render|introduce|anagram|encode|reverse|translate|rewrite|phrase|format|begin|start|end"
    r"|finish|close|use|provide|make)"
)
_REWORKED = re.compile(
    rf"\b{_ALTER}\b.{{0,120}}\byour (?:own )?(?:answers?|repl(?:y|ies)|responses?|output)\b"
    rf"|\b{_ALTER}\b.{{0,40}}\b(?:letters?|words?|vowels?|characters?|spaces)\b.{{0,30}}"
    r"\byour (?:messages?|text|sentences?|words)\b"
    r"|\b(?:letters?|words?|vowels?|characters?|spaces|sentences?) (?:in|of|from) your"
    r" (?:answers?|repl(?:y|ies)|responses?|output)\b"
    r"|(?:在|把|将).{0,4}(?:回答|回复|答案).{0,12}(?:加上|加入|插入|写上|换成|替换|改成|翻译)",
    re.I,
)
"""How an answer is to be made or changed: a shopper has none to make."""
_SHOPPERS_OWN = re.compile(
    r"\byour (?:order|name|e-?mail|phone|customer|invoice|address|receipt|photos?)\b", re.I
)
"""What a shop asks a shopper to put into a reply to it."""
_TASK = re.compile(
    r"^\W*(?:please )?(?:(?:can|could|would|will) you )?(?:explain|describe|draft|write|compose"
    r"|develop|create|generate|translate|summari[sz]e|outline|break down|list(?! of)|provide|give"
    r"|show|tell)\b|^\W*请?(?:写一|翻译|解释|概括|列出|编写|生成)",
    re.I,
)
_QUESTION = re.compile(
    r"^\W*(?:what|who|whose|which|when|where|why|how)\b.*\?|(?:什么|怎么|如何|为什么|谁|哪).*[？?]",
    re.I,
)
_TO_SHOP = re.compile(r"\b(?:us|we|our|ours|your)\b|我们|本店|客服|您|你")


def planted(sentence: str) -> str:
    """The words of a sentence that instruct the assistant, or ""."""
    folded = fold(sentence)
    hit = _PLANTED.search(folded)
    if hit is None and not _SHOPPERS_OWN.search(folded):
        hit = _REWORKED.search(folded)
    return hit.group().strip() if hit else ""


def off_topic(sentence: str, around: Iterable[str]) -> bool:
    """Whether a sentence sets a task or asks a question of which nothing `around` it speaks."""
    folded = fold(sentence)
    if not (_TASK.search(folded) or _QUESTION.search(folded)) or _TO_SHOP.search(folded):
        return False
    asked = {t.concept for t in reading(sentence).tokens if t.kind != "neg"}
    told = {t.concept for text in around for t in reading(text).tokens}
    return bool(asked) and not asked & told
