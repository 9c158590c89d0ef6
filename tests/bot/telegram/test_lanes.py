"""Order per chat, chats side by side, bursts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.telegram.inbox import Item
from bot.telegram.lanes import Burst, Lanes, Waiting
from bot.telegram.updates import Incoming, Kind

AT = datetime(2026, 11, 24, tzinfo=UTC)


def waiting(number: int, chat: int, text: str, **more: object) -> Waiting:
    fields = {"kind": Kind.TEXT, "user_id": chat, "at": AT} | more
    resumed = bool(fields.pop("resumed", False))
    incoming = Incoming(update_id=number, chat_id=chat, text=text, **fields)  # type: ignore[arg-type]
    return Waiting(Item(f"{number}-0", number, "{}"), incoming, resumed)


@dataclass
class Worked:
    """Records bursts; a "slow" one takes its time."""

    bursts: list[list[str]] = field(default_factory=list)
    known: dict[int, tuple[int, ...]] = field(default_factory=dict)
    hurried: list[list[str]] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def work(self, burst: Burst) -> None:
        if "slow" in burst[0].incoming.text:
            await asyncio.sleep(0.3)
        self.bursts.append([part.incoming.text for part in burst])
        self.changed.set()

    async def recall(self, update_id: int) -> tuple[int, ...]:
        return self.known.get(update_id, ())

    def lanes(self, window_s: float = 0.0) -> Lanes:
        return Lanes(self.work, self.recall, window_s=window_s, hurry=self.hurry)

    def hurry(self, burst: Burst) -> None:
        self.hurried.append([part.incoming.text for part in burst])

    async def until(self, bursts: int) -> None:
        async with asyncio.timeout(3):
            while len(self.bursts) < bursts:
                self.changed.clear()
                await self.changed.wait()


async def test_a_chat_is_worked_off_in_order() -> None:
    worked = Worked()
    lanes = worked.lanes()
    for number in range(20):
        lanes.put(waiting(number, 1, f"slow {number}" if number == 0 else str(number)))
    await worked.until(20)
    assert [burst[0] for burst in worked.bursts] == ["slow 0", *map(str, range(1, 20))]


async def test_a_slow_chat_holds_up_no_other() -> None:
    worked = Worked()
    lanes = worked.lanes()
    lanes.put(waiting(1, 1, "slow"))
    lanes.put(waiting(2, 2, "quick"))
    await worked.until(2)
    assert worked.bursts == [["quick"], ["slow"]]


async def test_only_who_is_being_answered_and_writes_again_hurries_the_answer() -> None:
    worked = Worked()
    lanes = worked.lanes()
    lanes.put(waiting(1, -5, "slow", user_id=1))
    await asyncio.sleep(0.05)
    lanes.put(waiting(2, -5, "another person", user_id=2))
    lanes.put(waiting(3, -5, "rate_up:1", kind=Kind.ACTION, user_id=1))
    assert worked.hurried == []
    lanes.put(waiting(4, -5, "and to Norway?", user_id=1))
    assert worked.hurried == [["slow"]]
    await worked.until(4)
    lanes.put(waiting(5, -5, "later", user_id=1))
    await worked.until(5)
    assert worked.hurried == [["slow"]]


async def test_a_burst_becomes_one_turn() -> None:
    worked = Worked()
    lanes = worked.lanes(window_s=0.3)
    for number, text in enumerate(("hi", "do you ship", "to Norway?")):
        lanes.put(waiting(number, 1, text))
        await asyncio.sleep(0.05)
    await worked.until(1)
    assert worked.bursts == [["hi", "do you ship", "to Norway?"]]


async def test_messages_further_apart_are_turns_of_their_own() -> None:
    worked = Worked()
    lanes = worked.lanes(window_s=0.1)
    lanes.put(waiting(1, 1, "hi"))
    await asyncio.sleep(0.25)
    lanes.put(waiting(2, 1, "do you ship"))
    await worked.until(2)
    assert worked.bursts == [["hi"], ["do you ship"]]


async def test_messages_that_waited_together_but_were_sent_apart_are_no_burst() -> None:
    worked = Worked()
    lanes = worked.lanes(window_s=0.1)
    lanes.put(waiting(1, 1, "hi", resumed=True))
    lanes.put(waiting(2, 1, "do you ship", resumed=True, at=AT + timedelta(seconds=5)))
    await worked.until(2)
    assert worked.bursts == [["hi"], ["do you ship"]]


async def test_a_command_and_a_tap_end_a_burst() -> None:
    worked = Worked()
    lanes = worked.lanes(window_s=5.0)
    lanes.put(waiting(1, 1, "hi"))
    lanes.put(waiting(2, 1, "help", kind=Kind.COMMAND))
    lanes.put(waiting(3, 1, "entry:x", kind=Kind.ACTION))
    await worked.until(3)
    assert worked.bursts == [["hi"], ["help"], ["entry:x"]]


async def test_two_people_in_a_group_make_no_burst() -> None:
    worked = Worked()
    lanes = worked.lanes(window_s=0.1)
    lanes.put(waiting(1, -5, "hi", user_id=1))
    lanes.put(waiting(2, -5, "hello", user_id=2))
    await worked.until(2)
    assert worked.bursts == [["hi"], ["hello"]]


async def test_a_resumed_burst_is_the_one_it_was() -> None:
    worked = Worked(known={1: (1, 2)})
    lanes = worked.lanes(window_s=0.2)
    for number, text in ((1, "a"), (2, "b"), (3, "c")):
        lanes.put(waiting(number, 1, text, resumed=True))
    await worked.until(2)
    assert worked.bursts == [["a", "b"], ["c"]]


async def test_closing_cancels_what_takes_too_long() -> None:
    worked = Worked()
    lanes = worked.lanes()
    lanes.put(waiting(1, 1, "slow"))
    await asyncio.sleep(0)
    await lanes.close(0.01)
    assert worked.bursts == []
