"""Talk that claims no fact, and talk no draft may hold: courtesies, promises, instructions."""

from __future__ import annotations

import re

_COURTESY = re.compile(
    r"(?:(?:hi|hello|hey)(?: there)?|good (?:morning|afternoon|evening|question|choice)"
    r"|(?:i |we )?(?:do )?hope (?:this|that|it) helps(?: you)?(?: out)?|(?:i am |i'm |we are "
    r"|we're )?(?:happy|glad) to help"
    r"|thank(?:s| you)(?: (?:very|so) much)?(?: for (?:your (?:question|message|interest"
    r"|patience)|asking|reaching out))?"
    r"|(?:please |just |do )?(?:feel free to |do not hesitate to )?(?:let me know|let us know|ask"
    r"|just ask)(?: (?:me|us))?"
    r" if (?:you (?:have|need)|there is|there's|i can|we can|anything)[\w' ]*"
    r"|if you (?:have|need)(?: any| more)? (?:other |further |more )?(?:questions|help"
    r"|information|details),? (?:just |please )?(?:ask|let (?:me|us) know)"
    r"|is there anything else (?:i|we) can (?:help (?:you )?with|do for you)|(?:i am "
    r"|i'm )?sorry (?:to hear that|about that|for the (?:trouble|inconvenience))"
    r"|you(?:'re| are) (?:very )?welcome|have a (?:nice|great|lovely|good) (?:day|evening"
    r"|weekend)|of course|sure|certainly|great question|enjoy|no problem(?: at all)?"
    r"|您好|你好|谢谢(?:您)?(?:的(?:提问|咨询|支持|关注|耐心))?|感谢(?:您)?的(?:提问|咨询|支持"
    r"|关注|耐心|留言)|希望(?:这|以上(?:信息|内容)?)?(?:能|可以)?(?:对您|帮到您|有所帮助"
    r"|对你)(?:有(?:所)?帮助)?"
    r"|(?:如|如果)(?:您)?(?:还)?有(?:其他|任何|别的|更多)?(?:问题|疑问|需要)[，,]?(?:请|欢迎|可以"
    r"|可)?(?:您)?(?:随时)?(?:告诉|问|联系|咨询|提问)?(?:我|我们)?"
    r"|(?:有问题|有疑问)?(?:请)?随时(?:问我|提问|告诉我|联系我们)|很(?:高兴|乐意)(?:为您"
    r"|能)?(?:服务|帮助|帮到您|帮助您|解答)|不客气|祝您(?:购物)?愉快|祝您(?:生活|购物)愉快"
    r"|抱歉给您带来不便|当然|好的|没问题|好问题|很抱歉(?:听到(?:这个|此事))?)",
    re.I,
)
_PROMISES = (
    (
        r"\b(?:we|i) (?:fully |personally |can |do )?(?:guarantee|promise|assure|swear|vouch)\b"
        r"|保证|担保|承诺",
        "warranty",
    ),
    (
        r"\bi(?:'ll| will| can| am going to|'m going to) (?:personally |gladly |now "
        r"|also )*(?:call|email|send|refund|cancel|ship|contact|arrange|check|book|reserve|change"
        r"|process|forward|ring|order|place|look into|get back|follow up|give you|offer|transfer"
        r"|make sure|add|update|apply)",
        "",
    ),
    (
        r"\bwe(?:'ll| will) (?:personally )?(?:call you|ring you|phone you|get back to you"
        r"|be in touch|contact you|reach out)",
        "contact",
    ),
    (
        r"我(?:会|将|马上|这就|来|可以)(?!们)(?:立即|马上|尽快|帮)?(?:为|给|帮"
        r"|替)?(?:您)?(?:打电话|致电|联系|退款|发送|发货|安排|取消|修改|处理|查询|预订|预留|转接"
        r"|申请|下单|跟进|回复|寄|补发|转|办理)",
        "",
    ),
    (
        r"我们(?:会|将)(?:立即|马上|尽快)?(?:主动)?(?:给您|向您|与您|和您|跟您)(?:打电话|致电"
        r"|回电|取得联系|联系|来电)",
        "contact",
    ),
)
_INSTRUCTIONS = re.compile(
    r"\bas an ai\b|language model|system prompt|\bprompt\b|ignore (?:the |all |any )?(?:previous"
    r"|above|prior)|<\|?|\|>|###|\[/?inst\]|</?s>|```"
    r"|^\W*(?:passage|source|question|answer|user|assistant|system|context|instructions?|note to"
    r"|shopper|q|a|reply|product|entry|title|text|output|response)s?(?: \d+)?\s*:"
    r"|according to (?:the |this )?(?:passage|source|context|text|document)|(?:the"
    r"|this) (?:passage|context|document)s? (?:say|state|mention|above|do|provide)|\[\d+\]"
    r"|作为(?:一个|一名)?(?:ai|人工智能|语言模型)|系统提示|提示词|忽略(?:以上|之前|上述)"
    r"|^\W*(?:问题|回答|答案|资料|来源|段落|上下文|用户|助手|问|答|指令|问句)\s*\d*\s*[:：]"
    r"|根据(?:以上|上述|所给|提供的)?(?:段落|资料|上下文|文本|材料)|指令"
    # A shop speaks of goods and orders, never of how it is to be answered.
    r"|\b(?:your|the|this|each|every|an?) (?:repl(?:y|ies)|responses?|answers?)\b"
    r"|\b(?:answer|reply|respond)(?:ing)? (?:only|in|with the|the question)\b"
    r"|\bonly (?:answer|reply|respond)\b|\bfrom now on\b"
    r"|(?:回答|回复|答复)(?:中|里|的(?:结尾|开头|最后)|必须|只能|时要)|(?:只能?|仅)(?:用.{1,6})?(?:回答|回复)"
    r"|从现在(?:起|开始)",
    re.I,
)
_ECHO = re.compile(
    r"\byou(?:'re| are| were)? (?:asked|mentioned|said|wanted|want|looking|are looking|wrote|set"
    r"|gave|named|ordered)\b|\byour (?:budget|limit|request|question|price limit)\b"
    r"|\blooking for\b|\b(?:as|like) you (?:asked|said|wished)\b|^\W*(?:for"
    r"|with(?:in)?) (?:a budget of |under |below |less than |up to |around )"
    r"|您(?:说|提到|要求|想要|想找|想|要找|问|要|的预算|给的|的要求|提的)|预算|您在找|按您",
    re.I,
)


def is_courtesy(sentence: str) -> bool:
    """Whether a folded sentence is nothing but politeness."""
    parts = [
        p
        for p in re.split(r"[.!?。！？]+|(?<=hi|lo),|(?<=您好|你好)[，,]", sentence)
        if p.strip(" ,，~😊🙂")
    ]
    return bool(parts) and all(_COURTESY.fullmatch(p.strip(" ,，~😊🙂")) for p in parts)


def promise(sentence: str, concepts: frozenset[str]) -> str:
    """A promise in a folded sentence that the sources' concepts do not carry, or ""."""
    for pattern, carrier in _PROMISES:
        hit = re.search(pattern, sentence, re.I)
        if hit and not (carrier and carrier in concepts):
            return hit.group()
    return ""


def instruction(sentence: str) -> str:
    """Prompt-like text in a folded sentence, or ""."""
    hit = _INSTRUCTIONS.search(sentence)
    return hit.group() if hit else ""


def addresses_request(clause: str) -> bool:
    """Whether a clause speaks of what the shopper asked for, not of the shop."""
    return bool(_ECHO.search(clause))
