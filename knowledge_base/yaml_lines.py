"""YAML mappings with the line each field stands on."""

from __future__ import annotations

from typing import Any

import yaml

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class NotAMappingError(ValueError):
    """The text is YAML, but no 'field: value' lines."""


def load_with_lines(text: str) -> tuple[dict[str, Any], dict[str, int]]:
    """The mapping a text holds, and each top-level field's line, from 1.

    Raises yaml.YAMLError where it is not readable, NotAMappingError where it is something else.
    """
    loader = Loader(text)
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise NotAMappingError("must be 'field: value' lines")
        values = loader.construct_document(node)
    finally:
        loader.dispose()
    lines = {str(key.value): key.start_mark.line + 1 for key, _ in node.value}
    return {str(name): value for name, value in values.items()}, lines
