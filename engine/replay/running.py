"""Many conversations at once: in this process when they are few, else in one a core."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from typing import Any

from engine.errors import ShopdeskError
from engine.replay.conversation import Conversation
from engine.replay.house import House, OpenHouse, opened
from engine.replay.playing import Played, conversation_name, play

FEW = 40
"""Conversations that are played before another process has read its models."""
CHUNK = 8
LOOK_EVERY_S = 0.005
AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Order:
    """Conversations to be played `repeat` times in a house, from `at` on their own clock."""

    house: House
    conversations: tuple[Conversation, ...]
    repeat: int = 1
    processes: int = 1
    at: datetime = AT


def run(order: Order, told: Told = lambda done, whole: None) -> list[tuple[Played, ...]]:
    """Every conversation as it went, `repeat` playings of each, in the order given.

    Each playing begins with nothing remembered of another.
    """
    tasks = [(c, str(n)) for c in order.conversations for n in range(order.repeat)]
    many = order.processes > 1 and len(tasks) > FEW
    played: list[Played] = []
    for one in _in_processes(order, tasks) if many else _here(order, tasks):
        played.append(one)
        told(len(played), len(tasks))
    k = order.repeat
    return [tuple(played[start : start + k]) for start in range(0, len(played), k)]


Task = tuple[Conversation, str]


def _here(order: Order, tasks: Sequence[Task]) -> Iterator[Played]:
    with opened(order.house) as house, asyncio.Runner() as runner:
        for task in tasks:
            yield runner.run(_played(house, task, order.at))


async def _played(house: OpenHouse, task: Task, at: datetime) -> Played:
    conversation, number = task
    played = await play(house.desk, conversation, at, number)
    house.sessions.forget(conversation_name(conversation, number))
    return played


def _in_processes(order: Order, tasks: Sequence[Task]) -> Iterator[Played]:
    threads = max(1, order.house.settings.threads // order.processes)
    house = replace(order.house, settings=replace(order.house.settings, threads=threads))
    context = multiprocessing.get_context("spawn")
    todo, done = context.SimpleQueue(), context.SimpleQueue()
    workers = [
        context.Process(target=_work, args=(house, order.at, todo, done), daemon=True)
        for _ in range(order.processes)
    ]
    for worker in workers:
        worker.start()
    try:
        yield from _in_order(tasks, todo, done, workers)
    finally:
        for worker in workers:
            worker.terminate()
            worker.join()


def _in_order(
    tasks: Sequence[Task], todo: Any, done: Any, workers: Sequence[BaseProcess]
) -> Iterator[Played]:
    """Hands out chunks, a few ahead of those that are back, and gives what comes in order."""
    chunks = [tasks[start : start + CHUNK] for start in range(0, len(tasks), CHUNK)]
    back: dict[int, list[Played]] = {}
    given = 0
    for wanted in range(len(chunks)):
        while wanted not in back:
            while given < len(chunks) and given < wanted + 2 * len(workers):
                todo.put((given, chunks[given]))
                given += 1
            if done.empty():
                _see_alive(workers)
                time.sleep(LOOK_EVERY_S)
                continue
            number, found = done.get()
            if isinstance(found, ShopdeskError):
                raise found
            back[number] = found
        yield from back.pop(wanted)


def _see_alive(workers: Sequence[BaseProcess]) -> None:
    if gone := [worker.exitcode for worker in workers if not worker.is_alive()]:
        raise ShopdeskError(
            f"a process that played conversations ended ({gone[0]})",
            where="replay", mend="see that there is memory enough, or play with --processes 1.",
        )  # fmt: skip


def _work(house: House, at: datetime, todo: Any, done: Any) -> None:
    """A worker process: plays what it is given until it is ended."""
    try:
        with opened(house) as place, asyncio.Runner() as runner:
            while True:
                number, tasks = todo.get()
                done.put((number, [runner.run(_played(place, task, at)) for task in tasks]))
    except ShopdeskError as error:
        done.put((0, error))
    except KeyboardInterrupt:
        pass
