"""Signing in: by password, by a one-time link from the bot, and the first admin's set-up link."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from engine.sign_in_links import SignInLink, read_link
from knowledge_base.console.links import own_page
from knowledge_base.console.pages import LANGUAGE_COOKIE, Anyone, Page, Viewer
from knowledge_base.console.people import PeopleError, Person
from knowledge_base.console.sessions import COOKIE, LONGEST_S
from knowledge_base.console.words import LANGUAGES

router = APIRouter()
Text = Annotated[str, Form()]
YEAR_S = 365 * 24 * 3600


@router.get("/login")
def login(page: Anyone, next: str = "/") -> Response:
    """Name and password, or how to get a link from the bot."""
    if page.signed_in:
        return page.go(own_page(next))
    return page.show("login.html", wanted=own_page(next), wrong="", nobody=_nobody(page))


@router.post("/login")
def sign_in(
    page: Anyone, name: Text = "", password: Text = "", next: Text = "/"
) -> Response:  # fmt: skip
    """Sign in by password; after some failures nobody may try for a while."""
    sessions = page.house.sessions
    wanted = own_page(next)
    if not sessions.may_try(name[:80]):
        return page.show("login.html", 429, wanted=wanted, wrong="many", nobody=False)
    person = page.house.people.with_password(name[:80], password)
    if person is None:
        page.house.audit.add(name[:80], "sign-in failed")
        return page.show("login.html", 401, wanted=wanted, wrong="wrong", nobody=False)
    sessions.succeeded(name[:80])
    return _signed_in(page, person, wanted)


@router.get("/enter/{token}")
def enter_page(page: Anyone, token: str) -> Response:
    """A link from the bot asks for a click first: apps that look at links must not use it up."""
    link = _read(page, token)
    return page.show("enter.html", 200 if link else 410, token=token if link else "")


@router.post("/enter/{token}")
def enter(page: Anyone, token: str) -> Response:
    """Sign in by a link from the bot, once."""
    link = _read(page, token)
    person = page.house.people.of_telegram(link.telegram_id) if link and link.telegram_id else None
    if not link or not person or not page.house.sessions.use_link(link.nonce, link.expires):
        return page.show("enter.html", 410, token="")
    return _signed_in(page, person, "/")


@router.get("/setup/{token}")
def setup_page(page: Anyone, token: str) -> Response:
    """The first admin chooses a name and a password."""
    link = _read(page, token)
    good = bool(link and link.telegram_id == 0 and _nobody(page))
    return page.show("setup.html", 200 if good else 410, token=token if good else "", wrong="")


@router.post("/setup/{token}")
def setup(page: Anyone, token: str, name: Text = "", password: Text = "") -> Response:
    """Make the first admin, once."""
    link = _read(page, token)
    if not link or link.telegram_id != 0 or not _nobody(page):
        return page.show("setup.html", 410, token="", wrong="")
    try:
        person = page.house.people.add_first(name, password)
    except PeopleError as error:
        return page.show("setup.html", 400, token=token, wrong=error.what)
    if person is None:
        return page.show("setup.html", 410, token="", wrong="")
    page.house.sessions.use_link(link.nonce, link.expires)
    return _signed_in(page, person, "/")


@router.post("/logout")
def logout(page: Viewer) -> Response:
    """Sign this browser out."""
    if page.signed_in:
        page.house.sessions.end(page.signed_in.digest)
        page.note("signed out")
    response = page.go("/login", "signed-out")
    response.delete_cookie(COOKIE)
    return response


@router.post("/language")
def choose_language(page: Anyone, language: Text = "", next: Text = "/") -> Response:
    """English or Chinese, for this browser."""
    response = page.go(own_page(next))
    if language in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, language, YEAR_S, samesite="lax", httponly=True)
    return response


def _signed_in(page: Page, person: Person, wanted: str) -> Response:
    response = page.go(wanted)
    secure = page.request.headers.get("origin", "").startswith("https://")
    response.set_cookie(
        COOKIE, page.house.sessions.begin(person.name), LONGEST_S,
        httponly=True, samesite="strict", secure=secure,
    )  # fmt: skip
    page.house.audit.add(person.name, "signed in")
    return response


def _read(page: Page, token: str) -> SignInLink | None:
    return read_link(page.house.key, token, page.house.clock().timestamp())


def _nobody(page: Page) -> bool:
    return page.house.people.nobody_yet()
