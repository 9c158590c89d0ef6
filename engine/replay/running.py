"""Many conversations at once: in this process when they are few, else in one a core."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from typing import Any

from engine.build import load_encoders
from engine.errors import ShopdeskError
from engine.replay.conversation import Conversation
from engine.replay.house import House, OpenHouse, opened
from engine.replay.playing import Played, conversation_name, play
from engine.replay.resuming import Kept
from engine.replay.together import TogetherEncoders
from engine.retrieval.encoders import Encoders

FEW = 40
"""Conversations that are played before another process has read its models."""
CHUNK = 16
"""Conversations that go on side by side: an encoder takes little longer for all than for one."""
LOOK_EVERY_S = 0.005
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Order:
    """Conversations to be played `repeat` times in each house, from `at` on their own clock."""

    houses: tuple[House, ...]
    conversations: tuple[Conversation, ...]
    repeat: int = 1
    processes: int = 1
    at: datetime = AT


def run(
    order: Order,
    told: Told = lambda done, whole: None,
    encoders: Encoders | None = None,
    kept: Kept | None = None,
) -> list[list[tuple[Played, ...]]]:
    """Of each house: every conversation as it went, `repeat` playings of each, in the order given.

    Each playing begins with nothing remembered of another. `encoders`: used where all is played in
    this process. `kept`: what an interrupted run has played already, and is told the rest.
    """
    tasks = [(c, str(n)) for c in order.conversations for n in range(order.repeat)]
    played = list(kept.played) if kept else []
    left = tasks[len(played) :]
    many = order.processes > 1 and len(left) > FEW
    for one in _in_processes(order, left) if many else _here(order, left, encoders):
        played.append(one)
        if kept:
            kept.add(one)
        told(len(played), len(tasks))
    k = order.repeat
    by_house = [[each[number] for each in played] for number in range(len(order.houses))]
    return [
        [tuple(ones[start : start + k]) for start in range(0, len(ones), k)] for ones in by_house
    ]


Task = tuple[Conversation, str]


def _here(
    order: Order, tasks: Sequence[Task], encoders: Encoders | None
) -> Iterator[tuple[Played, ...]]:
    with _table(order, encoders) as table:
        for start in range(0, len(tasks), CHUNK):
            yield from table.play(tasks[start : start + CHUNK])


@dataclass(frozen=True, slots=True)
class _Table:
    """Open houses at which conversations are played, some side by side."""

    houses: Sequence[OpenHouse]
    encoders: TogetherEncoders
    at: datetime
    runner: asyncio.Runner
    one_by_one: bool

    def play(self, tasks: Sequence[Task]) -> list[tuple[Played, ...]]:
        """Every conversation, in each house in turn."""
        if self.one_by_one or any(_timed(conversation) for conversation, _ in tasks):
            groups = [[task] for task in tasks]
        else:
            groups = [list(tasks)]
        return [played for group in groups for played in self.runner.run(self._side_by_side(group))]

    async def _side_by_side(self, tasks: Sequence[Task]) -> list[tuple[Played, ...]]:
        self.encoders.begin(len(tasks))
        found = await asyncio.gather(*(self._one(task) for task in tasks))
        for house in self.houses:
            house.forget(conversation_name(*task) for task in tasks)
        return list(found)

    async def _one(self, task: Task) -> tuple[Played, ...]:
        conversation, number = task
        try:
            return tuple(
                [await play(house.desk, conversation, self.at, number) for house in self.houses]
            )
        finally:
            self.encoders.leave()


def _timed(conversation: Conversation) -> bool:
    """Whether it is expected to be quick: then nothing goes on beside it."""
    return any(step.expected.max_ms is not None for step in conversation.steps)


@contextmanager
def _table(order: Order, encoders: Encoders | None = None) -> Iterator[_Table]:
    """The desks of all houses; they read questions with the same encoders, each question once."""
    together = TogetherEncoders(encoders or load_encoders(order.houses[0].settings))
    worded = any(house.with_model or house.drafts for house in order.houses)
    with ExitStack() as held, asyncio.Runner() as runner:
        houses = [held.enter_context(opened(house, together)) for house in order.houses]
        yield _Table(houses, together, order.at, runner, one_by_one=worded)


def _in_processes(order: Order, tasks: Sequence[Task]) -> Iterator[tuple[Played, ...]]:
    threads = max(1, order.houses[0].settings.threads // order.processes)
    houses = [replace(h, settings=replace(h.settings, threads=threads)) for h in order.houses]
    share = replace(order, houses=tuple(houses), conversations=())
    context = multiprocessing.get_context("spawn")
    todo, done = context.SimpleQueue(), context.SimpleQueue()
    workers = [
        context.Process(target=_work, args=(share, todo, done), daemon=True)
        for _ in range(order.processes)
    ]
    with as_many_threads(threads):
        for worker in workers:
            worker.start()
    try:
        yield from _in_order(tasks, todo, done, workers)
    finally:
        for worker in workers:
            worker.terminate()
            worker.join()


@contextmanager
def as_many_threads(count: int) -> Iterator[None]:
    """Processes begun meanwhile compute in so many threads: more wait by keeping cores busy.

    The libraries read these when they are loaded, and never again.
    """
    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(count)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _in_order(
    tasks: Sequence[Task], todo: Any, done: Any, workers: Sequence[BaseProcess]
) -> Iterator[tuple[Played, ...]]:
    """Hands out chunks, a few ahead of those that are back, and gives what comes in order."""
    chunks = [tasks[start : start + CHUNK] for start in range(0, len(tasks), CHUNK)]
    back: dict[int, list[tuple[Played, ...]]] = {}
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


def _work(order: Order, todo: Any, done: Any) -> None:
    """A worker process: plays what it is given until it is ended."""
    try:
        with _table(order) as table:
            while True:
                number, tasks = todo.get()
                done.put((number, table.play(tasks)))
    except ShopdeskError as error:
        done.put((0, error))
    except KeyboardInterrupt:
        pass
