"""Entry files: what is written is read back; what is wrong is named by file and line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.types import Entry
from knowledge_base.problems import Problems
from knowledge_base.schema import format_entry, parse_entry

GOOD = """---
id: returns-window
title: {en: Return window, zh: 退货期限}
questions:
  en: ['How long can I return?']
  zh: ['多久可以退货？']
---
## en
Within 30 days.

## zh
30 天内。
"""
FILE = Path("faq/returns-window.md")


def problems_of(text: str) -> list[str]:
    problems = Problems()
    parse_entry(text, FILE, problems)
    return [str(problem) for problem in problems.found]


def test_a_good_file_is_read_whole() -> None:
    entry = parse_entry(GOOD, FILE, Problems())
    assert entry is not None
    assert entry.answers == {"en": "Within 30 days.", "zh": "30 天内。"}
    assert entry.questions["zh"] == ("多久可以退货？",)


def test_a_file_without_any_answer_is_told() -> None:
    (found,) = problems_of(GOOD.partition("## en")[0])
    assert "no answer" in found


def test_a_slip_in_the_front_matter_is_one_problem() -> None:
    (found,) = problems_of(GOOD.replace("id: returns-window", "id: ["))
    assert "not readable as YAML" in found


def test_an_answer_in_a_language_the_shop_lacks_is_told() -> None:
    problems = Problems()
    assert parse_entry(GOOD.replace("## zh", "## fr"), FILE, problems, ("en", "zh")) is None
    (found,) = problems.found
    assert found.line == 11
    assert "none of the shop's languages (en, zh)" in found.reason
    assert "shop.yaml" in found.reason


@pytest.mark.parametrize(
    ("was", "becomes", "line", "said"),
    [
        ("title:", "titel:", 3, "did you mean 'title'"),
        ("id: returns-window", "id: no spaces please", 2, "must be 1-40"),
        ("  en: ['How long can I return?']", "  en: ['']", 4, "empty"),
        ("## zh\n30 天内。\n", "## zh\n", 11, "is empty"),
        ("## zh", "## chinese!", 11, "not a language code"),
        ("---\n## en", "## en", 1, "not closed"),
        ("id: returns-window", "id: [", 2, "not readable as YAML"),
        ("id: returns-window", "id: returns-window\nvalid_until: soon", 3, "not a date"),
        (
            "id: returns-window",
            "id: returns-window\nvalid_from: 2026-11-02 10:00:00",
            3,
            "not a date",
        ),
        ("id: returns-window", "id: returns-window\nowner: !!bool x", 2, "not readable as YAML"),
        ("id: returns-window", "id: returns-window\nowner: !!int ''", 2, "not readable as YAML"),
        (
            "id: returns-window",
            "id: returns-window\nowner: !!timestamp x",
            2,
            "not readable as YAML",
        ),
    ],
)
def test_a_broken_file_is_told_with_its_line(was: str, becomes: str, line: int, said: str) -> None:
    found = problems_of(GOOD.replace(was, becomes))
    assert any(said in text for text in found), found
    assert any(f"returns-window.md:{line}:" in text for text in found) or line == 2, found


words = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=20)
lines = st.lists(words, min_size=1, max_size=5).map(" ".join)


@given(
    asked=st.lists(lines, min_size=1, max_size=4),
    answer=lines,
    title=lines,
    tags=st.lists(words, max_size=3),
    until=st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    hidden=st.booleans(),
)
def test_an_entry_written_is_the_entry_read(
    asked: list[str], answer: str, title: str, tags: list[str], until: date | None, hidden: bool
) -> None:
    entry = Entry("some-id", {"en": title}, {"en": tuple(asked)}, {"en": answer}, tuple(tags),
                  hidden=hidden, valid_until=until)  # fmt: skip
    problems = Problems()
    assert parse_entry(format_entry(entry), FILE, problems) == entry, problems.found


@given(st.text(max_size=300))
def test_any_text_is_an_entry_or_told_what_is_wrong_and_where(text: str) -> None:
    for file in (text, "---\n" + text + "\n---\n## en\nx"):
        problems = Problems()
        entry = parse_entry(file, FILE, problems)
        assert (entry is None) == bool(problems.found)
        assert all(problem.line >= 1 and problem.reason for problem in problems.found)
