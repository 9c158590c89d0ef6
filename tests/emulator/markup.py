"""HTML and MarkdownV2 as the Bot API reads them: to plain text and entities, or a 400."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

from .errors import ApiError, bad_request
from .text import Json, utf16_length

_HTML_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_HTML_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
_HTML_ATTRIBUTE = re.compile(r"([a-zA-Z-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'))?")
_MARKDOWN_MARKS = {
    "__": "underline",
    "||": "spoiler",
    "*": "bold",
    "_": "italic",
    "~": "strikethrough",
}
_MARKDOWN_RESERVED = frozenset("_*[]()~`>#+-=|{}.!")


def parse_markup(text: str, mode: str) -> tuple[str, list[Json]]:
    """Plain text and entities of a text in `mode`; raises 400 for what does not parse."""
    parsers = {"html": _parse_html, "markdownv2": _parse_markdown}
    parse = parsers.get(mode.lower())
    if parse is None:
        raise bad_request("unsupported parse_mode")
    built = parse(text)
    return built.text, [entity for entity in built.entities if entity["length"]]


def _unparsable(detail: str) -> ApiError:
    return bad_request(f"can't parse entities: {detail}")


@dataclass
class _Built:
    """The plain text so far, open marks (name, offset, extra fields), closed entities."""

    text: str = ""
    open: list[tuple[str, int, Json]] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)

    def start(self, name: str, extra: Json) -> None:
        self.open.append((name, utf16_length(self.text), extra))

    def end(self, kind: str) -> None:
        _, offset, extra = self.open.pop()
        length = utf16_length(self.text) - offset
        self.entities.append({"type": kind, "offset": offset, "length": length, **extra})


def _parse_html(text: str) -> _Built:
    built = _Built()
    at = 0
    while at < len(text):
        if text[at] != "<":
            stop = text.find("<", at)
            stop = len(text) if stop < 0 else stop
            built.text += unescape(text[at:stop])
            at = stop
            continue
        match = _HTML_TAG.match(text, at)
        if match is None:
            raise _unparsable(f"Unsupported start tag at byte offset {at}")
        _html_tag(built, match)
        at = match.end()
    if built.open:
        raise _unparsable(f'Can\'t find end tag corresponding to start tag "{built.open[-1][0]}"')
    return built


def _html_tag(built: _Built, match: re.Match[str]) -> None:
    name = match.group(2).lower()
    if name not in _HTML_TAGS:
        raise _unparsable(f'Unsupported start tag "{name}" at byte offset {match.start()}')
    if match.group(1):
        if not built.open or built.open[-1][0] != name:
            raise _unparsable(
                f'Unmatched end tag at byte offset {match.start()}, found "</{name}>"'
            )
        built.end(_HTML_TAGS[name])
        return
    attributes = {
        found.group(1).lower(): unescape(found.group(2) or found.group(3) or "")
        for found in _HTML_ATTRIBUTE.finditer(match.group(3))
    }
    built.start(name, _html_extra(name, attributes))


def _html_extra(name: str, attributes: dict[str, str]) -> Json:
    if name == "a":
        return {"url": attributes.get("href", "")}
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise _unparsable('Tag "span" must have class "tg-spoiler"')
    if name == "tg-emoji":
        return {"custom_emoji_id": attributes.get("emoji-id", "")}
    return {}


def _parse_markdown(text: str) -> _Built:
    built = _Built()
    at = 0
    while at < len(text):
        at = _markdown_step(built, text, at)
    if built.open:
        name, offset, _ = built.open[-1]
        raise _unparsable(f"Can't find end of the entity {name} starting at byte offset {offset}")
    return built


def _markdown_step(built: _Built, text: str, at: int) -> int:
    if text[at] == "\\" and at + 1 < len(text):
        built.text += text[at + 1]
        return at + 2
    if text[at] == "`":
        return _markdown_code(built, text, at)
    for mark, kind in _MARKDOWN_MARKS.items():
        if text.startswith(mark, at):
            if built.open and built.open[-1][0] == mark:
                built.end(kind)
            else:
                built.start(mark, {})
            return at + len(mark)
    if text[at] == "[":
        built.start("[", {})
        return at + 1
    if text[at] == "]" and built.open and built.open[-1][0] == "[":
        return _markdown_link(built, text, at)
    if text[at] in _MARKDOWN_RESERVED:
        raise _unparsable(
            f"Character '{text[at]}' is reserved and must be escaped with the preceding '\\'"
        )
    built.text += text[at]
    return at + 1


def _markdown_code(built: _Built, text: str, at: int) -> int:
    fence = "```" if text.startswith("```", at) else "`"
    end = text.find(fence, at + len(fence))
    if end < 0:
        raise _unparsable(f"Can't find end of the entity starting at byte offset {at}")
    built.start(fence, {})
    built.text += re.sub(r"\\([`\\])", r"\1", text[at + len(fence) : end])
    built.end("pre" if fence == "```" else "code")
    return end + len(fence)


def _markdown_link(built: _Built, text: str, at: int) -> int:
    match = re.compile(r"\(((?:\\.|[^)\\])*)\)").match(text, at + 1)
    if match is None:
        raise _unparsable("Can't find end of a URL")
    name, offset, _ = built.open.pop()
    built.open.append((name, offset, {"url": re.sub(r"\\(.)", r"\1", match.group(1))}))
    built.end("text_link")
    return match.end()
