"""Kills real processes while messages flow: python -m tests.end_to_end.kills --victim engine."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.emulator import EmulatorClient
from tests.end_to_end import flow
from tests.end_to_end.house import REAL, SMALL, VICTIMS, House, moments, running, telegram

CHATS = 10


@dataclass(frozen=True, slots=True)
class Campaign:
    """How many messages flow in while how many kills fall, in rounds of `span_s` seconds."""

    victim: str
    kills: int = 10
    messages: int = 50
    span_s: float = 20.0
    seed: int = 7
    patience_s: float = 180.0


async def run(
    campaign: Campaign, house: House, tg: EmulatorClient, questions: list[str]
) -> tuple[flow.Outcome, int]:
    """The outcome, and how many kills met a running process.

    Before each round everything is ready again, so that each kill falls among turns under way.
    """
    chance = random.Random(f"{campaign.seed} {campaign.victim}")
    people = [tg.user(4000 + n, f"P{n}") for n in range(CHATS)]
    asked: list[flow.Asked] = []
    killed = 0
    for number in range(campaign.kills):
        await house.until_ready()
        of_round = questions[number :: campaign.kills]
        steps = [(at, True) for at in moments(chance, len(of_round), campaign.span_s)]
        steps += [(chance.uniform(0.2, campaign.span_s), False)]
        began = time.monotonic()
        for at, writes in sorted(steps):
            await asyncio.sleep(max(0.0, began + at - time.monotonic()))
            if writes:
                person = people[len(asked) % CHATS]
                asked.append(await flow.say(person, of_round.pop()))
            else:
                killed += await asyncio.to_thread(house.kill, campaign.victim)
    found = await flow.until_answered(tg, house.home, asked, campaign.patience_s)
    return found, killed


def main() -> int:
    """Run one campaign on the real engine; 0 when nothing was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.end_to_end.kills", description=__doc__)
    parser.add_argument("--victim", choices=VICTIMS, required=True)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--messages", type=int, default=50)
    parser.add_argument("--span", type=float, default=20.0, help="seconds of a round")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--small", action="store_true", help="an engine of plain rules")
    parser.add_argument("--prepared", type=Path, help="a home with a published shop, to copy")
    parser.add_argument("--keep-log", type=Path, help="copy the processes' log here")
    options = parser.parse_args()
    began = time.monotonic()
    found, killed = asyncio.run(_main(options))
    told = {"victim": options.victim, "kills": killed, **asdict(found)}
    told["seconds"] = round(time.monotonic() - began, 1)
    print(json.dumps(told, ensure_ascii=False, indent=2))
    return int(bool(found.lost) or found.repeats > killed)


async def _main(options: argparse.Namespace) -> tuple[flow.Outcome, int]:
    campaign = Campaign(
        options.victim, options.rounds, options.messages, options.span, options.seed
    )
    made = flow.small_questions if options.small else flow.model_questions
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        home = Path(folder)
        if options.prepared:
            copy_shop(options.prepared, home)
        async with telegram() as tg:
            try:
                async with running(home, tg.base_url, SMALL if options.small else REAL) as house:
                    return await run(campaign, house, tg, made(campaign.messages))
            finally:
                if options.keep_log:
                    shutil.copy(home / "run.log", options.keep_log)


def copy_shop(prepared: Path, home: Path) -> None:
    """Take over a home's shop with its published snapshot, and nothing of its conversations."""
    for name in ("shop", "snapshots"):
        shutil.copytree(prepared / name, home / name)
    shutil.copy(prepared / "live", home / "live")


if __name__ == "__main__":
    sys.exit(main())
