"""The console's words: English in the templates, Chinese beside it in one file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

LANGUAGES = {"en": "English", "zh": "中文"}
TEXTS = Path(__file__).parent / "texts"
Translate = Callable[..., str]


@cache
def words(language: str) -> Mapping[str, str]:
    """The texts of a language's files: English by short names, Chinese by these and by English."""
    found: dict[str, str] = {}
    for path in sorted(TEXTS.glob(f"{language}*.yaml")):
        found |= yaml.safe_load(path.read_text("utf-8"))
    return found


@cache
def singulars() -> Mapping[str, str]:
    """What English says in place of a text where its {n} is 1."""
    found: dict[str, str] = yaml.safe_load((TEXTS / "one.yaml").read_text("utf-8"))
    return found


def translator(language: str) -> Translate:
    """What words a page: `t("{n} entries", n=3)`. English stands where Chinese is missing."""
    named, known = words("en"), words("zh") if language == "zh" else {}
    one = singulars()

    def t(text: str, **values: Any) -> str:
        said = known.get(text) or (values.get("n") == 1 and one.get(text)) or named.get(text, text)
        return said.format(**values) if values else said

    return t


def language_of(cookie: str | None, accepted: str) -> str:
    """The language chosen, else the browser's first that the console has."""
    if cookie in LANGUAGES:
        return cookie
    for wish in accepted.lower().split(","):
        code = wish.split(";")[0].strip().split("-")[0]
        if code in LANGUAGES:
            return code
    return "en"
