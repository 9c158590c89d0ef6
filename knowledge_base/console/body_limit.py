"""Bounds what a browser may send, before anything reads it."""

from __future__ import annotations

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_FORM_BYTES = 4 * 1024 * 1024
MAX_UPLOAD_BYTES = 66 * 1024 * 1024
UPLOAD = "/imports/upload"


class TooLargeError(Exception):
    """More came than may."""


class BodyLimit:
    """ASGI middleware: 413 where a body is over its bound, told by its length or while it comes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The wrapped app, or a refusal."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = MAX_UPLOAD_BYTES if scope["path"] == UPLOAD else MAX_FORM_BYTES
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if length.isdigit() and int(length) > most:
            await _refused(most)(scope, receive, send)
            return
        came, begun = 0, False

        async def receive_bounded() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > most:
                raise TooLargeError
            return message

        async def send_unless_over(message: Message) -> None:
            nonlocal begun
            if came > most and not begun:
                # Who reads forms makes a complaint of their own of it, of another status.
                raise TooLargeError
            begun = True
            await send(message)

        try:
            await self._app(scope, receive_bounded, send_unless_over)
        except TooLargeError:
            if not begun:
                await _refused(most)(scope, receive, send)


def _refused(most: int) -> PlainTextResponse:
    return PlainTextResponse(f"Too large: at most {most // 1024 // 1024} MiB.\n", 413)
