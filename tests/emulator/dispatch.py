"""One call from arrival to answer: failures, flood limits, the method, judges, the record."""

from __future__ import annotations

import asyncio
import copy
from dataclasses import dataclass
from typing import Any

from .errors import ApiError
from .faults import Fault
from .methods import message_count, run_method
from .params import Params
from .records import Call
from .text import Json
from .world import World


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to the bot; `drop` closes the connection instead."""

    status: int
    body: Json
    drop: bool = False


async def answer_call(world: World, name: str, params: Params) -> Answer:
    """Carry out one call and record it; never raises for what Telegram would refuse."""
    chat_id = _chat_id(world, params)
    fault = world.faults.take(name, chat_id)
    if fault and fault.kind == "slow":
        await asyncio.sleep(fault.delay_s)
    if fault and fault.kind == "drop_before":
        return Answer(502, {}, drop=True)
    drop = bool(fault and fault.kind == "drop_after")
    if name != "getUpdates" and world.judges:
        world.judges.judge_call(name, params.recorded())
    arrived_at = world.now()
    try:
        _refuse_on_order(world, fault, chat_id)
        count = message_count(name, params)
        if count:
            world.flood.check(chat_id, count)
        result = await run_method(world, name, params)
    except ApiError as error:
        _record(world, name, chat_id, params, arrived_at, error=error, dropped=drop)
        return Answer(error.code, error.as_json(), drop)
    _record(world, name, chat_id, params, arrived_at, result=result, dropped=drop)
    return Answer(200, {"ok": True, "result": result}, drop)


def _refuse_on_order(world: World, fault: Fault | None, chat_id: int) -> None:
    if fault is None or fault.kind != "error":
        return
    if fault.code == 429:
        world.flood.close(chat_id, fault.retry_after_s)
        raise ApiError(
            429,
            f"Too Many Requests: retry after {fault.retry_after_s}",
            retry_after=fault.retry_after_s,
        )
    raise ApiError(fault.code, fault.description)


def _record(
    world: World,
    name: str,
    chat_id: int,
    params: Params,
    at: float,
    *,
    result: Any = None,
    error: ApiError | None = None,
    dropped: bool = False,
) -> None:
    if name == "getUpdates":
        return
    if world.judges and error is None:
        world.judges.judge_answer(name, result)
    world.record(
        Call(
            number=len(world.calls) + 1,
            method=name,
            chat_id=chat_id,
            params=params.recorded(),
            at=at,
            # Messages are edited later; the record keeps what was answered.
            result=copy.deepcopy(result),
            code=error.code if error else 200,
            description=error.description if error else "",
            dropped=dropped,
        )
    )


def _chat_id(world: World, params: Params) -> int:
    given = params.values.get("chat_id", 0)
    try:
        return world.chat(given).id
    except ApiError:
        return int(given) if str(given).lstrip("-").isdigit() else 0
