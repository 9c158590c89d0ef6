"""A set-up that cannot work ends the whole house, told once, with nothing left running."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.end_to_end.house import SMALL, House, telegram


async def test_a_wrong_token_ends_the_house_and_is_in_no_log(tmp_path: Path) -> None:
    async with telegram() as tg:
        house = House(tmp_path, tg.base_url, SMALL, {"TELEGRAM_TOKEN": "999:WRONG"})
        await asyncio.to_thread(house.start)
        assert house.process is not None
        try:
            assert await asyncio.to_thread(house.process.wait, 60) == 2
        finally:
            await asyncio.to_thread(house.stop)
    said = await asyncio.to_thread(house.log.read_text)
    assert "TELEGRAM_TOKEN: Telegram refuses the bot token" in said
    assert "Mend:" in said
    assert "Traceback" not in said
    assert "999:WRONG" not in said
    assert await asyncio.to_thread(house.processes) == {}
