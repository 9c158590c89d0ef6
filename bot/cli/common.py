"""What commands share: settings with their options applied, JSON out, a progress bar."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

from engine.locks import RUN_LOCK as RUN_LOCK
from engine.settings import Settings


def load_settings(arguments: argparse.Namespace) -> Settings:
    """Settings with --home and --kb applied."""
    environ = dict(os.environ)
    if getattr(arguments, "home", None):
        environ["SHOPDESK_HOME"] = str(arguments.home)
    if getattr(arguments, "kb", None):
        environ["SHOPDESK_KB"] = str(arguments.kb)
    return Settings.load(environ)


def with_home(settings: Settings, home: Path) -> Settings:
    """The same settings with another state folder."""
    return replace(settings, home=home)


def plain(value: Any) -> Any:
    """A value of ours as JSON has it: dataclasses as objects, Decimals as strings of digits."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal | datetime | date | Path):
        return str(value)
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    print(json.dumps(plain(value), ensure_ascii=False, indent=2))


def write_json_lines(path: Path | None, lines: Sequence[Mapping[str, object]]) -> None:
    """One JSON document a line, where a file is named."""
    if path is not None:
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        path.write_text(text, "utf-8")
