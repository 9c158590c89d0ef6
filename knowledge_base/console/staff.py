"""People and their rights, one's own password, and the audit log."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response

from engine.operators import Role
from knowledge_base.console.pages import Admin, Viewer
from knowledge_base.console.people import PeopleError

router = APIRouter()
Text = Annotated[str, Form()]
ACTS = 100


@router.get("/people")
def people(page: Admin) -> Response:
    """Everybody who may sign in."""
    return page.show("people.html", people=page.house.people.everyone(), roles=list(Role), wrong="")


@router.post("/people")
def add_person(
    page: Admin, name: Text = "", role: Text = "", password: Text = "", telegram: Text = ""
) -> Response:
    """Let somebody sign in."""
    try:
        if role not in tuple(Role):
            raise PeopleError("role_rule")
        number = _number(telegram)
        person = page.house.people.add(name, Role(role), password, page.who, number)
    except PeopleError as error:
        everyone = page.house.people.everyone()
        return page.show("people.html", 400, people=everyone, roles=list(Role), wrong=error.what)
    page.note("person added", f"{person.name} ({person.role})")
    return page.go("/people", "person-added")


@router.post("/people/change")
def change_person(page: Admin, name: Text = "", role: Text = "", remove: Text = "") -> Response:
    """Give somebody other rights, or none."""
    people = page.house.people
    try:
        if remove:
            people.remove(name)
        elif role not in tuple(Role):
            raise PeopleError("role_rule")
        else:
            people.change_role(name, Role(role))
    except PeopleError as error:
        return page.show(
            "people.html", 400, people=people.everyone(), roles=list(Role), wrong=error.what
        )
    page.note("person removed" if remove else "person changed", f"{name} {role}")
    return page.go("/people", "person-removed" if remove else "person-changed")


@router.get("/account")
def account(page: Viewer) -> Response:
    """One's own password."""
    return page.show("account.html", person=page.house.people.find(page.who), wrong="")


@router.post("/account")
def change_password(page: Viewer, old: Text = "", new: Text = "") -> Response:
    """Set another password; who has one must say it."""
    people, person = page.house.people, page.house.people.find(page.who)
    if person and person.has_password:
        # Who found a signed-in browser must not find out the password by trying.
        if not page.house.sessions.may_try(page.who):
            return page.show("account.html", 429, person=person, wrong="many_tries")
        if not people.with_password(page.who, old):
            return page.show("account.html", 400, person=person, wrong="wrong_password")
        page.house.sessions.succeeded(page.who)
    try:
        people.change_password(page.who, new)
    except PeopleError as error:
        return page.show("account.html", 400, person=person, wrong=error.what)
    if page.signed_in:
        page.house.sessions.end_others(page.who, page.signed_in.digest)
    page.note("password changed")
    return page.go("/account", "password-changed")


@router.get("/audit")
def audit(page: Admin, before: Annotated[int, Query(ge=0, le=10_000_000)] = 0) -> Response:
    """Who did what."""
    acts = page.house.audit.newest(ACTS + 1, before)
    more = before + ACTS if len(acts) > ACTS else 0
    return page.show("audit.html", acts=acts[:ACTS], more=more)


def _number(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 2**52:
        raise PeopleError("telegram_rule")
    return int(text)
