"""What the real default model writes on the demo shop, judged by the second extractor."""

from __future__ import annotations

import os

import pytest

from engine.generation.generator import build_generator
from engine.settings import Settings
from engine.types import Route
from tests.engine.grounding.generations import generate, prompts, summary

COUNT = int(os.environ.get("GROUNDING_GENERATIONS", "12"))


def test_the_prompts_cover_every_task_in_both_languages() -> None:
    made = prompts(300)
    assert len(made) == 300
    assert {(str(p.task), p.language) for p in made} == {
        (task, language)
        for task in ("faq", "describe", "recommend", "review")
        for language in ("en", "zh")
    }


@pytest.mark.model
def test_no_unsupported_quantity_name_or_link_is_sent() -> None:
    generator, made = build_generator(Settings.load()), prompts(COUNT)
    try:
        done = list(generate(made, generator))
    finally:
        generator.close()
    assert len(done) == len(made) >= COUNT - len(Route)
    assert summary(done)["unsupported"] == []
