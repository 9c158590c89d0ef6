"""A drafted translation is offered whole or not at all, and says why not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.errors import GeneratorError
from engine.review.translating import Translation, drafted
from engine.types import Entry, Prompt

ENTRY = Entry(
    "returns", {"en": "Returns"}, {"en": ("Can I return it?",)},
    {"en": "You can return your order within 30 days."},
)  # fmt: skip


class Writer:
    """A generator that writes one text, or fails where there is none."""

    name = "writer"

    def __init__(self, text: str | None) -> None:
        self._text = text

    def stream(
        self, prompt: Prompt, *, request_id: str, deadline_s: float, max_tokens: int
    ) -> Iterator[str]:
        if self._text is None:
            raise GeneratorError("too late")
        yield self._text

    def cancel(self, request_id: str) -> None:
        """Nothing to end."""

    def close(self) -> None:
        """Nothing to give back."""


def draft(text: str | None) -> Translation:
    return drafted(ENTRY, "en", "zh", Writer(text), deadline_s=5)


def test_a_draft_that_keeps_every_value_is_offered() -> None:
    assert draft("您可以在 30 天内退货。").text == "您可以在 30 天内退货。"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("您可以在 14 天内退货。", "draft_added"),
        ("您可以退货。", "draft_lost"),
        ("You can return your order within 30 days.", "draft_language"),
        ("", "draft_empty"),
        (None, "draft_failed"),
    ],
)
def test_any_other_draft_is_refused_with_its_reason_and_the_original(
    text: str | None, key: str
) -> None:
    refused = draft(text)
    assert (refused.text, refused.key) == (None, key)
    assert refused.original == ENTRY.answers["en"]
    assert refused.told("en").endswith("translate by hand.")
    assert "手动翻译" in refused.told("zh")
