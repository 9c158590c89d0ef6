"""A list of products names the products found: each once, and no other."""

from __future__ import annotations

import re
from collections.abc import Sequence

_APPENDIX = re.compile(r"[（(,，]| for | with ")
_MARK = "\ue000"
_BETWEEN = re.compile(r"[、，,;；]|\band\b|\bor\b|和|与|及|还有")
_EDGE = " \t.。!！:：·\"“”'"


def strange_item(sentence: str, titles: Sequence[str]) -> str:
    """The first item of a list in `sentence` that is no title, or ""."""
    marked, _ = _marked(sentence, titles)
    if _MARK not in marked:
        return ""
    before, rest = marked[: marked.index(_MARK)], marked[marked.index(_MARK) :]
    if before.rstrip().endswith("、"):
        return _BETWEEN.split(before.rstrip("、 "))[-1].strip(_EDGE)
    items = _BETWEEN.split(rest)
    return next((own for item in items if (own := item.strip(_EDGE)) and _MARK not in own), "")


def said_twice(sentence: str, titles: Sequence[str]) -> str:
    """A title that one sentence says twice, or ""."""
    _, said = _marked(sentence, titles)
    return next((title for title in said if said.count(title) > 1), "")


def unnamed(text: str, titles: Sequence[str]) -> str:
    """The first title that `text` does not name, or ""."""
    _, said = _marked(text, titles)
    return next((title for title in titles if title.strip() and title not in said), "")


def _short(titles: Sequence[str]) -> list[tuple[str, str]]:
    """Titles less what follows the name ("（3 只）", "for children"), where none is alike."""
    cut = [(_APPENDIX.split(title)[0].strip(), title) for title in dict.fromkeys(titles)]
    heads = [head for head, _ in cut]
    return [
        (head, title)
        for head, title in cut
        if len(head) > 1 and head != title and sum(head in other for other in titles) == 1
        and heads.count(head) == 1
    ]  # fmt: skip


def _marked(text: str, titles: Sequence[str]) -> tuple[str, list[str]]:
    """The text with its titles marked, and those titles, the longest first."""
    said: list[str] = []
    forms = [(title, title) for title in dict.fromkeys(filter(str.strip, titles))]
    for form, title in sorted(forms + _short(titles), key=lambda pair: -len(pair[0])):
        # A model may leave out the space in "A5 横线笔记本".
        shape = re.compile(r"\s*".join(map(re.escape, form.split())), re.IGNORECASE)
        text, found = shape.subn(_MARK, text)
        said += [title] * found
    return text, said
