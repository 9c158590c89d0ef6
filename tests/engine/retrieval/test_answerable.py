"""The passage check: what answers scores high, what does not is not shown."""

from __future__ import annotations

import pytest

from engine.live import LiveAssistant
from engine.retrieval.answerable import PassageCheck
from engine.types import Passage, Route, SourceKind

RETURNS = Passage("entry:r", SourceKind.ENTRY, "Returns",
                  "You may return an unused lamp in 14 days, for free.", "en")  # fmt: skip
PARKING = Passage("entry:p", SourceKind.ENTRY, "Parking", "Cars stand in the yard.", "en")
WRAPPED = "礼品包装每件3欧元,可以附一张手写的贺卡。"
GIFTS = Passage("entry:g", SourceKind.ENTRY, "礼品包装", WRAPPED, "zh")


@pytest.fixture(scope="module")
def check(shop: LiveAssistant) -> PassageCheck:
    """The check with the default encoders."""
    return PassageCheck(shop.encoders)


def test_what_answers_is_likelier_than_what_does_not(check: PassageCheck) -> None:
    asked = "can i return an unused lamp?"
    assert check.answerable(asked, RETURNS, "en") > check.least("en")
    assert check.answerable(asked, PARKING, "en") < check.least("en")
    assert check.answerable("礼品包装多少钱", GIFTS, "zh") > check.answerable(
        "能停车吗", GIFTS, "zh"
    )


def test_the_best_passage_comes_first_and_a_poor_one_not_at_all(check: PassageCheck) -> None:
    asked = "can i return an unused lamp?"
    scores = check.scores(asked, "en", (PARKING, RETURNS), Route.FAQ)
    assert check.chosen((PARKING, RETURNS), scores, Route.FAQ, "en") == (RETURNS,)
    scores = check.scores("will it rain tomorrow", "en", (PARKING,), Route.FAQ)
    assert check.chosen((PARKING,), scores, Route.FAQ, "en") == ()


def test_goods_that_code_chose_are_all_shown_in_order(check: PassageCheck) -> None:
    scores = check.scores("a gift", "en", (PARKING, RETURNS), Route.RECOMMEND)
    assert check.chosen((PARKING, RETURNS), scores, Route.RECOMMEND, "en") == (PARKING, RETURNS)
