"""What a model wrote once is said again for the same prompt, and no model is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import GeneratorError, ShopdeskError
from engine.generation.generator import Piece
from engine.replay.drafts import Drafts
from engine.types import Prompt, Route

PROMPT = Prompt(Route.FAQ, "en", "how long?", ())


class Writer:
    """Counts how often it is asked."""

    name = "writer"

    def __init__(self) -> None:
        self.asked = 0

    def stream(
        self, prompt: Prompt, *, request_id: str, deadline_s: float, max_tokens: int
    ) -> Iterator[str]:
        self.asked += 1
        yield Piece("Thirty ", (-0.1,))
        if prompt.question == "break":
            raise GeneratorError("gone")
        yield Piece("days 天.", (-0.2, -0.3))

    def cancel(self, request_id: str) -> None: ...

    def close(self) -> None: ...


def said(drafts: Drafts, prompt: Prompt = PROMPT) -> list[tuple[str, tuple[float, ...]]]:
    pieces = drafts.stream(prompt, request_id="r", deadline_s=9, max_tokens=9)
    return [(str(p), p.log_probs) for p in pieces if isinstance(p, Piece)]


def test_the_same_prompt_gets_the_same_draft_without_the_model(tmp_path: Path) -> None:
    path, writer = tmp_path / "drafts.jsonl", Writer()
    first = said(Drafts(path, writer))
    assert said(Drafts(path, writer)) == first == said(Drafts(path, None))
    assert writer.asked == 1


def test_another_prompt_is_another_draft(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path / "drafts.jsonl", writer := Writer())
    said(drafts)
    said(drafts, replace(PROMPT, question="how much?"))
    assert writer.asked == 2
    with pytest.raises(GeneratorError):
        said(Drafts(tmp_path / "drafts.jsonl", None), replace(PROMPT, question="new"))


def test_what_broke_off_is_not_kept(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path / "drafts.jsonl", Writer())
    with pytest.raises(GeneratorError):
        said(drafts, replace(PROMPT, question="break"))
    assert not (tmp_path / "drafts.jsonl").exists()


def test_a_broken_file_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "drafts.jsonl").write_text('{"prompt": "x", "pieces": []}\n{"prom')
    with pytest.raises(ShopdeskError, match=r"drafts\.jsonl:2"):
        Drafts(tmp_path / "drafts.jsonl", None)
