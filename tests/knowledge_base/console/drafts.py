"""Answers `translate` at once; no model is loaded. `DRAFT_KEY`: why there is no draft."""

from __future__ import annotations

import json
import os
import sys

KEYS = ["entry", "source", "language", "original", "text", "key", "values", "told"]
command, entry, _, language, _ = sys.argv[1:]
assert command == "translate"
key = os.environ.get("DRAFT_KEY", "")
values: tuple[object, ...] = (
    entry,
    "en",
    language,
    "Nine <b>days</b>.",
    None if key else "九天。",
    key,
    {},
    "",
)
print(json.dumps(dict(zip(KEYS, values, strict=True))))
