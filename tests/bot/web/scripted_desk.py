"""A desk whose answers stand in this file, for looking at the page that shows them."""

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

NASTY = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
TURN = "00112233445566aa"
BACKPACK = "canal-backpack"
SHIPPING = (
    "Shipping within the Netherlands costs 4.95 euro.",
    "Orders over 60 euro ship free.",
    "See https://juniper-jade.example/shipping for other countries.",
)
VERBATIM = "Within the Netherlands we charge 4.95 euro for a parcel. From 60 euro on it is free."


def card(
    id: str, name: str, price: str, *, in_stock: bool = True, reason: str = "", cause: str = ""
) -> ProductCard:
    """A product of the demo shop as a card with the usual buttons; `cause` can be forgotten."""
    forget = (Button("Forget this", f"forget:{cause}"),) if cause else ()
    return ProductCard(
        sku=f"JJ-{id}",
        name=name,
        price=Money(Decimal(price), "EUR"),
        in_stock=in_stock,
        url=f"https://juniper-jade.example/p/{id}",
        image=f"images/{id}.png",
        caption=f"{name}, {price} EUR",
        reason=reason,
        buttons=(
            Button("Tell me more", f"details:{id}"),
            Button("Similar ones", f"similar:{id}"),
            Button("Not for me", f"dislike:{id}"),
            *forget,
        ),
    )


LAMPS = (
    card(
        "nordic-desk-lamp",
        "Nordic desk lamp",
        "49.00",
        reason="Matches what you asked for: lamp, desk",
    ),
    card("harbour-desk-lamp", "Harbour desk lamp", "39.50", reason="Popular with our shoppers"),
    card("paper-globe-lamp", "Paper globe lamp with a rather long name", "28.00", in_stock=False),
)


@dataclass
class ScriptedDesk:
    """Answers by fixed rules; `gate` holds back "slow" ones, `seen` keeps what arrived."""

    seen: list[Message] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    hurried: list[str] = field(default_factory=list)
    running: int = 0
    most_running: int = 0
    pause_s: float = 0.0

    async def stream(self, message: Message) -> AsyncIterator[Delta | Reply]:
        """The answer that stands here for this message."""
        self.seen.append(message)
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            async for part in self._answer(message):
                yield part
        finally:
            self.running -= 1

    async def hurry(self, message_id: str) -> None:
        """Keep the id."""
        self.hurried.append(message_id)

    async def _answer(self, message: Message) -> AsyncIterator[Delta | Reply]:
        if message.action:
            yield pressed(message.action)
            return
        if "slow" in message.text:
            await self.gate.wait()
        if "break" in message.text:
            raise RuntimeError("the desk fell over")
        if "shipping" in message.text.lower():
            for sentence in SHIPPING:
                yield Delta(sentence)
                await asyncio.sleep(self.pause_s)
        if "rejected" in message.text:
            yield Delta("A parcel costs about five euro.")
        yield said(message.text)


def said(text: str) -> Reply:
    """The reply to a typed text."""
    lower = text.lower()
    if "shipping" in lower:
        cited = (Citation("entry:shipping-cost", "What shipping costs"),)
        return Reply(" ".join(SHIPPING), Route.FAQ, Band.LIKELY, 0.9, "en", cited, turn=TURN)
    if "lamp" in lower:
        return Reply(
            "Here is what I would suggest:",
            Route.RECOMMEND,
            None,
            0.8,
            "en",
            products=LAMPS,
            turn=TURN,
        )
    return said_otherwise(text, lower)


def said_otherwise(text: str, lower: str) -> Reply:
    """The reply to a hostile, replaced, unsure or Chinese text; else an echo."""
    if "nasty" in lower:
        nasty = card("nordic-desk-lamp", NASTY, "1.00", reason=NASTY)
        return Reply(
            f"{NASTY} javascript:alert(1)",
            Route.FAQ,
            None,
            0.5,
            "en",
            products=(nasty,),
            buttons=(Button(NASTY, "entry:nasty"),),
        )
    if "rejected" in lower:
        return Reply(VERBATIM, Route.FAQ, Band.CERTAIN, 0.95, "en")
    if "unsure" in lower:
        near = (
            Button("What shipping costs", "entry:shipping-cost"),
            Button("How long it takes", "entry:shipping-time"),
        )
        return Reply(
            "I am not quite sure what you mean. Is it one of these?",
            Route.FAQ,
            Band.UNSURE,
            0.4,
            "en",
            buttons=near,
        )
    if "运费" in text:
        cited = (Citation("entry:shipping-cost", "运费说明"),)
        answer = "荷兰境内运费 4.95 欧元，满 60 欧元免运费。"
        return Reply(answer, Route.FAQ, Band.CERTAIN, 0.97, "zh", cited, turn=TURN)
    return Reply(f"You said: {text}", Route.SMALLTALK, None, 1.0, "en")


def pressed(action: str) -> Reply:
    """The reply to a pressed button."""
    kind, _, argument = action.partition(":")
    if kind == "human":
        text = "I have passed this on to our team. They answer here, in this chat."
        return Reply(text, Route.HANDOFF, None, 1.0, "en", handoff=HandoffReason.ASKED)
    if kind == "language" and argument == "zh":
        return Reply("好的，接下来我用中文回复您。", Route.SMALLTALK, None, 1.0, "zh")
    if kind == "why":
        named = {"Nordic desk lamp": "nordic-desk-lamp", "Canal backpack": BACKPACK}
        told = "\n".join(("This is what I go by:", *(f"• looked at: {name}" for name in named)))
        one = [Button(f"Forget: {name}", f"forget:{id}") for name, id in named.items()]
        buttons = (*one, Button("Forget all of it", "forget:"))
        return Reply(told, Route.SMALLTALK, None, 1.0, "en", buttons=buttons)
    if kind == "forget" and argument:
        reason = "Because you looked at Canal backpack"
        tote = card("zip-tote-work", "Zip-top work tote", "59.00", reason=reason, cause=BACKPACK)
        return Reply("Forgotten.", Route.RECOMMEND, None, 1.0, "en", products=(tote,), turn=TURN)
    texts = {
        "source": f"{VERBATIM}\nLarge furniture costs 39 euro.",
        "rate_up": "Glad that helped, thank you!",
        "rate_down": "Thank you for telling me.",
        "details": "A jointed arm of ash wood holds a steel shade that tilts and turns by hand.",
        "dislike": "Noted, I will leave that one out.",
    }
    return Reply(texts.get(kind, f"You pressed {action}"), Route.FAQ, Band.CERTAIN, 1.0, "en")
