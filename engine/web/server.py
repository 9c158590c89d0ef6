"""Serves a page until told to stop."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from engine.errors import SettingsError

GRACE_S = 5


class Server(uvicorn.Server):
    """uvicorn, but a signal ends it as a success instead of being raised again."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT stop the server while it serves."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)


def listen(host: str, port: int, setting: str = "WEB") -> socket.socket:
    """A socket that listens at host:port; port 0 takes a free one.

    `setting`: which of WEB_ and CONSOLE_ settings names them.

    Raises SettingsError where the port is in use or the address is not this machine's.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SettingsError(
                f"port {port} is in use",
                where=f"{host}:{port}",
                mend=f"stop the other program there, or set {setting}_PORT to a free port.",
            ) from None
        raise SettingsError(
            f"cannot listen here ({error.strerror or error})",
            where=f"{host}:{port}",
            mend=f"set {setting}_HOST to an address of this machine, and {setting}_PORT to a port "
            "above 1023.",
        ) from None


def server(app: ASGIApp, *, frame_bytes: int = 0) -> Server:
    """A server for `app`, not yet started. `frame_bytes`: the largest of a websocket; 0: none."""
    return Server(
        uvicorn.Config(
            app,
            ws="websockets-sansio" if frame_bytes else "none",
            ws_max_size=frame_bytes,
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_S,
        )
    )
