"""What the emulated Bot API refuses, in the shape of its own error answers."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A refusal: HTTP `code`, `description`, and optional response `parameters`."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def as_json(self) -> dict[str, Any]:
        """The body Telegram sends for this refusal."""
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.parameters:
            body["parameters"] = dict(self.parameters)
        return body


def bad_request(detail: str) -> ApiError:
    """A 400 with Telegram's prefix."""
    return ApiError(400, f"Bad Request: {detail}")


def too_many_requests(retry_after_s: int) -> ApiError:
    """A 429 that asks to wait `retry_after_s` seconds."""
    return ApiError(
        429, f"Too Many Requests: retry after {retry_after_s}", retry_after=retry_after_s
    )


class EmulatorMisuseError(Exception):
    """A test asked the user's side for something no Telegram client could do."""
