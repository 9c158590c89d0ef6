"""Server-sent events of a completion server: bytes in, pieces of text out."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

from engine.errors import GeneratorError

DONE = "[DONE]"
LONGEST_LINE = 1 << 20
_SHOWN = 120


async def events(chunks: AsyncIterator[bytes]) -> AsyncGenerator[str]:
    """The data of each event. Comments and other fields are passed over.

    Lines end at CR, LF or both and nowhere else: a text may hold Unicode's own line ends.
    Raises GeneratorError for a line without end.
    """
    data: list[str] = []
    async for line in _lines(chunks):
        if not line:
            if data:
                yield "\n".join(data)
            data = []
        elif line.startswith(b"data:"):
            data.append(line[5:].removeprefix(b" ").decode("utf-8", "replace"))
    if data:
        yield "\n".join(data)


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    rest = b""
    async for chunk in chunks:
        *whole, rest = (rest + chunk).replace(b"\r\n", b"\n").split(b"\n")
        for line in whole:
            for part in line.rstrip(b"\r").split(b"\r"):
                yield part
        if len(rest) > LONGEST_LINE:
            raise GeneratorError("the server sends a line without end")
    if rest:
        yield rest.rstrip(b"\r")


def read_event(data: str) -> tuple[str, bool, str]:
    """An event's text, whether it is the last with text, and the model it names.

    Raises GeneratorError where it is not a piece of a completion, or the server's own error.
    """
    try:
        event: Any = json.loads(data)
        if event.get("error"):
            raise GeneratorError(f"the server broke off ({error_text(event)})")
        choice = (event.get("choices") or [{}])[0]
        text, last = choice.get("text") or "", bool(choice.get("finish_reason"))
        if not isinstance(text, str):
            raise TypeError
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
        raise GeneratorError(
            f"not a piece of a completion: {data[:_SHOWN]!r}",
            mend="GENERATOR_URL must be an OpenAI-compatible server with /v1/completions.",
        ) from error
    return text, last, str(event.get("model") or "")


def error_text(body: Any) -> str:
    """What an error body says, short and on one line, whatever its shape."""
    error = body.get("error", body) if isinstance(body, dict) else body
    said = error.get("message", error) if isinstance(error, dict) else error
    return " ".join(str(said).split())[:_SHOWN]
