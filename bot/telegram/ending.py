"""Tasks brought to an end for sure."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

CANCEL_AGAIN_S = 0.5


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks until all are done; what they raised is dropped.

    Once is not enough: a store's client may turn a cancel that comes during a call into an
    error of its own, which the task takes for a store that is away, and goes on.
    """
    tasks = tuple(tasks)
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=CANCEL_AGAIN_S)
    await asyncio.gather(*tasks, return_exceptions=True)
