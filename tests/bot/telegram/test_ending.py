"""A task ends even where its first cancel was lost."""

from __future__ import annotations

import asyncio

import pytest

from bot.telegram.ending import end


async def deaf(times: int) -> None:
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            times -= 1
            if times < 0:
                raise


@pytest.mark.parametrize("times", [0, 1, 2])
async def test_a_task_that_loses_its_cancel_is_cancelled_again(times: int) -> None:
    task = asyncio.create_task(deaf(times))
    await asyncio.sleep(0)
    await asyncio.wait_for(end([task]), 10)
    assert task.cancelled()


async def test_what_a_task_raised_is_dropped() -> None:
    async def broken() -> None:
        raise ValueError

    task = asyncio.create_task(broken())
    await asyncio.sleep(0)
    await end([task])
    assert isinstance(task.exception(), ValueError)
