"""The judges object to what is wrong and to nothing else."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from tests.emulator import Emulator
from tests.emulator.judges import Judges
from tests.emulator.raw_bot import RawBot


@pytest.mark.parametrize(
    ("judge", "method", "params"),
    [
        ("aiogram", "sendMessage", {"chat_id": 1}),
        ("aiogram", "sendMessage", {"chat_id": 1, "text": "x", "entities": [{"type": "bold"}]}),
        ("aiogram", "sendMessage", {"chat_id": 1, "text": "x", "replymarkup": {}}),
        ("aiogram", "sendNonsense", {}),
        ("teremok", "sendMessage", {"chat_id": 1, "text": "x" * 4097}),
        ("teremok", "sendMessage", {"chat_id": 1, "text": "<b>x", "parse_mode": "HTML"}),
        ("teremok", "answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}),
    ],
)
def test_a_wrong_call_finds_its_judge(judge: str, method: str, params: dict[str, Any]) -> None:
    judges = Judges("123456:TEST")
    judges.judge_call(method, params)
    assert {verdict.judge for verdict in judges.verdicts} == {judge}


def test_a_wrong_answer_or_update_is_objected_to() -> None:
    judges = Judges("123456:TEST")
    judges.judge_answer("sendMessage", {"message_id": 1})
    judges.judge_update({"update_id": 1, "mesage": {}})
    judges.judge_update({"update_id": 1, "message": {"message_id": 1}})
    assert len(judges.verdicts) >= 3


async def test_a_refused_call_fails_the_test_that_made_it() -> None:
    with pytest.raises(AssertionError, match="judges objected"):
        async with Emulator(judge=True) as tg, aiohttp.ClientSession() as session:
            await tg.user().send("hi")
            await RawBot(tg, session).refusal("sendMessage", chat_id=1001, text="x" * 4097)
