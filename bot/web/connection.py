"""One open websocket: frames in by turn, frames out through a bounded queue."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

MAX_UNSENT = 200
POLICY_VIOLATION = 1008


class Connection:
    """Sends without ever making the sender wait; one that reads too slowly is closed."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._unsent: asyncio.Queue[dict[str, Any]] = asyncio.Queue(MAX_UNSENT)
        self._closing = asyncio.Event()
        self.strikes = 0

    def post(self, frame: dict[str, Any]) -> None:
        """Queue one frame."""
        try:
            self._unsent.put_nowait(frame)
        except asyncio.QueueFull:
            self.close()

    def close(self) -> None:
        """Ask for the end; frames not yet sent are dropped."""
        self._closing.set()

    async def frames(self) -> AsyncIterator[str]:
        """Each text frame, until either side is done."""
        writer = asyncio.create_task(self._write())
        closing = asyncio.create_task(self._closing.wait())
        reading: asyncio.Task[str] | None = None
        try:
            while True:
                reading = asyncio.create_task(self._read())
                await asyncio.wait({reading, closing, writer}, return_when="FIRST_COMPLETED")
                if not reading.done():
                    return
                yield reading.result()
        except WebSocketDisconnect:
            return
        finally:
            await _cancel(*filter(None, (writer, closing, reading)))
            if self._closing.is_set():
                await self._end()

    async def _read(self) -> str:
        frame = await self._socket.receive()
        if frame["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(frame.get("code", 1000))
        return frame.get("text") or ""

    async def _write(self) -> None:
        while True:
            frame = await self._unsent.get()
            try:
                await self._socket.send_text(json.dumps(frame, ensure_ascii=False))
            except (WebSocketDisconnect, WebSocketDisconnected):
                return

    async def _end(self) -> None:
        try:
            await self._socket.close(POLICY_VIOLATION)
        except (WebSocketDisconnect, RuntimeError):
            return


async def _cancel(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
