"""Questions as shoppers type them: lower case, no marks, a slip of the finger."""

from __future__ import annotations

import random

_SHORT = {"you": "u", "your": "ur", "please": "pls", "are": "r", "thanks": "thx"}
_MARKS = "?？.。!！"


def messy(question: str, language: str, draw: random.Random) -> str:
    """The question with one or two marks of haste."""
    plain = question.rstrip(_MARKS)
    if language == "zh":
        asks = plain.endswith(("吗", "呢", "啊", "吧"))
        return plain + draw.choice(("", "", "??") if asks else ("", "呢", "啊", "??"))
    plain = plain.lower() if draw.random() < 0.7 else plain
    words = plain.split()
    if draw.random() < 0.3:
        words = [_SHORT.get(word, word) for word in words]
    else:
        long = [place for place, word in enumerate(words) if len(word) > 4 and word.isalpha()]
        if long:
            place = draw.choice(long)
            words[place] = _slipped(words[place], draw)
    return " ".join(words)


def _slipped(word: str, draw: random.Random) -> str:
    at = draw.randrange(1, len(word) - 1)
    kind = draw.randrange(3)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at] + word[at:]
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
