"""What a warning says to an operator, by key and language."""

from __future__ import annotations

from collections.abc import Mapping

TOLD: Mapping[str, Mapping[str, str]] = {
    "same_question": {
        "en": "Both entries have this question word for word; delete it in all but one.",
        "zh": "这几个条目里有一模一样的问题，请只在一个条目里保留。",
    },
    "near_question": {
        "en": "These questions ask nearly the same; keep one, or join the two entries.",
        "zh": "这两个问题几乎一样，请保留一个，或合并两个条目。",
    },
    "number": {
        "en": "The same thing, once with {one} and once with {other}.",
        "zh": "说的是同一件事，一处写 {one}，另一处写 {other}。",
    },
    "money": {
        "en": "The same amount, once as {one} and once as {other}.",
        "zh": "同一笔金额，一处写 {one}，另一处写 {other}。",
    },
    "date": {
        "en": "The same date, once as {one} and once as {other}.",
        "zh": "同一个日期，一处写 {one}，另一处写 {other}。",
    },
    "weekday": {
        "en": "The same days, once as {one} and once as {other}.",
        "zh": "同样的日子，一处写 {one}，另一处写 {other}。",
    },
    "clock": {
        "en": "The same time, once as {one} and once as {other}.",
        "zh": "同一个时间，一处写 {one}，另一处写 {other}。",
    },
    "denial": {
        "en": "One says yes to it, the other no.",
        "zh": "一处说可以，另一处说不可以。",
    },
    "free": {
        "en": "One says it is free, the other that it costs something.",
        "zh": "一处说免费，另一处说要收费。",
    },
    "step": {
        "en": "The same is done at different steps of an order.",
        "zh": "说的是同一件事，但发生在订单的不同环节。",
    },
    "hidden": {
        "en": "Hidden, so not told to shoppers yet: {one}.",
        "zh": "已隐藏、顾客暂时看不到的条目：{one}。",
    },
    "no_answer": {
        "en": "There is no answer in {language}: shoppers are told the other language's.",
        "zh": "没有 {language} 的答案：顾客看到的是另一种语言的原文。",
    },
    "no_questions": {
        "en": "There is no example question in {language}: it is found less often.",
        "zh": "没有 {language} 的示例问题：更难被找到。",
    },
    "unchecked": {
        "en": "Last checked on {day}, {days} days ago.",
        "zh": "上次核对是 {day}，已过去 {days} 天。",
    },
    "expired": {
        "en": "No longer told: it was valid until {day}.",
        "zh": "已不再使用：有效期到 {day} 为止。",
    },
    "instruction": {
        "en": 'It speaks to the assistant, not to shoppers: "{one}".',
        "zh": "这句话是对助手说的，不是对顾客说的：“{one}”。",
    },
    "draft_added": {
        "en": 'No draft: it says what the original does not ("{one}"). Please translate by hand.',
        "zh": "没有草稿：草稿里有原文没有的内容（“{one}”）。请手动翻译。",
    },
    "draft_lost": {
        "en": 'No draft: it leaves out "{one}". Please translate by hand.',
        "zh": "没有草稿：草稿漏掉了“{one}”。请手动翻译。",
    },
    "draft_language": {
        "en": "No draft: the model did not write in the language asked for. Please translate by "
        "hand.",
        "zh": "没有草稿：模型没有用所要的语言书写。请手动翻译。",
    },
    "draft_unsure": {
        "en": "No draft: the model was too unsure of its words. Please translate by hand.",
        "zh": "没有草稿：模型对自己的措辞没有把握。请手动翻译。",
    },
    "draft_empty": {
        "en": "No draft: the model wrote nothing. Please translate by hand.",
        "zh": "没有草稿：模型什么也没写。请手动翻译。",
    },
    "draft_failed": {
        "en": "No draft: the model failed ({one}). Please translate by hand.",
        "zh": "没有草稿：模型出错（{one}）。请手动翻译。",
    },
}
"""Texts with what stands in braces filled in."""


def told(key: str, values: Mapping[str, str], language: str) -> str:
    """A warning's words in the operator's language, in English where there are none."""
    texts = TOLD[key]
    return texts.get(language.split("-")[0], texts["en"]).format(**values)
