"""The generator at a URL: any server that speaks OpenAI's streamed completions."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import aclosing

import httpx

from engine.errors import GeneratorError, SettingsError
from engine.generation.breaker import Breaker
from engine.generation.generator import Piece
from engine.generation.http_status import MENDS, RefusedError, TryAgainError, refuse_errors
from engine.generation.prompts import STOP, render
from engine.generation.sse import DONE, events, read_event
from engine.types import Prompt

TRIES = 3
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 2.0
CONNECT_S = 5.0
KEPT_OPEN = 64
"""Idle connections kept for the next requests."""
BYTES_A_TOKEN = 3
"""A careful guess for fitting prompts, as the server's tokenizer is not here."""
_MEND = "see that the server runs and that GENERATOR_URL is right."

SILENT_S = 600.0
"""How long a server that refused to tell how sure the model is is not asked for it."""
log = logging.getLogger(__name__)

Pieces = queue.SimpleQueue[Piece | None]


class HttpGenerator:
    """Greedy text from a completion server, many requests at once.

    Requests run on one event loop of its own thread: only so can a whole request, a hanging
    connect included, be cut off at its deadline or by another thread.
    """

    def __init__(
        self, url: str, model: str = "", *, key: str | None = None, breaker: Breaker | None = None
    ) -> None:
        """Open no connection yet. Raises SettingsError where the URL holds a secret."""
        self._url = _completions(url)
        self._model = model
        self._name = model
        self._key = key
        self._breaker = breaker or Breaker()
        self._silent_until = 0.0
        """When a server that would not tell how sure the model is will be asked again."""
        self._known: dict[str, Future[None]] = {}
        self._closing = False
        self._client = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=httpx.Timeout(None, connect=CONNECT_S),
            # The server queues; a pool of 100, the library's own, would make the rest wait here.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=KEPT_OPEN),
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="http", daemon=True)
        self._thread.start()

    @property
    def name(self) -> str:
        """The model's name, for receipts; as the server gives it where no setting does."""
        return self._name or self._url.host

    @property
    def trouble(self) -> str:
        """What is wrong with the server; "" where nothing is known to be."""
        return f"{self._url.host} failed several times in a row" if self._breaker.is_open else ""

    def stream(
        self, prompt: Prompt, *, request_id: str, deadline_s: float, max_tokens: int
    ) -> Iterator[Piece]:
        """See Generator."""
        if self._closing:
            raise GeneratorError("the generator is closed")
        if not self._breaker.may_enter():
            raise self._error("the server failed several times in a row; not asked now")
        pieces: Pieces = queue.SimpleQueue()
        work = self._within(deadline_s, self._asked(prompt, max_tokens), pieces)
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        future.add_done_callback(lambda _: pieces.put(None))
        self._known[request_id] = future
        try:
            while (piece := pieces.get()) is not None:
                yield piece
            self._ended(future)
        finally:
            if future.cancel():
                self._breaker.left()
            self._known.pop(request_id, None)

    def cancel(self, request_id: str) -> None:
        """See Generator."""
        if future := self._known.get(request_id):
            future.cancel()

    def close(self) -> None:
        """See Generator."""
        if self._closing:
            return
        self._closing = True
        asyncio.run_coroutine_threadsafe(self._wind_up(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _wind_up(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._client.aclose()
        # Streams left half way are closed here, not when the loop is gone.
        await asyncio.get_running_loop().shutdown_asyncgens()

    def _ended(self, future: Future[None]) -> None:
        """Tell the breaker how it went. Raises GeneratorError."""
        try:
            future.result()
        except CancelledError:
            self._breaker.left()
            if self._closing:
                raise GeneratorError("the generator is closed") from None
        except RefusedError:
            self._breaker.succeeded()
            raise
        except GeneratorError:
            self._breaker.failed()
            raise
        else:
            self._breaker.succeeded()

    def _asked(self, prompt: Prompt, max_tokens: int) -> dict[str, object]:
        asked: dict[str, object] = {
            "prompt": render(prompt, count=lambda text: len(text.encode()) // BYTES_A_TOKEN),
            "max_tokens": max_tokens,
            "temperature": 0,
            "stop": [STOP],
            "stream": True,
        }
        return {"model": self._model, **asked} if self._model else asked

    async def _within(self, deadline_s: float, asked: dict[str, object], pieces: Pieces) -> None:
        try:
            async with asyncio.timeout(deadline_s):
                await self._tried(asked, pieces)
        except TimeoutError:
            raise self._error("the deadline passed") from None
        except GeneratorError as error:
            raise type(error)(
                self._without_key(error.what), where=str(self._url), mend=error.mend or _MEND
            ) from None

    async def _tried(self, asked: dict[str, object], pieces: Pieces) -> None:
        """Ask until the first piece, `TRIES` times at most. Raises GeneratorError."""
        for number in range(1, TRIES + 1):
            try:
                await self._worded(asked, pieces)
                return
            except TryAgainError as error:
                if number == TRIES:
                    raise GeneratorError(
                        f"{error}, {TRIES} times", mend=MENDS.get(error.status, "")
                    ) from None
                pause = max(FIRST_PAUSE_S * 2 ** (number - 1), error.pause_s)
                await asyncio.sleep(min(pause, LONGEST_PAUSE_S))

    async def _worded(self, asked: dict[str, object], pieces: Pieces) -> None:
        """One try, with how sure the model is of each token where the server will tell."""
        silent = time.monotonic() < self._silent_until
        try:
            await self._once(asked if silent else {**asked, "logprobs": 1}, pieces)
        except RefusedError:
            if silent:
                raise
            # Some servers refuse what they do not know; an answer matters more.
            await self._once(asked, pieces)
            log.warning("%s does not tell how sure the model is: no doubt is known", self._url.host)
            self._silent_until = time.monotonic() + SILENT_S

    async def _once(self, asked: dict[str, object], pieces: Pieces) -> None:
        begun = False
        try:
            async with self._client.stream("POST", self._url, json=asked) as response:
                await refuse_errors(response)
                async with aclosing(self._texts(response)) as texts:
                    async for text in texts:
                        begun = True
                        pieces.put(text)
        except httpx.HTTPError as error:
            what = f"the server {_fault(error)} ({type(error).__name__})"
            if begun:
                raise GeneratorError(what) from None
            raise TryAgainError(what) from None

    async def _texts(self, response: httpx.Response) -> AsyncGenerator[Piece]:
        """Pieces up to the line's end, none empty, the first without leading space."""
        started = ended = False
        held: list[float] = []
        async with aclosing(events(response.aiter_bytes())) as data_of:
            async for data in data_of:
                if data == DONE:
                    return
                event = read_event(data)
                self._name = self._name or event.model
                held += event.log_probs
                text, stop, _ = event.text.partition(STOP)
                text = text if started else text.lstrip()
                if text:
                    started = True
                    yield Piece(text, held)
                    held = []
                if stop:
                    return
                ended = ended or event.last
        if not ended:
            kind = response.headers.get("content-type", "nothing")
            raise GeneratorError(
                "the answer was cut off" if started else f"no streamed answer came, but {kind}"
            )

    def _error(self, what: str) -> GeneratorError:
        return GeneratorError(what, where=str(self._url), mend=_MEND)

    def _without_key(self, text: str) -> str:
        return text.replace(self._key, "***") if self._key else text


def _completions(url: str) -> httpx.URL:
    """The address to post to, of a server's URL with or without /v1."""
    try:
        given = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise SettingsError(
            f"not an address ({error})", where="GENERATOR_URL", mend="give http://HOST:PORT."
        ) from None
    if given.userinfo or given.query:
        raise SettingsError(
            "a user, password or query in the address",
            where="GENERATOR_URL",
            mend="give the address alone; the key goes into GENERATOR_KEY.",
        )
    path = given.path.rstrip("/").removesuffix("/v1")
    return given.copy_with(path=f"{path}/v1/completions")


def _fault(error: httpx.HTTPError) -> str:
    """What a failed exchange means, without the library's own words (they may hold the URL)."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return "cannot be reached"
    return "broke the connection off"
