"""What the terminal chat shows: streamed text, product cards, numbered buttons."""

from __future__ import annotations

import re

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.cli.words import Words
from engine.types import Button, ProductCard, Reply

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
ENDS_WIDE = re.compile(r"[\s\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]$")
INDENT = 2


def clean(text: str) -> str:
    """The text without what could steer a terminal or turn its direction."""
    return CONTROL.sub("", text)


class Screen:
    """Writes one conversation to a console."""

    def __init__(self, console: Console, words: Words) -> None:
        self._console = console
        self.words = words
        self._streamed = ""

    def welcome(self, session: str) -> None:
        """The first line."""
        self._line(self.words.welcome.format(session=clean(session)), "dim")

    def help(self) -> None:
        """How the chat works."""
        self._line(self.words.help, "dim")

    def languages(self) -> None:
        """How to choose a language."""
        self._line(self.words.languages, "dim")

    def goodbye(self) -> None:
        """The last line."""
        self._line(self.words.goodbye, "dim")

    def file(self, content: str) -> None:
        """A file that goes with an answer, as it is."""
        self._console.print(content, markup=False, highlight=False, soft_wrap=True)

    def pressed(self, button: Button) -> None:
        """Which button a number was."""
        self._line(f"→ {clean(button.label)}", "dim")

    def delta(self, text: str) -> None:
        """One more sentence of an answer, at once."""
        gap = " " if self._streamed and not ENDS_WIDE.search(self._streamed) else ""
        more = f"{gap}{clean(text)}"
        self._streamed += more
        self._console.print(Text(more), end="", soft_wrap=True)

    def reply(self, reply: Reply) -> tuple[Button, ...]:
        """The whole answer, whatever of it was streamed; its buttons in the order of numbers."""
        self._text(clean(reply.text))
        for citation in reply.citations:
            self._line(f"{self.words.source}: {clean(citation.title)}", "dim italic")
        numbered: list[Button] = []
        for card in reply.products:
            self._card(card, len(numbered) + 1)
            numbered += card.buttons
        self._buttons(reply.buttons, len(numbered) + 1)
        return (*numbered, *reply.buttons)

    def _text(self, text: str) -> None:
        streamed, self._streamed = self._streamed, ""
        if not streamed:
            self._line(text, "bold")
        elif text.startswith(streamed):
            self._line(text[len(streamed) :])
        else:
            # What was streamed has been replaced, so all of the answer is shown anew.
            self._line("")
            self._line(text, "bold")

    def _card(self, card: ProductCard, first: int) -> None:
        words = self.words
        stock = (words.in_stock, "green") if card.in_stock else (words.out_of_stock, "yellow")
        price = f"{card.price.amount} {card.price.currency}"
        head = Text.assemble((clean(card.name), "bold cyan"), "  ", (price, "bold"), "  ", stock)
        lines = [head]
        if card.reason:
            lines.append(Text(clean(card.reason), "dim"))
        if card.url.startswith(("https://", "http://")):
            lines.append(Text(clean(card.url), "blue underline"))
        lines.append(self._numbered(card.buttons, first))
        self._block(Text("\n").join(line for line in lines if line))

    def _buttons(self, buttons: tuple[Button, ...], first: int) -> None:
        if buttons:
            self._block(self._numbered(buttons, first))

    def _numbered(self, buttons: tuple[Button, ...], first: int) -> Text:
        parts = [
            Text.assemble((f"[{number}]", "magenta"), f" {clean(button.label)}")
            for number, button in enumerate(buttons, first)
        ]
        row = Text("   ").join(parts)
        # A label broken at the edge is hard to tell from the next one.
        wide = row.cell_len > self._console.width - INDENT
        return Text("\n").join(parts) if wide else row

    def _block(self, text: Text) -> None:
        self._console.print(Padding(text, (0, 0, 0, INDENT)))

    def _line(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style), soft_wrap=True)
