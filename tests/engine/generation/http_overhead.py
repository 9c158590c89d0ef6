"""What the HTTP generator costs over a bare client, 256 streams at a fixed rate. A command:

    python -m tests.engine.generation.http_overhead [--streams 256] [--rate 20] [--tokens 40]
        [--spread 2]

A server in a process of its own sends every stream `rate` events a second. The bare client only
looks for the end of each stream; ours parses, checks and hands every piece to a waiting thread.
Streams begin all at once, or evenly within `spread` seconds, as shoppers write.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import socket
import threading
import time
from collections.abc import Callable, Sequence
from statistics import fmean

from engine.evaluation.measures import percentiles
from engine.generation.http import HttpGenerator
from engine.types import Passage, Prompt, Route, SourceKind

DONE = b"data: [DONE]"
PASSAGE = Passage("entry:1", SourceKind.ENTRY, "Returns", "You have 30 days.", "en")
PROMPT = Prompt(Route.FAQ, "en", "How long may I wait?", (PASSAGE,))
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
EVENT = b"data: " + json.dumps({"choices": [{"text": " word"}]}).encode() + b"\n\n"


def serve(listening: socket.socket, rate: float, tokens: int) -> None:
    """Answer every connection with `tokens` events, `rate` of them a second."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        sizes = [h for h in head.lower().split(b"\r\n") if h.startswith(b"content-length:")]
        await reader.readexactly(int(sizes[0].split(b":")[1]))
        writer.write(HEAD)
        began = asyncio.get_running_loop().time()
        for number in range(1, tokens + 1):
            await asyncio.sleep(began + number / rate - asyncio.get_running_loop().time())
            writer.write(EVENT)
        writer.write(DONE + b"\n\n")
        await writer.drain()
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(answer, sock=listening)
        await server.serve_forever()

    asyncio.run(run())


def bare(port: int, streams: int, spread: float) -> list[float]:
    """Seconds of every request by a client that does nothing with what comes."""
    body = json.dumps({"prompt": "x" * 400, "stream": True}).encode()
    asked = (
        b"POST /v1/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        b"content-length: %d\r\n\r\n%s" % (len(body), body)
    )

    async def one(number: int) -> float:
        await asyncio.sleep(spread * number / streams)
        began = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(asked)
        await reader.readuntil(DONE)
        writer.close()
        return time.perf_counter() - began

    async def run() -> list[float]:
        return await asyncio.gather(*map(one, range(streams)))

    return asyncio.run(run())


def ours(port: int, streams: int, tokens: int, spread: float) -> list[float]:
    """Seconds of every request by the HTTP generator, each asked by a thread of its own."""
    generator = HttpGenerator(f"http://127.0.0.1:{port}")
    seconds = [0.0] * streams

    def one(number: int) -> None:
        began = time.perf_counter()
        pieces = list(
            generator.stream(PROMPT, request_id=str(number), deadline_s=120, max_tokens=tokens)
        )
        seconds[number] = time.perf_counter() - began
        assert len(pieces) == tokens

    threads = [threading.Thread(target=one, args=(number,)) for number in range(streams)]
    for thread in threads:
        thread.start()
        time.sleep(spread / streams)
    for thread in threads:
        thread.join()
    generator.close()
    return seconds


def figures(seconds: Sequence[float], wall: float, tokens: int) -> dict[str, object]:
    """Throughput, and how long a request took."""
    return {
        "tokens_a_second": round(len(seconds) * tokens / wall, 1),
        "request_ms": percentiles(list(seconds)),
        "mean_ms": round(1000 * fmean(seconds), 1),
    }


def timed(run: Callable[[], list[float]], tokens: int) -> dict[str, object]:
    """One contestant's figures."""
    began = time.perf_counter()
    seconds = run()
    return figures(seconds, time.perf_counter() - began, tokens)


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=256)
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--tokens", type=int, default=40)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--spread", type=float, default=0.0)
    given = parser.parse_args()
    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    port = listening.getsockname()[1]
    server = multiprocessing.get_context("spawn").Process(
        target=serve, args=(listening, given.rate, given.tokens), daemon=True
    )
    server.start()
    for number in range(given.repeat):
        found = {
            "round": number,
            "bare": timed(lambda: bare(port, given.streams, given.spread), given.tokens),
            "ours": timed(
                lambda: ours(port, given.streams, given.tokens, given.spread), given.tokens
            ),
        }
        print(json.dumps(found))
    server.terminate()


if __name__ == "__main__":
    main()
