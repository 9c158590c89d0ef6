"""The chat page as an ASGI app: the page, its session, its websocket, the shop's pictures."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from bot.web import limits
from bot.web.connection import Connection
from bot.web.events import EventIntake
from bot.web.identity import COOKIE, COOKIE_TTL_S, Identity, session_key
from bot.web.images import SUFFIXES, image_file
from bot.web.issued import MemoryIssuedActions, RedisIssuedActions
from bot.web.room import House
from bot.web.rooms import Rooms
from engine.settings import Settings
from engine.types import MENU, OWN_DATA, ActionKind, Shop
from engine.web import base
from engine.web.guard import Guard, Origins
from knowledge_base.problems import Problems
from knowledge_base.shop_file import Replies, read_replies, read_shop
from knowledge_base.store import DEMO_SHOP, ensure_shop

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from engine.desk import Desk

STATIC = Path(__file__).parent / "static"
TRY_AGAIN_LATER = 1013
EVENTS = "/events"
REVALIDATE = {"cache-control": "no-cache"}


def build_app(settings: Settings, desk: Desk, redis: Redis | None = None) -> Starlette:
    """The chat page in front of `desk`; shown buttons are remembered in `redis`, or in memory.

    Raises KnowledgeError for a broken shop, SettingsError for a bad WEB_ORIGINS or session key.
    """
    shop, replies = read_shop_texts(settings)
    issued = RedisIssuedActions(redis) if redis is not None else MemoryIssuedActions()
    languages = tuple(dict.fromkeys((shop.default_language, *shop.languages)))
    house = House(desk, issued, replies, languages, _standing(shop))
    origins = Origins.of(settings.web_origins)
    site = Site(
        Rooms(house),
        Identity(session_key(settings.home)),
        shop,
        _folder(settings) / "images",
        EventIntake(settings) if settings.events_key else None,
    )
    return Starlette(
        routes=site.routes(),
        middleware=[Middleware(Guard, origins=origins, keyed=EVENTS)],
        lifespan=site.lifespan,
    )


def _folder(settings: Settings) -> Path:
    return ensure_shop(settings.home, settings.kb)


def read_shop_texts(settings: Settings) -> tuple[Shop, Replies]:
    """What the page says of the shop. Raises KnowledgeError for a broken one."""
    folder = _folder(settings)
    problems = Problems()
    shop = read_shop(folder / "shop.yaml", problems)
    if shop is None:
        problems.raise_if_any()
        raise AssertionError("read_shop gave neither a shop nor a problem")
    replies = read_replies(folder / "replies.yaml", shop, DEMO_SHOP / "replies.yaml", problems)
    problems.raise_if_any()
    return shop, replies


def _standing(shop: Shop) -> frozenset[str]:
    languages = (f"language:{code}" for code in shop.languages)
    # A link is signed, and comes only by the button that asks.
    kinds = (kind for kind in (*MENU, *OWN_DATA) if kind != ActionKind.LINK)
    return frozenset((*(f"{kind}:" for kind in kinds), *languages))


class Site:
    """The endpoints of one shop's chat page."""

    def __init__(
        self,
        rooms: Rooms,
        identity: Identity,
        shop: Shop,
        images: Path,
        events: EventIntake | None = None,
    ) -> None:
        self._events = events
        self._rooms = rooms
        self._identity = identity
        self._shop = shop
        self._images = images
        page = (STATIC / "index.html").read_text(encoding="utf-8")
        self._page = page.replace("{{shop}}", escape(_name(shop, shop.default_language)))

    def routes(self) -> list[Mount | Route | WebSocketRoute]:
        """Every address of the page; without a key there is none for events."""
        keyed = [Route(EVENTS, self._events.post, methods=["POST"])] if self._events else []
        return [
            *keyed,
            Route("/", self.page),
            Route("/healthz", self.health),
            Route("/session", self.session, methods=["POST"]),
            Route("/images/{name:path}", self.image),
            WebSocketRoute("/ws", self.chat),
            Route(base.ADDRESS, base.base_css),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        """Closes all rooms, and what keeps events, at the end."""
        yield
        await self._rooms.close()
        if self._events:
            self._events.close()

    async def page(self, request: Request) -> Response:
        """The one page."""
        return HTMLResponse(self._page, headers=REVALIDATE)

    async def health(self, request: Request) -> Response:
        """Says that the process serves."""
        return PlainTextResponse("ok\n", headers={"cache-control": "no-store"})

    async def session(self, request: Request) -> Response:
        """Keeps the session cookie of a page, or gives it one.

        Its own POST, since a strict cookie is missing on the page itself after a foreign link.
        """
        response = Response(status_code=204, headers={"cache-control": "no-store"})
        cookie = request.cookies.get(COOKIE)
        if self._identity.read(cookie) is None or cookie is None:
            cookie = self._identity.new()
        response.set_cookie(
            COOKIE,
            cookie,
            max_age=COOKIE_TTL_S,
            httponly=True,
            samesite="strict",
            secure=request.headers.get("origin", "").startswith("https://"),
        )
        return response

    async def image(self, request: Request) -> Response:
        """One product picture."""
        path = image_file(self._images, request.path_params["name"])
        if path is None:
            return PlainTextResponse("No such picture.\n", 404)
        headers = {"cache-control": "max-age=3600"}
        return FileResponse(path, media_type=SUFFIXES[path.suffix.lower()], headers=headers)

    async def chat(self, websocket: WebSocket) -> None:
        """One page's websocket."""
        session = self._identity.read(websocket.cookies.get(COOKIE))
        if session is None:
            await websocket.close()
            return
        await websocket.accept()
        if self._rooms.full(session):
            await websocket.close(TRY_AGAIN_LATER, "too many open pages")
            return
        connection = Connection(websocket)
        async with self._rooms.enter(session, connection) as room:
            connection.post(self._hello())
            async for frame in connection.frames():
                await room.receive(frame, connection)

    def _hello(self) -> dict[str, Any]:
        shop = self._shop
        return {
            "type": "hello",
            "shop": dict(shop.name),
            "languages": list(shop.languages),
            "categories": [dict(labels) for labels in shop.categories.values()],
            "max_characters": limits.MAX_CHARACTERS,
        }


def _name(shop: Shop, language: str) -> str:
    return shop.name.get(language) or next(iter(shop.name.values()))
