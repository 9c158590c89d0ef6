"""30 chats at once, one of them slow: python -m tests.end_to_end.crowd --prepared HOME."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from engine.settings import Settings
from engine.types import Band, Message, Session
from tests.emulator import EmulatorClient, User
from tests.end_to_end import flow
from tests.end_to_end.house import REAL, running, telegram
from tests.end_to_end.kills import copy_shop

CHATS = 30
QUESTIONS = Path(__file__).parents[1] / "data" / "shopper_questions.jsonl"
SLOW_SEND_S = 3.0
"""How long Telegram takes for each call of the slow chat."""
MORE_MS = {Band.CERTAIN: 200.0}
TIMES = {Band.LIKELY: 2.0}
ROUND_TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True)
class Waited:
    """How long one chat waited for its answer."""

    text: str
    chat: int
    ms: float


def questions_of(home: Path, count: int) -> dict[Band, list[str]]:
    """Questions the live shop answers in each band, when asked by someone who just arrived."""
    from engine.build import build_assistant

    assistant = build_assistant(replace(Settings.load(), home=home))
    lines = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    texts = [line["text"] for line in lines if "follow_up" not in line["style"]]
    texts += [q for entry in flow.shop().entries for q in entry.questions["en"]]
    found: dict[Band, list[str]] = {Band.CERTAIN: [], Band.LIKELY: []}
    for text in texts:
        plan = assistant.plan(Message("m", "c", "s", text, datetime.now(UTC)), Session("c"))
        band = plan.parts[0].band
        if len(plan.parts) == 1 and band in found and len(found[band]) < count:
            found[band].append(text)
        if all(len(known) == count for known in found.values()):
            break
    return found


async def ask_at_once(
    tg: EmulatorClient, people: Sequence[User], questions: Sequence[str], first: int
) -> list[Waited]:
    """Everybody asks at the same moment; how long each waits for the first message back."""
    before = (await tg.status())["calls"]
    sent = {}
    for number, person in enumerate(people):
        text = questions[(first + number) % len(questions)]
        sent[person.id] = (text, time.time())
        await person.send(text)
    back: dict[int, float] = {}
    deadline = time.monotonic() + ROUND_TIMEOUT_S
    while len(back) < len(people) and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
        for call in await tg.calls("sendMessage", after=before):
            if call.ok and call.chat_id in sent:
                back.setdefault(call.chat_id, call.at)
    return [Waited(text, c, (back[c] - at) * 1000) for c, (text, at) in sent.items() if c in back]


@asynccontextmanager
async def slow_chat(tg: EmulatorClient, slow: User) -> AsyncIterator[None]:
    """One more chat: it asks for what the model must write, and Telegram is slow there."""
    await tg.fail("slow", chat_id=slow.id, delay_s=SLOW_SEND_S, times=10_000)
    asking = asyncio.create_task(_keep_asking(slow))
    await asyncio.sleep(2.0)
    try:
        yield
    finally:
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
        await tg.clear_faults()


async def _keep_asking(slow: User) -> None:
    for product in flow.shop().products:
        await slow.send(f"Tell me about the {product.names['en']}")
        await asyncio.sleep(4.0)


async def compare(
    tg: EmulatorClient, home: Path, band: Band, questions: Sequence[str], rounds: int
) -> dict[str, object]:
    """p50 and p95 of all chats but the slow one, without and with it, in turn."""
    people = [tg.user(7000 + n, f"Q{n}") for n in range(CHATS - 1)]
    waited: dict[bool, list[Waited]] = {False: [], True: []}
    slow = tg.user(7900, "Slow")
    await ask_at_once(tg, people, questions, 0)  # Not counted: everything is still cold.
    for number in range(rounds):
        waited[False] += await ask_at_once(tg, people, questions, 2 * number * len(people))
        await asyncio.sleep(2.0)
        async with slow_chat(tg, slow):
            first = (2 * number + 1) * len(people)
            waited[True] += await ask_at_once(tg, people, questions, first)
        await asyncio.sleep(2.0)
    alone, beside = (_percentiles([one.ms for one in waited[with_slow]]) for with_slow in waited)
    made = flow.turns(home)
    bands = [made[w.text].reply.band for ones in waited.values() for w in ones if w.text in made]
    growth = {"p95_more_ms": round(beside["p95"] - alone["p95"], 1)}
    growth["p95_times"] = round(beside["p95"] / alone["p95"], 3)
    holds = growth["p95_more_ms"] <= MORE_MS.get(band, 1e9)
    holds = holds and growth["p95_times"] <= TIMES.get(band, 1e9)
    told: dict[str, object] = {"n": sum(map(len, waited.values())), "in_band": bands.count(band)}
    return {**told, "alone_ms": alone, "beside_slow_ms": beside, **growth, "holds": holds}


def _percentiles(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    last = len(ordered) - 1
    return {
        f"p{q}": round(ordered[min(q * len(ordered) // 100, last)], 1) if ordered else 0.0
        for q in (50, 95)
    }


async def _main(options: argparse.Namespace) -> dict[str, object]:
    told: dict[str, object] = {"chats": CHATS, "rounds": options.rounds}
    with tempfile.TemporaryDirectory(prefix="crowd-") as folder:
        home = Path(folder)
        copy_shop(options.prepared, home)
        asked = await asyncio.to_thread(questions_of, home, options.questions)
        async with telegram() as tg, running(home, tg.base_url, REAL):
            for band, questions in asked.items():
                told[band] = await compare(tg, home, band, questions, options.rounds)
    return told


def main() -> int:
    """Measure and print; 0 when both laws hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.end_to_end.crowd", description=__doc__)
    parser.add_argument("--prepared", type=Path, required=True, help="a home with a published shop")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--questions", type=int, default=30, help="different ones a band")
    told = asyncio.run(_main(parser.parse_args()))
    print(json.dumps(told, ensure_ascii=False, indent=2))
    bands = (told[band] for band in (Band.CERTAIN, Band.LIKELY))
    return int(not all(isinstance(found, dict) and found["holds"] for found in bands))


if __name__ == "__main__":
    sys.exit(main())
