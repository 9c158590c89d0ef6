"""Our frozen values as JSON and back, strictly: an unknown or mistyped field is refused.

A field that is missing has its default, where it has one: an older version did not know it.
"""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


class WireError(ValueError):
    """JSON that is not the value it should be. Its text names the field, never the content."""


def dumps(value: object) -> str:
    """A value of ours as compact JSON."""
    plain = _plain(value)
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    # Half a surrogate pair, as a broken client may send, cannot be written as UTF-8.
    return text if text.isprintable() else json.dumps(plain, separators=(",", ":"))


def loads(kind: type[T], text: str | bytes) -> T:
    """The value of class `kind` that `dumps` wrote. Raises WireError."""
    try:
        data = json.loads(text)
    except ValueError:
        raise WireError(f"{kind.__name__}: not JSON") from None
    value: T = _typed(kind, data, kind.__name__)
    return value


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def _typed(kind: Any, data: Any, where: str) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _optional(kind, data, where)
    if origin is tuple:
        item = get_args(kind)[0]
        return tuple(_typed(item, part, where) for part in _expect(list, data, where))
    if origin is not None and issubclass(origin, Mapping):
        item = get_args(kind)[1]
        pairs = _expect(dict, data, where).items()
        return {key: _typed(item, part, f"{where}[]") for key, part in pairs}
    if dataclasses.is_dataclass(kind):
        return _dataclass(kind, data, where)
    return _scalar(kind, data, where)


def _optional(kind: Any, data: Any, where: str) -> Any:
    inner = [arg for arg in get_args(kind) if arg is not type(None)]
    if data is None and len(inner) < len(get_args(kind)):
        return None
    return _typed(inner[0], data, where)


def _dataclass(kind: Any, data: Any, where: str) -> Any:
    fields = _fields(kind)
    given = set(_expect(dict, data, where))
    if not _needed(kind) <= given <= set(fields):
        raise WireError(f"{where}: other fields than {', '.join(fields)}")
    known = ((name, t) for name, t in fields.items() if name in given)
    return kind(**{name: _typed(t, data[name], f"{where}.{name}") for name, t in known})


@cache
def _needed(kind: Any) -> frozenset[str]:
    """The fields without a default."""
    missing = dataclasses.MISSING
    return frozenset(
        field.name
        for field in dataclasses.fields(kind)
        if field.default is missing and field.default_factory is missing
    )


@cache
def _fields(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def _scalar(kind: Any, data: Any, where: str) -> Any:
    if kind is float and type(data) is int:
        return float(data)
    if kind in (str, int, float, bool):
        return _expect(kind, data, where)
    text = _expect(str, data, where)
    try:
        if kind in (date, datetime):
            return kind.fromisoformat(text)
        return kind(text)
    except (ValueError, ArithmeticError):
        raise WireError(f"{where}: not a {kind.__name__}") from None


def _expect(kind: type, data: Any, where: str) -> Any:
    # bool is an int to isinstance; a value must be of exactly its own type.
    if type(data) is not kind:
        raise WireError(f"{where}: {type(data).__name__} instead of {kind.__name__}")
    return data
