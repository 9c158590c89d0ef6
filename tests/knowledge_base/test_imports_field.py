"""`imports` of shop.yaml: what is wrong is told with its own line."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.types import ImportSource
from knowledge_base.imports_field import told
from knowledge_base.problems import Problems
from knowledge_base.shop_file import read_shop
from knowledge_base.store import EMPTY_SHOP

BEFORE = (EMPTY_SHOP / "shop.yaml").read_text("utf-8").rstrip("\n") + "\n"
FIRST = BEFORE.count("\n") + 1


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("imports: x", 0, "must be a list"),
        ("imports:\n- from: a.csv\n  evry_h: 3", 2, "did you mean 'every_h'?"),
        ("imports:\n- form: a.csv", 1, "did you mean 'from'?"),
        ("imports:\n- every_h: 3", 1, "from: missing"),
        ("imports:\n- a.csv", 1, "each must be from and every_h"),
        ("imports:\n- from: a.csv\n  every_h: 0", 2, "hours from 0.25 to 8760"),
        ("imports:\n- from: a.csv\n  every_h: yes", 2, "hours from 0.25 to 8760"),
        ("imports:\n- from: ftp://a.example/x.csv", 1, "must begin with https://"),
        ("imports:\n- from: https:///x.csv", 1, "must begin with https://"),
        ("imports:\n- from: https://ann:pw@a.example/x.csv", 1, "a URL with a password"),
        ("imports:\n- from: a.csv\n- from: a.csv", 2, "a.csv stands there twice"),
    ],
)
def test_a_wrong_import_is_told_with_its_line(
    tmp_path: Path, text: str, line: int, reason: str
) -> None:
    path, problems = tmp_path / "shop.yaml", Problems()
    path.write_text(f"{BEFORE}{text}\n", "utf-8")
    assert read_shop(path, problems) is None
    first = problems.found[0]
    assert (first.line, reason in first.reason) == (FIRST + line, True), str(first)


def test_right_ones_are_read(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    lines = (
        "imports:\n- {from: 'https://a.example/x.csv?key=1', every_h: 6}\n- from: /srv/goods.csv\n"
    )
    path.write_text(f"{BEFORE}{lines}", "utf-8")
    shop = read_shop(path, Problems())
    assert shop is not None
    assert shop.imports == (
        ImportSource("https://a.example/x.csv?key=1", 6.0), ImportSource("/srv/goods.csv", 24.0),
    )  # fmt: skip
    assert told(shop.imports[0].origin) == "https://a.example/x.csv"
