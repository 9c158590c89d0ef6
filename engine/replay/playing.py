"""Plays one conversation through a desk, as its shopper had it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.desk import Desk
from engine.replay.answered import Answered, answered, plain
from engine.replay.conversation import Conversation, Step
from engine.replay.grading import Grade, grades
from engine.types import MENU, Button, Message, Reply

BETWEEN = timedelta(minutes=1)
"""Of the conversation's own clock: nobody waits for it."""
CHANNEL = "replay"
ALWAYS_THERE = tuple(f"{kind}:" for kind in MENU)


@dataclass(frozen=True, slots=True)
class PlayedTurn:
    """A step with its answer and the grades of what was expected."""

    step: Step
    answer: Answered
    grades: tuple[Grade, ...]

    @property
    def passed(self) -> bool:
        """Whether all that was expected came."""
        return all(grade.passed for grade in self.grades)


@dataclass(frozen=True, slots=True)
class Played:
    """A conversation as it went."""

    conversation: Conversation
    turns: tuple[PlayedTurn, ...]

    @property
    def passed(self) -> bool:
        """Whether every turn passed."""
        return all(turn.passed for turn in self.turns)


async def play(desk: Desk, conversation: Conversation, at: datetime, run: str = "") -> Played:
    """Every step in order, each graded. `at`: when the first is said; `run` names this playing.

    A button is pressed only where it was shown, by its action or its label; else that step has
    failed, and those after it are played all the same.
    """
    name = conversation_name(conversation, run)
    turns: list[PlayedTurn] = []
    shown: tuple[Button, ...] = ()
    for number, step in enumerate(conversation.steps):
        action = _action(step, shown) if step.press else None
        if step.press and action is None:
            answer = Answered("", error=_not_shown(step.press, shown))
        else:
            message = Message(
                id=f"{name}:{number}", conversation=name, shopper=name, text=step.say,
                at=at + number * BETWEEN, action=action, channel=CHANNEL,
                language_hint=conversation.language or None,
                private=conversation.private, staffed=conversation.staffed,
            )  # fmt: skip
            began = time.perf_counter()
            reply = await _reply(desk, message)
            answer = answered(reply, 1000 * (time.perf_counter() - began))
            shown = (*answer.buttons, *shown)
        turns.append(PlayedTurn(step, answer, grades(step.expected, answer)))
    return Played(conversation, tuple(turns))


def conversation_name(conversation: Conversation, run: str) -> str:
    """What a playing of a conversation is called at its desk."""
    return f"{CHANNEL}:{run}:{conversation.id}"


async def _reply(desk: Desk, message: Message) -> Reply:
    async for piece in desk.stream(message):
        if isinstance(piece, Reply):
            return piece
    raise AssertionError("a desk ended without a reply")


def _action(step: Step, shown: Sequence[Button]) -> str | None:
    """The action of the newest button of that action or label; None where none was shown.

    A command of the app, such as the menu's why, is no button of an answer and always there.
    """
    for button in shown:
        if step.press in (button.action, button.label):
            return button.action
    wanted = plain(step.press)
    near = (button.action for button in shown if plain(button.label) == wanted)
    return next(near, step.press if step.press.startswith(ALWAYS_THERE) else None)


def _not_shown(pressed: str, shown: Sequence[Button]) -> str:
    known = ", ".join(dict.fromkeys(repr(button.label) for button in shown)) or "none"
    return f"no button {pressed!r} was shown; shown were: {known}"
