"""Replay files are read as they were written, and each thing wrong in them has its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ShopdeskError
from engine.replay.conversation import Conversation, Expected, Step
from engine.replay.reading import ReplayFilesError, read_conversation, read_conversations
from engine.replay.writing import as_yaml, write_conversation
from engine.types import Band, HandoffReason, Route
from knowledge_base.problems import Problems

words = st.text(min_size=1).map(str.strip).filter(lambda text: bool(text) and text.isprintable())
some = st.lists(words, max_size=3).map(tuple)
expected = st.builds(
    Expected,
    route=st.lists(st.sampled_from([r.value for r in Route]), max_size=2).map(tuple),
    band=st.lists(st.sampled_from([b.value for b in Band]), max_size=2).map(tuple),
    entry=some, products=some, must_say=some, must_not_say=some,
    facts=st.lists(st.sampled_from(["30 days", "5.95 EUR", "三天"]), max_size=2).map(tuple),
    language=st.sampled_from(["", "en", "zh"]),
    handoff=st.sampled_from(["", "none", "any", HandoffReason.UPSET.value]),
    max_ms=st.none() | st.floats(1, 1e6),
)  # fmt: skip
steps = st.builds(Step, say=words, expected=expected, said=st.just("") | words) | st.builds(
    Step, press=words, expected=expected
)
conversations = st.builds(
    Conversation,
    id=st.just("one"), steps=st.lists(steps, min_size=1, max_size=4).map(tuple),
    title=st.just("") | words, tags=some, language=st.sampled_from(["", "en", "zh"]),
    private=st.booleans(), staffed=st.booleans(),
)  # fmt: skip


def plain(conversation: Conversation) -> dict[str, Any]:
    """All but where it was read from."""
    steps = [(s.say, s.press, s.said, s.expected) for s in conversation.steps]
    return {"steps": steps} | {
        name: getattr(conversation, name)
        for name in ("id", "title", "tags", "language", "private", "staffed")
    }


@given(conversations)
def test_what_is_written_is_read_back(tmp_path_factory: Any, conversation: Conversation) -> None:
    path = tmp_path_factory.getbasetemp() / "one.yaml"
    path.write_text(as_yaml(conversation), "utf-8")
    problems = Problems()
    found = read_conversation(path, problems)
    assert problems.found == []
    assert found is not None
    assert plain(found) == plain(conversation)


GOOD = "version: 1\nturns:\n- say: how long\n  expect: {route: faq}\n"


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (GOOD.replace("version: 1", "version: 9"), 1, "version must be 1"),
        (GOOD.replace("say:", "sya:"), 3, "did you mean 'say'"),
        (GOOD.replace("route: faq", "rout: faq"), 4, "did you mean 'route'"),
        (GOOD.replace("route: faq", "route: fqa"), 4, "did you mean 'faq'"),
        (GOOD.replace("route: faq", "band: sure"), 4, "did you mean 'unsure'"),
        (GOOD.replace("route: faq", "facts: soon"), 4, "names no amount"),
        (GOOD.replace("route: faq", "must_say: 30"), 4, "put numbers in quotes"),
        (GOOD.replace("route: faq", "max_ms: soon"), 4, "a number of milliseconds"),
        (GOOD.replace("route: faq", "handoff: maybe"), 4, "'maybe' is none"),
        (GOOD.replace("{route: faq}", "faq"), 4, "must be 'field: value' lines"),
        (GOOD + "- press: human\n  say: both\n", 5, "either 'say' or 'press'"),
        (GOOD + "- {}\n", 5, "either 'say' or 'press'"),
        (GOOD + "- just words\n", 5, "a turn is"),
        ("version: 1\nturns: []\n", 2, "at least one turn"),
        ("version: 1\nprivate: maybe\nturns:\n- say: x\n", 2, "true or false"),
        ("version: 1\nturns:\n- say: [\n", 4, "not readable as YAML"),
        ("- a list\n", 1, "must be 'field: value' lines"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    tmp_path: Path, text: str, line: int, told: str
) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    with pytest.raises(ReplayFilesError) as raised:
        read_conversations([tmp_path])
    (problem, *_) = raised.value.problems
    assert told in problem.reason
    assert problem.line == line
    assert f"bad.yaml:{line}: " in str(raised.value)


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD.replace("say:", "sya:"))
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(ReplayFilesError) as raised:
        read_conversations([tmp_path])
    assert {Path(p.file).name for p in raised.value.problems} == {"a.yaml", "b.yaml"}


def test_two_files_with_one_id_are_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("id: same\n" + GOOD)
    with pytest.raises(ReplayFilesError, match="stands in"):
        read_conversations([tmp_path])


def test_aliases_of_aliases_cost_no_time(tmp_path: Path) -> None:
    bomb = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    (tmp_path / "bomb.yaml").write_text("\n".join(bomb) + "\n" + GOOD)
    with pytest.raises(ReplayFilesError, match="unknown field 'a0'"):
        read_conversations([tmp_path])


def test_a_folder_is_read_with_all_below_it(tmp_path: Path) -> None:
    write_conversation(tmp_path / "deep" / "er", Conversation("one", (Step("hello"),)))
    (tmp_path / "notes.txt").write_text("no replay")
    assert [c.id for c in read_conversations([tmp_path])] == ["one"]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ShopdeskError, match="no such file"):
        read_conversations([tmp_path / "nowhere.yaml"])
