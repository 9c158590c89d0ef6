"""The words that give a message's intent away, read once from cues.yaml and words.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from engine.retrieval.text import normalise

EMOJI = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff]")
DATA = Path(__file__).parent / "data"


@lru_cache(maxsize=4)
def read_data(name: str) -> Mapping[str, Any]:
    """A YAML file of this package's data."""
    loaded: Mapping[str, Any] = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    return loaded


@lru_cache(maxsize=64)
def _pattern(cue: str) -> re.Pattern[str]:
    by_language = read_data("cues.yaml")[cue]
    return re.compile("|".join(f"(?:{p})" for patterns in by_language.values() for p in patterns))


def has(cue: str, text: str) -> bool:
    """Whether a text shows a cue of cues.yaml, in any language; emoji do not count."""
    return _pattern(cue).search(EMOJI.sub("", normalise(text)).strip()) is not None


def strip(cue: str, text: str) -> str:
    """The text without the cue's first match, trimmed."""
    return _pattern(cue).sub("", normalise(text), count=1).strip(" ,.，。:：!！")
