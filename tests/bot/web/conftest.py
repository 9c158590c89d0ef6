"""The real app on a real port, in front of a scripted desk."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from bot.web.app import build_app
from bot.web.limits import MAX_FRAME_BYTES
from engine.settings import Settings
from engine.web.server import listen, server
from knowledge_base.store import DEMO_SHOP
from tests.bot.web.scripted_desk import ScriptedDesk

if TYPE_CHECKING:
    from playwright.async_api import Browser


@dataclass
class Page:
    """A served chat page."""

    port: int
    desk: ScriptedDesk
    home: Path
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def cookie(self) -> str:
        """A new session, as a Cookie header."""
        async with httpx.AsyncClient() as client:
            answer = await client.post(f"{self.address}/session", headers={"origin": self.address})
        assert answer.status_code == 204
        return answer.headers["set-cookie"].split(";")[0]

    @asynccontextmanager
    async def chat(
        self, cookie: str | None = None, *, host: str = "", origin: str = ""
    ) -> AsyncIterator[Chat]:
        """An open websocket, as the page opens it; `host` stands in its Host header."""
        async with connect(
            f"ws://{host or f'127.0.0.1:{self.port}'}/ws",
            host="127.0.0.1",
            port=self.port,
            origin=Origin(origin or self.address),
            additional_headers={"cookie": cookie or await self.cookie()},
        ) as socket:
            yield Chat(socket)


@dataclass
class Chat:
    """One websocket of the page, speaking its JSON."""

    socket: ClientConnection

    async def send(self, **frame: Any) -> None:
        await self.socket.send(json.dumps(frame))

    async def next(self, *types: str) -> dict[str, Any]:
        """The next frame of one of these types, within five seconds."""
        async with asyncio.timeout(5):
            while True:
                frame: dict[str, Any] = json.loads(await self.socket.recv())
                if not types or frame["type"] in types:
                    return frame

    async def ask(self, text: str, **fields: Any) -> dict[str, Any]:
        """The reply to a text, or its error."""
        await self.send(type="text", text=text, **fields)
        return await self.next("reply", "error")

    async def press(self, action: str) -> dict[str, Any]:
        """The reply to a button, or its error."""
        await self.send(type="action", action=action)
        return await self.next("reply", "error")


def settings_for(home: Path, **environ: str) -> Settings:
    """Settings of a fresh shop with the demo shop's knowledge."""
    given = {"SHOPDESK_HOME": str(home), "SHOPDESK_KB": str(DEMO_SHOP), "SHOPDESK_RERANKER": "off",
             **environ}  # fmt: skip
    return Settings.load(given, home / "no.env")


@asynccontextmanager
async def served(
    home: Path, port: int = 0, desk: ScriptedDesk | None = None, **environ: str
) -> AsyncIterator[Page]:
    """The app on a real port until the block ends."""
    desk = desk or ScriptedDesk()
    app = build_app(settings_for(home, **environ), desk)
    listening = listen("127.0.0.1", port)
    serving = server(app, frame_bytes=MAX_FRAME_BYTES)
    running = asyncio.create_task(serving.serve(sockets=[listening]))
    while not serving.started:  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.01)
    try:
        yield Page(listening.getsockname()[1], desk, home)
    finally:
        serving.should_exit = True
        await running


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    """A served chat page."""
    async with served(tmp_path) as page:
        yield page


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A real Chromium."""
    from playwright.async_api import async_playwright

    from tests.bot.web.browsing import ARGUMENTS, CHROMIUM

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()
