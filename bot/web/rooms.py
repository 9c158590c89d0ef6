"""All rooms of this process: opened at the first page of a session, kept a while after the last."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.web import limits
from bot.web.connection import Connection
from bot.web.room import House, Room


class Rooms:
    """Finds a session's room and bounds how many pages are open."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._rooms: dict[str, Room] = {}
        self._sockets = 0

    def full(self, session: str) -> bool:
        """Whether this session, or all together, have as many pages open as they may."""
        room = self._rooms.get(session)
        if room is None and len(self._rooms) >= limits.MAX_ROOMS:
            return True
        of_session = len(room.connections) if room else 0
        return self._sockets >= limits.MAX_SOCKETS or of_session >= limits.MAX_SOCKETS_PER_SESSION

    @asynccontextmanager
    async def enter(self, session: str, connection: Connection) -> AsyncIterator[Room]:
        """The session's room while this page is open."""
        room = self._rooms.get(session)
        if room is None:
            room = self._rooms[session] = Room(f"web:{session}", self._house)
        room.connections.add(connection)
        self._sockets += 1
        try:
            yield room
        finally:
            room.connections.discard(connection)
            self._sockets -= 1
            asyncio.get_running_loop().call_later(limits.ROOM_KEPT_S, self._drop, session)

    def _drop(self, session: str) -> None:
        room = self._rooms.get(session)
        if room is not None and room.idle:
            del self._rooms[session]
            room.stop()

    async def close(self) -> None:
        """Stop every turn and send every page away."""
        rooms, self._rooms = list(self._rooms.values()), {}
        await asyncio.gather(*(room.close() for room in rooms))
