"""The examples of docs/imports.md come in as they stand there."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from tests.knowledge_base.importers import samples
from tests.knowledge_base.importers.conftest import Import

DOCS = Path(__file__).parents[3] / "docs" / "imports.md"
BLOCKS = [textwrap.dedent(block) for block in
          re.findall(r"(?:^    .*\n)+", DOCS.read_text("utf-8"), re.MULTILINE)]  # fmt: skip
EXAMPLES = [block for block in BLOCKS if not block.startswith("shopdesk")]


def test_there_is_an_example_of_each_format() -> None:
    assert len(EXAMPLES) == 8


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_comes_in_whole(bring_in: Import, example: str) -> None:
    if example.startswith("product,sku,price"):
        bring_in(samples.OWN_PRODUCTS.replace("59.00", "58.00"))
    imported, _ = bring_in(example)
    assert imported.refused == ()
    assert imported.files
