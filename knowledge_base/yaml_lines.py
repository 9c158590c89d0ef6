"""YAML mappings with the line each field stands on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


Place = tuple[str | int, ...]
"""Where a value stands: names of fields and numbers of list items, from the outside in."""


class NotAMappingError(ValueError):
    """The text is YAML, but no 'field: value' lines."""


def load_with_lines(text: str) -> tuple[dict[str, Any], dict[str, int]]:
    """The mapping a text holds, and each top-level field's line, from 1.

    Raises yaml.YAMLError where it is not readable, NotAMappingError where it is something else.
    """
    values, places = load_with_places(text)
    return values, {str(place[0]): line for place, line in places.items() if len(place) == 1}


def load_with_places(text: str) -> tuple[dict[str, Any], dict[Place, int]]:
    """The mapping a text holds, and the line of every value in it, from 1.

    Raises yaml.YAMLError where it is not readable, NotAMappingError where it is something else.
    """
    loader = Loader(text)
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise NotAMappingError("must be 'field: value' lines")
        values = constructed(loader, node)
    finally:
        loader.dispose()
    return {str(name): value for name, value in values.items()}, dict(_places(node, (), set()))


def constructed(loader: Any, node: Any) -> Any:
    """The value of a node. Raises yaml.YAMLError, ValueError; PyYAML alone raises more."""
    try:
        return loader.construct_document(node)
    except (LookupError, AttributeError, TypeError, OverflowError, RecursionError):
        # A word tagged as a number, a truth or a time that it is not.
        raise yaml.constructor.ConstructorError(
            None, None, "a value is not what its tag says", node.start_mark
        ) from None


def _places(node: Any, place: Place, seen: set[int]) -> Iterator[tuple[Place, int]]:
    # An alias stands for a node met before: followed again and again it could cost any time.
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*place, str(key.value)), key.start_mark.line + 1
            yield from _places(value, (*place, str(key.value)), seen)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield (*place, number), value.start_mark.line + 1
            yield from _places(value, (*place, number), seen)
