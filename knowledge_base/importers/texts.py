"""Texts of other systems in our form: plain text, short ids, languages, prices."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from html.parser import HTMLParser

from knowledge_base.schema import IDENTIFIER

LONGEST_ID = 40
DIGEST = 8
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
MARKUP = re.compile(r"<[a-zA-Z/!]|&[#\w]+;")
DECLARATION = re.compile(r"<[!?][^<>]*>")
UNENDED = re.compile(r"<(?![^<>]*>)")
PRICE = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
SEPARATORS = re.compile(r"[;；:：]")
UNSEEN = ("script", "style", "template", "noscript", "iframe", "svg")
BLOCKS = ("p", "div", "br", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6",
          "section", "article", "blockquote", "dd", "dt")  # fmt: skip


def short_id(text: str) -> str:
    """The text itself where it can be an id, else its letters and a digest of the whole.

    The same text always gives the same id, another text another one.
    """
    if IDENTIFIER.match(text):
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:DIGEST]
    kept = slug(text)[: LONGEST_ID - DIGEST - 1].strip("-._")
    return f"{kept}-{digest}" if kept else f"id-{digest}"


def slug(text: str) -> str:
    """ASCII letters and digits of a text, joined by "-"; "" where there are none."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))


def language_of(text: str) -> str:
    """ "zh" where Chinese characters make up a third of the letters or more, else "en"."""
    chinese = len(HAN.findall(text))
    return "zh" if chinese and 3 * chinese >= sum(map(str.isalpha, text)) else "en"


def plain_text(html: str) -> str:
    """The words of HTML, blocks as lines; scripts, styles and markup left out."""
    if not MARKUP.search(html):
        return html
    words = _Words()
    # Tags that never end take the parser time by the square of their number, or worse.
    words.feed(UNENDED.sub("&lt;", DECLARATION.sub("", _uncommented(html))))
    words.close()
    lines = (" ".join(line.split()) for line in "".join(words.parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _uncommented(html: str) -> str:
    """HTML without comments; one that never ends goes on to the end."""
    kept, at = [], 0
    while (start := html.find("<!--", at)) >= 0:
        kept.append(html[at:start])
        end = html.find("-->", start + 4)
        at = end + 3 if end >= 0 else len(html)
    return "".join((*kept, html[at:]))


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self._unseen.append(tag)
        elif tag in BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unseen:
            del self._unseen[self._unseen.index(tag) :]
        elif tag in BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(data)


def price_of(text: str) -> str:
    """An amount with a decimal point, from "49,00" or "1,234.50" too.

    Raises ValueError where it is none, or may be read in two ways.
    """
    bare = text.replace(" ", "").replace("\u00a0", "").replace("\u202f", "")
    comma, point = bare.rfind(","), bare.rfind(".")
    if comma > point >= 0:
        bare = bare.replace(".", "").replace(",", ".")
    elif point > comma >= 0:
        bare = bare.replace(",", "")
    elif comma >= 0 and len(bare) - comma - 1 in (1, 2) and bare.count(",") == 1:
        bare = bare.replace(",", ".")
    if not PRICE.fullmatch(bare):
        raise ValueError(f"price: {text!r} is not an amount such as 49.00")
    return bare


def pair(name: str, value: str) -> str:
    """ "name: value" as a cell of attributes holds it, with neither ";" nor ":" within."""
    parts = (" ".join(SEPARATORS.sub(",", part).split()) for part in (name, value))
    return ": ".join(parts) if name.strip() and value.strip() else ""


def pairs(found: dict[str, str]) -> str:
    """A cell of attributes."""
    return "; ".join(filter(None, (pair(name, value) for name, value in found.items())))


def tags_of(text: str) -> str:
    """A cell of tags, from a list parted by commas."""
    return ";".join(part.strip() for part in re.split(r"[,;，；\n]", text) if part.strip())
