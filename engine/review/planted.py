"""Sentences of an entry that speak to the assistant instead of to shoppers."""

from __future__ import annotations

import re

from engine.grounding.text import fold

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


def planted(sentence: str) -> str:
    """The words of a sentence that instruct the assistant, or ""."""
    hit = _PLANTED.search(fold(sentence))
    return hit.group().strip() if hit else ""
