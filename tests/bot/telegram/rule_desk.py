"""A desk that answers by plain rules, for tests of everything around it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from decimal import Decimal

from engine.types import (
    Band,
    Button,
    Citation,
    Delta,
    HandoffReason,
    Message,
    Money,
    ProductCard,
    Reply,
    Route,
)

TURN = "00112233445566aa"
SENTENCES = ("Shipping within the Netherlands costs 4.95 euro.", "Above 60 euro it is free.")


def card(name: str, image: str = "images/lamp.png") -> ProductCard:
    """A product as the engine shows it."""
    return ProductCard(
        sku="JJ-1",
        name=name,
        price=Money(Decimal("49.00"), "EUR"),
        in_stock=True,
        url="https://juniper-jade.example/p/lamp",
        image=image,
        caption=f"{name}, 49.00 EUR",
        reason="Popular with our shoppers",
        buttons=(
            Button("Tell me more", "details:lamp"),
            Button("Similar ones", "similar:lamp"),
            Button("Not for me", "dislike:lamp"),
        ),
    )


def reply(text: str, route: Route = Route.FAQ, language: str = "en", **more: object) -> Reply:
    """A reply of the certain band."""
    made = Reply(text, route, Band.CERTAIN if route is Route.FAQ else None, 1.0, language)
    from dataclasses import replace

    return replace(made, turn=TURN, **more)  # type: ignore[arg-type]


@dataclass
class RuleDesk:
    """Answers "echo" to everything else; `seen` keeps what arrived, in order."""

    seen: list[Message] = field(default_factory=list)
    slow: dict[str, float] = field(default_factory=dict)
    """Seconds an answer takes, by a word in the question."""
    failing: int = 0
    """How many answers raise yet, for a question with "crash" in it."""
    hurried: list[str] = field(default_factory=list)
    running: int = 0
    most_running: int = 0

    async def stream(self, message: Message) -> AsyncIterator[Delta | Reply]:
        """Sentences, then the reply."""
        self.seen.append(message)
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            for word, seconds in self.slow.items():
                if word in message.text:
                    await asyncio.sleep(seconds)
            if "crash" in message.text and self.failing:
                self.failing -= 1
                raise ValueError(f"cannot answer {message.text}")
            if "stream" in message.text:
                for sentence in SENTENCES:
                    yield Delta(sentence)
                    await asyncio.sleep(1.3)
            yield self.answer(message)
        finally:
            self.running -= 1

    async def hurry(self, message_id: str) -> None:
        """Keep the id."""
        self.hurried.append(message_id)

    def answer(self, message: Message) -> Reply:
        """The reply these rules give."""
        if message.action:
            return self._pressed(message.action)
        words = message.text
        if "lamps" in words:
            cards = (card("Nordic desk lamp"), card("Harbour lamp"))
            return reply("Two lamps for you:", Route.RECOMMEND, products=cards)
        if "unsure" in words:
            near = (
                Button("How long?", "entry:delivery"),
                Button("Costs", "entry:cost"),
            )
            return reply("Is it one of these?", Route.UNKNOWN, buttons=near)
        if "long" in words:
            return reply("😀 A sentence that is said many times over. " * 250)
        if "source" in words:
            return reply("4.95 euro.", citations=(Citation("entry:shipping", "Shipping"),))
        if "taste" in words:
            forget = (Button("Forget: Lamp", "forget:lamp"), Button("Forget all of it", "forget:"))
            return reply("You looked at: Lamp", Route.SMALLTALK, buttons=forget)
        if "person" in words:
            return reply("A colleague answers.", Route.HANDOFF, handoff=HandoffReason.ASKED)
        if "stream" in words:
            return reply(" ".join(SENTENCES))
        return reply(f"echo {words}")

    def _pressed(self, action: str) -> Reply:
        kind, _, value = action.partition(":")
        if kind == "human":
            return reply("A colleague answers.", Route.HANDOFF, handoff=HandoffReason.ASKED)
        if kind == "language":
            said = {"en": "English it is.", "zh": "好的，说中文。"}[value]
            return reply(said, Route.SMALLTALK, value)
        return reply(f"pressed {action}", Route.SMALLTALK)
