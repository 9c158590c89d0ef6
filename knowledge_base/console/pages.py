"""What every page of the console has: who looks at it, its words, and its frame."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from engine.errors import ShopdeskError
from engine.operators import Role
from knowledge_base.console.done import DONE
from knowledge_base.console.house import House
from knowledge_base.console.sessions import COOKIE, SignedIn, same
from knowledge_base.console.words import LANGUAGES, language_of, translator

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGE_COOKIE = "shopdesk_console_language"
NAV = (
    ("/", "Home", "h"),
    ("/entries", "Entries", "e"),
    ("/products", "Products", "r"),
    ("/imports", "Imports", "i"),
    ("/try", "Try it", "t"),
    ("/publish", "Publish", "p"),
    ("/gaps", "Gaps", "a"),
    ("/handover", "Hand-over", "o"),
)
"""Address, name, and the key that leads there after g."""
CHANGES = ("POST", "PUT", "PATCH", "DELETE")


class NotSignedInError(Exception):
    """Nobody is signed in at this browser; `wanted` is where they wanted to go."""

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted


class NotAllowedError(Exception):
    """Who is signed in has too few rights, or the form is not from our own page."""

    def __init__(self, needed: str) -> None:
        super().__init__(needed)
        self.needed = needed


@cache
def environment() -> Environment:
    """The templates; all text in them is escaped."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape(default=True),
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters["quoted"] = lambda text: quote(str(text), safe="")
    return made


@dataclass(frozen=True, slots=True)
class Page:
    """One request: who it is from, and how it is answered."""

    request: Request
    house: House
    signed_in: SignedIn | None
    language: str

    @property
    def who(self) -> str:
        """The name changes are made under."""
        return self.signed_in.name if self.signed_in else ""

    @property
    def is_fragment(self) -> bool:
        """Whether htmx asks for a piece of a page."""
        return "hx-request" in self.request.headers

    def may(self, role: str) -> bool:
        """Whether who looks has these rights."""
        return self.signed_in is not None and self.signed_in.role.includes(Role(role))

    def t(self, text: str, **values: Any) -> str:
        """A text in the language of the page."""
        return translator(self.language)(text, **values)

    def show(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page or a piece of one."""
        text = environment().get_template(template).render(**self._given(), **values)
        response = HTMLResponse(text, status, headers={"cache-control": "no-store"})
        response.headers["vary"] = "HX-Request, Cookie, Accept-Language"
        return response

    def go(self, path: str, done: str = "", **query: str) -> Response:
        """To another page, which says what is done."""
        if done:
            query["done"] = done
        return RedirectResponse(f"{path}?{urlencode(query)}" if query else path, 303)

    def note(self, what: str, detail: str = "") -> None:
        """Put what was done into the audit log."""
        self.house.audit.add(self.who, what, detail)

    def _given(self) -> Mapping[str, Any]:
        done = self.request.query_params.get("done", "")
        return {
            "page": self, "frame": "bare.html" if self.is_fragment else "frame.html",
            "t": translator(self.language), "me": self.signed_in,
            "nav": NAV, "csrf": self.signed_in.csrf if self.signed_in else "",
            "path": self.request.url.path, "query": self.request.query_params,
            "done": DONE.get(done, ""), "languages": LANGUAGES, "when": self.when,
            "shop_languages": _languages(self.house),
        }  # fmt: skip

    def when(self, at: datetime) -> str:
        """A moment in the shop's time zone."""
        try:
            zone = ZoneInfo(self.house.files.shop().time_zone)
        except ShopdeskError:
            return at.strftime("%Y-%m-%d %H:%M UTC")
        return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _languages(house: House) -> tuple[str, ...]:
    try:
        shop = house.files.shop()
    except ShopdeskError:
        return ("en",)
    return tuple(dict.fromkeys((shop.default_language, *shop.languages)))


def page_of(request: Request) -> Page:
    """The page of a request, whoever looks."""
    house: House = request.app.state.house
    signed_in = house.sessions.read(request.cookies.get(COOKIE))
    accepted = request.headers.get("accept-language", "")
    language = language_of(request.cookies.get(LANGUAGE_COOKIE), accepted)
    return Page(request, house, signed_in, language)


async def anyone(request: Request) -> Page:
    """A page that needs no signing in."""
    return page_of(request)


def needs(role: Role) -> Callable[[Request], Awaitable[Page]]:
    """A page for who has this role. Every change must bring the page's own token."""

    async def page(request: Request) -> Page:
        found = page_of(request)
        if found.signed_in is None:
            # The address of a change is no page to come back to.
            raise NotSignedInError("/" if request.method in CHANGES else request.url.path)
        if request.method in CHANGES:
            await _own_form(request, found.signed_in)
        if not found.signed_in.role.includes(role):
            raise NotAllowedError(role.value)
        return found

    return page


async def _own_form(request: Request, signed_in: SignedIn) -> None:
    given = request.headers.get("x-csrf", "")
    if not given:
        form = await request.form(max_fields=5000, max_part_size=4 * 1024 * 1024)
        value = form.get("csrf", "")
        given = value if isinstance(value, str) else ""
    if not same(given, signed_in.csrf):
        raise NotAllowedError("csrf")


Anyone = Annotated[Page, Depends(anyone)]
Viewer = Annotated[Page, Depends(needs(Role.VIEWER))]
Editor = Annotated[Page, Depends(needs(Role.EDITOR))]
Publisher = Annotated[Page, Depends(needs(Role.PUBLISHER))]
Admin = Annotated[Page, Depends(needs(Role.ADMIN))]
