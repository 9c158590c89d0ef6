"""The real console on a real port, over a shop of its own; people sign in by its own forms."""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from engine.operators import Role
from engine.settings import Settings
from engine.sign_in_links import SETUP_TTL_S, make_link
from engine.web.server import listen, server
from knowledge_base.console.app import build_console
from knowledge_base.console.house import House, open_house
from knowledge_base.store import DEMO_SHOP
from tests.bot.web.scripted_desk import ScriptedDesk

if TYPE_CHECKING:
    from playwright.async_api import Browser

T0 = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
PASSWORD = "a long enough word"
ENTRIES = ("shipping-cost", "shipping-time", "gift-wrap")
CSRF = re.compile(r'name="csrf" value="([^"]+)"')
NO_COMMAND = (sys.executable, "-c", "raise SystemExit(2)")
PIECE = {"hx-request": "true"}
"""What the page's own script says when it asks for a piece of a page."""
ClientOf = Callable[[str], Awaitable[httpx.AsyncClient]]


@dataclass
class Clock:
    """A clock that stands still until a test moves it."""

    now: datetime = T0

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Console:
    """A served console; its first admin is "admin", others are named by their role."""

    port: int
    house: House
    clock: Clock
    admin: dict[str, str] = field(default_factory=dict)
    """The first admin's cookies, once there is one."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def home(self) -> Path:
        return self.house.settings.home

    @property
    def folder(self) -> Path:
        return self.house.folder

    def stranger(self, **headers: str) -> httpx.AsyncClient:
        """A browser nobody is signed in at."""
        return httpx.AsyncClient(
            base_url=self.address, headers={"origin": self.address, **headers}, timeout=30
        )

    async def sign_in(self, client: httpx.AsyncClient, role: str) -> None:
        """The first admin by the set-up link, all others by a link as the bot sends it."""
        if not self.admin:
            await self.set_up()
        if role == "admin":
            client.cookies.update(self.admin)
            return
        telegram = 1000 + list(Role).index(Role(role))
        if self.house.people.find(role) is None:
            async with self.stranger() as admin:
                admin.cookies.update(self.admin)
                answer = await post(admin, "/people", name=role, role=role, telegram=str(telegram))
                assert answer.status_code == 303, answer.text
        token = make_link(self.house.key, telegram, self.clock().timestamp())
        answer = await client.post(f"/enter/{token}")
        assert answer.status_code == 303, answer.text

    async def set_up(self) -> None:
        """Make the first admin."""
        token = make_link(self.house.key, 0, self.clock().timestamp(), SETUP_TTL_S)
        async with self.stranger() as client:
            answer = await client.post(
                f"/setup/{token}", data={"name": "admin", "password": PASSWORD}
            )
            assert answer.status_code == 303, answer.text
            self.admin = dict(client.cookies)


def csrf_of(html: str) -> str:
    """The token of a page's forms."""
    found = CSRF.search(html)
    assert found, html
    return unescape(found.group(1))


async def post(
    client: httpx.AsyncClient, path: str, form_at: str = "/account", **fields: str | list[str]
) -> httpx.Response:
    """Send a form as the page at `form_at` would."""
    page = await client.get(form_at)
    return await client.post(path, data={"csrf": csrf_of(page.text), **fields})


async def post_piece(client: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    """Send a form as the page's script would."""
    page = await client.get("/account")
    return await client.post(path, data={"csrf": csrf_of(page.text), **fields}, headers=PIECE)


def small_shop(folder: Path) -> Path:
    """The demo shop with three entries and its first products."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(DEMO_SHOP, folder, ignore=shutil.ignore_patterns("images", "__pycache__"))
    for path in (folder / "faq").glob("*.md"):
        if path.stem not in ENTRIES:
            path.unlink()
    catalogue = folder / "catalogue.csv"
    catalogue.write_text("".join(catalogue.read_text("utf-8").splitlines(True)[:8]), "utf-8")
    for name in ("reviews.csv", "events.csv", "orders.csv"):
        (folder / name).unlink()
    return folder


def settings_for(home: Path, folder: Path, **environ: str) -> Settings:
    """Settings of a home whose shop lies in `folder`."""
    given = {"SHOPDESK_HOME": str(home), "SHOPDESK_KB": str(folder), "SHOPDESK_RERANKER": "off",
             **environ}  # fmt: skip
    return Settings.load(given, home / "no.env")


@asynccontextmanager
async def served(
    home: Path,
    folder: Path | None = None,
    *,
    desk: ScriptedDesk | None = None,
    clock: Clock | None = None,
    command: tuple[str, ...] = NO_COMMAND,
    **environ: str,
) -> AsyncIterator[Console]:
    """The console on a real port until the block ends; a small shop where no folder is named."""
    folder, clock = folder or small_shop(home / "small_shop"), clock or Clock()
    settings = settings_for(home, folder, **environ)
    house = open_house(settings, desk or ScriptedDesk(), clock=clock, command=command)
    listening = listen("127.0.0.1", 0)
    serving = server(build_console(house))
    running = asyncio.create_task(serving.serve(sockets=[listening]))
    while not serving.started:  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.01)
    try:
        yield Console(listening.getsockname()[1], house, clock)
    finally:
        serving.should_exit = True
        await running


@pytest.fixture
async def console(tmp_path: Path) -> AsyncIterator[Console]:
    """A served console over a small shop; its clock stands still."""
    async with served(tmp_path / "home") as console:
        yield console


@pytest.fixture
async def client(console: Console) -> AsyncIterator[ClientOf]:
    """`await client("editor")`: a browser signed in with these rights; "" for nobody."""
    async with AsyncExitStack() as open_until_end:

        async def client_of(role: str) -> httpx.AsyncClient:
            made = await open_until_end.enter_async_context(console.stranger())
            if role:
                assert role in tuple(Role)
                await console.sign_in(made, role)
            return made

        yield client_of


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A real Chromium."""
    from playwright.async_api import async_playwright

    from tests.bot.web.browsing import ARGUMENTS, CHROMIUM

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()
