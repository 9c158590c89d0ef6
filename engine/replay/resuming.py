"""A long run that was interrupted goes on where it ended: what was played is kept as it ends."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine import wire
from engine.errors import SettingsError
from engine.replay.playing import Played
from engine.retrieval.snapshot import file_hashes, read_live

if TYPE_CHECKING:
    from engine.replay.house import House
    from engine.replay.running import Order

CODE = Path(__file__).parents[2]
OURS = ("engine", "knowledge_base")
READ = (".py", ".yaml", ".json", ".jsonl", ".txt")


@dataclass(slots=True)
class Kept:
    """The playings of a run in a file: the first line names the run, each other one is a playing.

    `played`: those of the runs before this one, each in every house.
    """

    path: Path
    played: tuple[tuple[Played, ...], ...]

    def add(self, played: Sequence[Played]) -> None:
        """Keep a conversation that has ended in every house."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write("".join(f"{wire.dumps(one)}\n" for one in played))

    def end(self) -> None:
        """All is played: nothing is to be gone on with."""
        self.path.unlink(missing_ok=True)


def kept(path: Path, order: Order) -> Kept:
    """What an earlier run of this very order has kept in a file, which is begun if need be.

    Raises SettingsError where it is of other conversations, another snapshot or other code.
    """
    identity = _identity(order)
    if not path.exists():
        path.write_text(f"{identity}\n", "utf-8")
        return Kept(path, ())
    try:
        first, *lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        first, lines = "", []
    if first != identity:
        raise SettingsError(
            "kept by a run of other conversations, another snapshot or other code",
            where=str(path), mend="delete it to begin anew, or name another file.",
        )  # fmt: skip
    # What stands after the last line's end was cut short.
    found = list(_readable(lines[:-1]))
    houses = len(order.houses)
    whole = [
        tuple(found[at : at + houses]) for at in range(0, len(found) // houses * houses, houses)
    ]
    again = "".join(f"{wire.dumps(one)}\n" for each in whole for one in each)
    path.write_text(f"{identity}\n{again}", "utf-8")
    return Kept(path, tuple(whole))


def _readable(lines: Sequence[str]) -> Iterator[Played]:
    for line in lines:
        try:
            yield wire.loads(Played, line)
        except wire.WireError:
            return


def _identity(order: Order) -> str:
    """A digest of all that decides how a run goes: conversations, knowledge, models and code."""
    conversations = hashlib.sha256()
    for conversation in order.conversations:
        conversations.update(wire.dumps(conversation).encode())
    content = [
        conversations.hexdigest(), order.repeat, order.at.isoformat(),
        [_house(house) for house in order.houses], _code(),
    ]  # fmt: skip
    return f"shopdesk replay {hashlib.sha256(json.dumps(content).encode()).hexdigest()}"


def _house(house: House) -> list[object]:
    s = house.settings
    if house.snapshot or s.kb is None:
        knowledge: object = house.snapshot or read_live(s.home)
    else:
        knowledge = sorted(file_hashes(s.kb).items())
    return [knowledge, house.with_model, str(house.drafts), s.encoder, s.reranker, s.model,
            s.generator_url, s.generator_model]  # fmt: skip


def _code() -> str:
    found = hashlib.sha256()
    for name in OURS:
        for path in sorted((CODE / name).rglob("*")):
            if path.suffix in READ:
                found.update(path.read_bytes())
    return found.hexdigest()
