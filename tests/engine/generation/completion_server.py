"""A real completion server on loopback: OpenAI's streamed protocol over a tiny model."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from engine.generation.local import BOS, LocalGenerator
from engine.generation.scheduler import Request as TokenRequest

FAULTS = {
    "garbage": b"data: {not json\n\n",
    "no completion": b'data: ["what"]\n\n',
    "error event": b'data: {"error": {"message": "out of memory"}}\n\n',
    "no end": b"x" * (2 << 20),
    "nothing": b": hello\n\n",
    "comments": b": ping\r\n\r\nevent: token\r\nretry: 5\r\nid 1\r\n",
}


@dataclass
class CompletionServer:
    """Serves `model`; `faults` are taken by one request each, first come first served."""

    model: LocalGenerator
    faults: deque[str | int] = field(default_factory=deque)
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    streaming: int = 0
    tells_sureness: bool = True
    url: str = ""

    def app(self) -> Starlette:
        """The server's one route."""
        return Starlette(routes=[Route("/v1/completions", self.complete, methods=["POST"])])

    async def complete(self, request: Request) -> Response:
        """One request: a fault if one is due, else the model's text."""
        asked = await request.json()
        self.requests.append(asked)
        self.keys.append(request.headers.get("authorization", ""))
        if "logprobs" in asked and not self.tells_sureness:
            return JSONResponse({"error": {"message": "unknown field logprobs"}}, 422)
        fault = self.faults.popleft() if self.faults else ""
        if isinstance(fault, int):
            said = {"error": {"message": f"no, not with {self.keys[-1]}"}}
            return JSONResponse(said, fault, headers={"retry-after": "0.01"})
        if fault == "plain":
            return JSONResponse({"choices": [{"text": "at once", "finish_reason": "stop"}]})
        if fault == "hang":
            await asyncio.sleep(60)
        return StreamingResponse(self._events(asked, fault), media_type="text/event-stream")

    async def _events(self, asked: dict[str, Any], fault: str) -> AsyncIterator[bytes]:
        self.streaming += 1
        try:
            yield FAULTS.get(fault, b"")
            if fault in FAULTS and fault != "comments":
                return
            written = 0
            async for event in self._written(asked):
                yield b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n"
                written += 1
                if written == 3 and fault == "cut":
                    raise ConnectionResetError("cut on purpose")
                if written == 3 and fault == "hang later":
                    await asyncio.sleep(60)
                if written == 3 and fault == "unfinished":
                    return
                if fault == "drip":
                    await asyncio.sleep(0.2)
            if fault != "no done":
                yield b"data: [DONE]\n\n"
        finally:
            self.streaming -= 1

    async def _written(self, asked: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        ids = self.model._tokenizer.encode(asked["prompt"], add_special_tokens=False).ids
        request = TokenRequest(
            str(len(self.requests)), [BOS, *ids], asked["max_tokens"], time.monotonic() + 60
        )
        choices = self.model._scheduler.submit(request)
        while (choice := await asyncio.to_thread(next, choices, None)) is not None:
            text = self.model._tokenizer.decode([choice.token])
            told = {"token_logprobs": [choice.log_prob]} if asked.get("logprobs") else None
            yield {
                "model": "tiny",
                "choices": [{"text": text, "finish_reason": None, "logprobs": told}],
            }
        self.model._scheduler.cancel(request.id)
        yield {"model": "tiny", "choices": [{"text": "", "finish_reason": "stop"}]}


@contextmanager
def serving(model: LocalGenerator, port: int = 0) -> Iterator[CompletionServer]:
    """The server, running on a thread of its own."""
    made = CompletionServer(model)
    listening = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(made.app(), log_level="critical", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    made.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    while not server.started:
        time.sleep(0.01)
    yield made
    server.should_exit = True
    thread.join()
    listening.close()
