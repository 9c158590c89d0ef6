"""What the bot did, as frozen rows a test can read, in process or over the control API."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from .text import Json


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the bot, in order `number`; times are unix seconds."""

    number: int
    method: str
    chat_id: int
    params: Json
    at: float
    result: Any = None
    code: int = 200
    description: str = ""
    dropped: bool = False
    """Carried out, but the answer never reached the bot."""

    @property
    def ok(self) -> bool:
        """Whether the server carried it out."""
        return self.code == 200

    @property
    def text(self) -> str:
        """The text or caption it asked to show."""
        return str(self.params.get("text") or self.params.get("caption") or "")

    @property
    def message_id(self) -> int:
        """The id of the message it sent or edited, 0 where none."""
        result = self.result[0] if isinstance(self.result, list) and self.result else self.result
        return int(result.get("message_id", 0)) if isinstance(result, dict) else 0

    @property
    def buttons(self) -> tuple[str, ...]:
        """The labels of its inline buttons, row by row."""
        return keyboard_labels(self.params.get("reply_markup"))

    def as_json(self) -> Json:
        """For the control API."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as a client of the chat shows it now."""

    message_id: int
    from_bot: bool
    text: str
    buttons: tuple[str, ...]
    thread_id: int = 0
    raw: Json = field(default_factory=dict)
    """The Message object."""

    @classmethod
    def of(cls, message: Json) -> Shown:
        """From a Message object."""
        return cls(
            message_id=message["message_id"],
            from_bot=bool(message.get("from", {}).get("is_bot")),
            text=message.get("text") or message.get("caption") or "",
            buttons=keyboard_labels(message.get("reply_markup")),
            thread_id=message.get("message_thread_id", 0),
            raw=message,
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """An independent judge's objection to a call, an answer or an update."""

    judge: str
    subject: str
    problem: str


def keyboard_labels(markup: Any) -> tuple[str, ...]:
    """The labels of an inline keyboard, row by row."""
    rows = markup.get("inline_keyboard", []) if isinstance(markup, dict) else []
    return tuple(button.get("text", "") for row in rows for button in row)
