"""Messages that hold several questions, and those that only seem to."""

import pytest

from engine.routing.understanding import split_questions


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("How much is shipping? Do you gift wrap?", ("How much is shipping?", "Do you gift wrap?")),
        (
            "whats the warranty on lamps and how much is shipping to France",
            ("whats the warranty on lamps", "how much is shipping to France"),
        ),
        ("台灯保修多久，运费多少", ("台灯保修多久", "运费多少")),
        ("能不能开发票，还有积分怎么用", ("能不能开发票", "积分怎么用")),
    ],
)
def test_two_questions_are_two(text: str, parts: tuple[str, ...]) -> None:
    assert split_questions(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "do you ship to Spain and how much is it",
        "I bought a lamp and how do I return it",
        "red, blue and green lamps",
        "what is your email and phone",
        "你好，怎么退货",
        "这个多少钱，那个呢",
        "有没有绿茶，便宜点的",
        "阳台很小,想种点东西,有什么推荐的吗?",
        "How long? Really?",
    ],
)
def test_one_question_stays_one(text: str) -> None:
    assert split_questions(text) == (text,)
