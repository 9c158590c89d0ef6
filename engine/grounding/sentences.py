"""Whole sentences out of a stream of text pieces, English and Chinese, nothing lost."""

from __future__ import annotations

import re

MAX_SENTENCE = 600
"""Characters held back at most: a longer run without an end is let go at a space or comma."""

_HARD = "。！？!?…\n"
_CLOSERS = "\"'”’»」』）)]】*_"
_SHORTENED = (
    "e.g i.e etc vs mr mrs ms dr st no nr approx incl excl ca art fig max min tel p.s a.m p.m u.s"
)
_ABBREVIATIONS = frozenset(_SHORTENED.split())
_LONGEST_WORD = 24
_LAST_WORD = re.compile(r"([A-Za-z](?:[A-Za-z]|\.(?=[A-Za-z]))*)$")


def _dot_ends(text: str, at: int) -> bool:
    """Whether the full stop at `at`, with at least one character after it, ends a sentence."""
    after = text[at + 1]
    if not (after.isspace() or after in _CLOSERS or "\u3400" <= after <= "\u9fff"):
        return False
    before = text[max(0, at - _LONGEST_WORD) : at]
    word = _LAST_WORD.search(before)
    if word is None:
        return not re.search(r"(?:^|\s)\d{1,2}$", before)
    spelling = word[1].lower()
    return spelling not in _ABBREVIATIONS and not (len(spelling) == 1 and spelling != "i")


def _end_of(text: str, at: int) -> int | None:
    """Where the sentence closed by the mark at `at` ends, closers and spaces included.

    None if more text must be seen first."""
    end = at + 1
    while end < len(text) and text[end] in _HARD + _CLOSERS + ".":
        end += 1
    while end < len(text) and text[end].isspace():
        end += 1
    return end if end < len(text) else None


def _cut(text: str, start: int) -> int | None:
    """The length of the first whole sentence of `text`, or None if none is sure yet.

    No mark before `start` ends one."""
    for at in range(start, len(text)):
        char = text[at]
        if char in _HARD:
            inside = char in "!?" and at + 1 < len(text) and text[at + 1] not in _HARD + _CLOSERS
            if inside and not (text[at + 1].isspace() or text[at + 1] > "\u2e7f"):
                continue
            if not text[:at].strip():
                continue
            return _end_of(text, at)
        if char == ".":
            if at + 1 >= len(text):
                return None
            if _dot_ends(text, at):
                return _end_of(text, at)
    return None


def _force(text: str) -> int:
    """Where an overlong run without an end is cut: after its last space or comma."""
    head = text[:MAX_SENTENCE]
    best = max(head.rfind(" "), head.rfind("，"), head.rfind(","), head.rfind("、"))
    return best + 1 if best > MAX_SENTENCE // 2 else MAX_SENTENCE


class SentenceSplitter:
    """Feed it pieces as they come; it gives whole sentences. Joined, they are the text fed.

    A sentence is given once the first character after it has been seen; `flush` gives the rest.
    It holds at most MAX_SENTENCE characters. How the text was cut into pieces changes nothing."""

    def __init__(self) -> None:
        self._held = ""
        self._settled = 0

    def feed(self, text: str) -> list[str]:
        """The sentences that `text` completes, each with its closing marks and spaces."""
        out: list[str] = []
        for char in text:
            self._held += char
            length = None
            if self._may_end():
                length = _cut(self._held, self._settled)
                self._settled = len(self._held) - 1
            if length is None and len(self._held) > MAX_SENTENCE:
                length = _force(self._held)
            if length is not None:
                out.append(self._held[:length])
                self._held, self._settled = self._held[length:], 0
        return out

    def _may_end(self) -> bool:
        """Whether the last character can settle an end: it follows a mark, closer or space."""
        if len(self._held) < 2:
            return False
        last, before = self._held[-1], self._held[-2]
        waiting = last.isspace() or last in _HARD + _CLOSERS + "."
        return not waiting and (before in _HARD + _CLOSERS + "." or before.isspace())

    def flush(self) -> list[str]:
        """What is left, as the last sentence (none if nothing is left)."""
        rest, self._held, self._settled = self._held, "", 0
        return [rest] if rest else []


def split_sentences(text: str) -> list[str]:
    """All sentences of a finished text; joined they are `text`."""
    splitter = SentenceSplitter()
    return splitter.feed(text) + splitter.flush()
