"""Many streams at once to a server: none waits in a pool of ours."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

from engine.generation.http import HttpGenerator
from tests.engine.generation.http_overhead import DONE, EVENT, HEAD, PROMPT

STREAMS = 160


class Meeting:
    """A server that answers nobody before `STREAMS` connections are open at once."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._open = 0
        self._all_here = asyncio.Event()
        self._server = self._loop.run_until_complete(
            asyncio.start_server(self._answer, "127.0.0.1", 0, backlog=2 * STREAMS)
        )
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self._open += 1
        if self._open == STREAMS:
            self._all_here.set()
        await self._all_here.wait()
        writer.write(HEAD + EVENT + DONE + b"\n\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    def close(self) -> None:
        """End the server and its thread."""
        asyncio.run_coroutine_threadsafe(self._wind_up(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _wind_up(self) -> None:
        self._server.close()
        await self._server.wait_closed()


def test_every_stream_reaches_the_server_however_many_there_are() -> None:
    server = Meeting()
    generator = HttpGenerator(f"http://127.0.0.1:{server.port}")

    def one(number: int) -> str:
        pieces = generator.stream(PROMPT, request_id=str(number), deadline_s=30, max_tokens=4)
        return "".join(pieces)

    with ThreadPoolExecutor(STREAMS) as pool:
        answers = list(pool.map(one, range(STREAMS)))
    generator.close()
    server.close()
    assert answers == ["word"] * STREAMS
