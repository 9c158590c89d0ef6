"""Whatever is killed with -9 while messages flow in: every one is answered, in order."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end import flow
from tests.end_to_end.house import SMALL, VICTIMS, running, telegram
from tests.end_to_end.kills import Campaign, run


@pytest.mark.kill
@pytest.mark.parametrize("victim", VICTIMS)
async def test_killed_with_minus_nine_every_message_is_answered(
    tmp_path: Path, victim: str
) -> None:
    campaign = Campaign(victim, kills=3, messages=20, span_s=1.5, patience_s=60.0)
    questions = flow.small_questions(campaign.messages)
    async with telegram() as tg, running(tmp_path, tg.base_url, SMALL) as house:
        found, killed = await run(campaign, house, tg, questions)
    assert killed == campaign.kills
    assert found.lost == ()
    assert found.apologies == 0
    assert found.in_order
    assert found.repeats <= killed
