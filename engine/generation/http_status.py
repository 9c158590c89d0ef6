"""What a completion server's status means: try again, refused, or broken."""

from __future__ import annotations

import json

import httpx

from engine.errors import GeneratorError
from engine.generation.sse import error_text

_WORTH_TRYING_AGAIN = (408, 429, 500, 502, 503, 504, 529)
_OF_THIS_REQUEST = (400, 413, 422)
_ERROR_BYTES = 4096
MENDS = {
    400: "see that the model's context is at least 2,048 tokens.",
    401: "check GENERATOR_KEY.",
    403: "check GENERATOR_KEY.",
    404: "check GENERATOR_URL (without /v1/completions) and GENERATOR_MODEL.",
    429: "the server is too busy: give it more replicas or a higher limit.",
}


class TryAgainError(Exception):
    """Nothing has come yet, and another try may go better."""

    def __init__(self, what: str, status: int = 0, pause_s: float = 0.0) -> None:
        super().__init__(what)
        self.status = status
        self.pause_s = pause_s


class RefusedError(GeneratorError):
    """The server is well but will not take this one request."""


async def refuse_errors(response: httpx.Response) -> None:
    """Raises TryAgainError, or GeneratorError for what another try would not mend."""
    status = response.status_code
    if status == httpx.codes.OK:
        return
    if status in _WORTH_TRYING_AGAIN:
        raise TryAgainError(f"the server answered {status}", status, _retry_after(response))
    body = b""
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > _ERROR_BYTES:
            break
    try:
        said = error_text(json.loads(body))
    except ValueError:
        said = error_text(body.decode("utf-8", "replace"))
    kind = RefusedError if status in _OF_THIS_REQUEST else GeneratorError
    raise kind(f"the server answered {status} ({said})", mend=MENDS.get(status, ""))


def _retry_after(response: httpx.Response) -> float:
    try:
        return max(0.0, float(response.headers.get("retry-after", "0")))
    except ValueError:
        return 0.0
