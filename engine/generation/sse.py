"""Server-sent events of a completion server: bytes in, pieces of text out."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from math import isfinite
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


@dataclass(frozen=True, slots=True)
class Written:
    """What one event says. `last`: no more text follows; `log_probs`: of its tokens, if told."""

    text: str
    last: bool
    model: str
    log_probs: tuple[float, ...] = ()


def read_event(data: str) -> Written:
    """An event as read.

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
        told = _log_probs(choice.get("logprobs"))
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
        raise GeneratorError(
            f"not a piece of a completion: {data[:_SHOWN]!r}",
            mend="GENERATOR_URL must be an OpenAI-compatible server with /v1/completions.",
        ) from error
    return Written(text, last, str(event.get("model") or ""), told)


def _log_probs(told: Any) -> tuple[float, ...]:
    """As OpenAI's completions tell them, or as llama-server does, in the manner of chats.

    None where they are told in another way: the words count all the same.
    """
    try:
        plain = told.get("token_logprobs")
        found = plain or [token["logprob"] for token in told.get("content") or ()]
        known = tuple(float(one) for one in found if one is not None)
    except (AttributeError, TypeError, LookupError, ValueError):
        return ()
    return known if all(map(isfinite, known)) else ()


def error_text(body: Any) -> str:
    """What an error body says, short and on one line, whatever its shape."""
    error = body.get("error", body) if isinstance(body, dict) else body
    said = error.get("message", error) if isinstance(error, dict) else error
    return " ".join(str(said).split())[:_SHOWN]
