"""Reads JSON lines, and lists of records in one JSON or YAML document."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import yaml

from engine.errors import KnowledgeError
from knowledge_base.importers.cells import bounded, cleaned
from knowledge_base.importers.delimited import decoded
from knowledge_base.importers.values import MAX_BYTES, Row, Table, Told
from knowledge_base.yaml_lines import Loader, constructed

LOOKED_AT = 100
"""Records whose keys tell the format."""
Record = tuple[int, object]


def read_json_lines(data: bytes, name: str) -> Table:
    """One JSON object a line. Raises KnowledgeError where it is no text."""
    text, note = decoded(data, name)
    lines = list(_parsed_lines(text))
    return table_of(lines, name, note)


def read_document(data: bytes, name: str) -> object:
    """What a JSON document holds, numbers as they are written.

    Raises KnowledgeError where it is none.
    """
    text, _ = decoded(data, name)
    try:
        return _json(text)
    except (ValueError, RecursionError) as error:
        raise KnowledgeError(f"broken JSON: {error}", where=name, mend="correct it.") from None


def read_yaml_records(data: bytes, name: str) -> Table:
    """A YAML list of mappings, each with the line it begins on.

    Raises KnowledgeError where it is none.
    """
    text, note = decoded(data, name)
    loader = Loader(text)
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.SequenceNode):
            raise ValueError("not a list of records ('- id: …')")
        if _unpacked(node, {}) > MAX_BYTES:
            raise ValueError(f"its aliases stand for more than {MAX_BYTES // 2**20} MiB")
        records = [(item.start_mark.line + 1, constructed(loader, item)) for item in node.value]
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, OverflowError) as error:
        raise KnowledgeError(f"not readable as YAML: {error}", where=name,
                             mend="correct it, or save it as CSV UTF-8.") from None  # fmt: skip
    finally:
        loader.dispose()
    return table_of(records, name, note)


def _unpacked(node: Any, known: dict[int, float]) -> float:
    """Characters of a node with all that its aliases stand for; one within itself has no end."""
    if id(node) in known:
        return known[id(node)]
    known[id(node)] = math.inf
    if isinstance(node, yaml.ScalarNode):
        size: float = 1 + len(node.value)
    else:
        pairs = isinstance(node, yaml.MappingNode)
        parts = itertools.chain.from_iterable(node.value) if pairs else node.value
        size = 1 + sum(_unpacked(part, known) for part in parts)
    known[id(node)] = size
    return size


def table_of(records: Iterable[Record], name: str, note: str = "") -> Table:
    """Records as rows: nested keys are joined by "_", lists of texts are lines of a cell."""
    listed = list(records)
    names: dict[str, None] = {}
    for _, record in listed[:LOOKED_AT]:
        if isinstance(record, Mapping):
            names.update(dict.fromkeys(key for key, _ in _flat(record)))
    return Table(tuple(names), bounded(_rows(listed), name), note)


def _rows(records: Iterable[Record]) -> Iterator[Told]:
    for line, record in records:
        if isinstance(record, Mapping):
            yield line, _row(record)
        else:
            yield line, record if isinstance(record, str) else "not a JSON object"


def _row(record: Mapping[Any, Any]) -> Row | str:
    try:
        return {key: cleaned(value) for key, value in _flat(record)}
    except ValueError as error:
        return str(error)


def _flat(record: Mapping[Any, Any], above: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    for key, value in record.items():
        name = f"{above}{str(key).strip().casefold()}"
        if isinstance(value, Mapping) and depth < 2:
            yield from _flat(value, f"{name}_", depth + 1)
        elif isinstance(value, list | tuple):
            yield name, "\n".join(_text(one) for one in value)
        else:
            yield name, _text(value)


def _text(value: object) -> str:
    if value is None or isinstance(value, Mapping | list | tuple | set):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _parsed_lines(text: str) -> Iterator[Record]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                value = _json(line)
            except (ValueError, RecursionError):
                yield number, "broken JSON"
                continue
            # A text would be taken for a reason.
            yield number, [] if isinstance(value, str) else value


def _json(text: str) -> object:
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
