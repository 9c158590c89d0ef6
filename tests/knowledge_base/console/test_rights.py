"""Who may do what: every route by its role, every change by a token of our own page."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from engine.operators import Role
from knowledge_base.console.app import build_console
from knowledge_base.console.house import House
from knowledge_base.console.people import People, PeopleError
from knowledge_base.console.store import ConsoleStore
from tests.knowledge_base.console.conftest import PASSWORD, ClientOf, Console, csrf_of, post

OPEN = {"/login", "/enter/{token}", "/setup/{token}", "/language", "/healthz"}
"""Routes that need no signing in."""
VIEW = {"/", "/entries", "/entries/{identifier}", "/entries/{identifier}/history", "/publish",
        "/publish/job", "/try", "/account", "/gaps", "/gaps/job", "/handover",
        "/handover/{identifier}", "/warnings", "/warnings/job", "/products",
        "/products/{identifier}", "/products/{identifier}/draft", "/imports", "/imports/job",
        "/imports/export/{kind}.{suffix}"}  # fmt: skip
NEEDS = {
    **{f"GET {path}": Role.VIEWER for path in VIEW},
    "GET /entries/new": Role.EDITOR,
    "GET /people": Role.ADMIN,
    "GET /audit": Role.ADMIN,
    "POST /entries/preview": Role.VIEWER,
    "POST /try": Role.VIEWER,
    "POST /account": Role.VIEWER,
    "POST /logout": Role.VIEWER,
    "POST /entries": Role.EDITOR,
    "POST /entries/change": Role.EDITOR,
    "POST /entries/{identifier}/file": Role.EDITOR,
    "POST /entries/{identifier}/delete": Role.EDITOR,
    "POST /entries/{identifier}/restore": Role.EDITOR,
    "POST /publish/look": Role.PUBLISHER,
    "POST /publish/live": Role.PUBLISHER,
    "POST /publish/back": Role.PUBLISHER,
    "GET /entries/{identifier}/translation": Role.EDITOR,
    "POST /entries/{identifier}/translate": Role.EDITOR,
    "GET /gaps/{identifier}/answer": Role.EDITOR,
    "POST /gaps/look": Role.EDITOR,
    "POST /gaps/{identifier}/answer": Role.EDITOR,
    "POST /gaps/{identifier}/dismiss": Role.EDITOR,
    "POST /gaps/{identifier}/restore": Role.EDITOR,
    "POST /gaps/{identifier}/tell": Role.PUBLISHER,
    "POST /handover/{identifier}/answer": Role.EDITOR,
    "POST /handover/{identifier}/close": Role.EDITOR,
    "POST /warnings/look": Role.EDITOR,
    "POST /warnings/dismiss": Role.EDITOR,
    "GET /products/new": Role.EDITOR,
    "GET /products/variant": Role.EDITOR,
    "GET /products/row/{line}": Role.EDITOR,
    "POST /products/row/{line}": Role.EDITOR,
    "POST /products": Role.EDITOR,
    "POST /products/{identifier}/delete": Role.EDITOR,
    "POST /products/{identifier}/stock": Role.EDITOR,
    "POST /products/{identifier}/draft": Role.EDITOR,
    "POST /products/{identifier}/draft/take": Role.EDITOR,
    "POST /imports/upload": Role.EDITOR,
    "POST /imports/fetch": Role.EDITOR,
    "POST /imports/confirm": Role.EDITOR,
    "POST /imports/drop": Role.EDITOR,
    "POST /people": Role.ADMIN,
    "POST /people/change": Role.ADMIN,
}
"""The least role that may; a new route of the console must be written here."""


def routes(house: House) -> list[tuple[str, str]]:
    """Every method and address of the console, its open ones left out."""
    found = [
        (method.upper(), path) for path, methods in build_console(house).openapi()["paths"].items()
        for method in methods if path not in OPEN
    ]  # fmt: skip
    assert len(found) > 20
    return found


def at(path: str) -> str:
    known = {"{identifier}": "shipping-cost", "{token}": "x", "{line}": "2", "{kind}": "products",
             "{suffix}": "csv"}  # fmt: skip
    for name, value in known.items():
        path = path.replace(name, value)
    return path


async def test_every_route_needs_signing_in(console: Console) -> None:
    async with console.stranger() as client:
        for method, path in routes(console.house):
            answer = await client.request(method, at(path))
            assert answer.status_code == 303, (method, path)
            assert answer.headers["location"].startswith("/login")
            piece = await client.request(method, at(path), headers={"hx-request": "true"})
            assert (piece.status_code, piece.text) == (401, ""), (method, path)


async def test_every_change_needs_a_token_of_our_own_page(
    console: Console, client: ClientOf
) -> None:
    admin, editor = await client("admin"), await client("editor")
    others = csrf_of((await editor.get("/account")).text)
    before = [path.read_bytes() for path in sorted(console.folder.rglob("*.*"))]
    changes = [(method, path) for method, path in routes(console.house) if method != "GET"]
    assert len(changes) > 8
    for method, path in changes:
        for fields in ({}, {"csrf": ""}, {"csrf": "é"}, {"csrf": others}):
            answer = await admin.request(method, at(path), data=fields)
            assert answer.status_code == 403, (method, path, fields)
        for token in ("x", others):
            answer = await admin.request(method, at(path), headers={"x-csrf": token})
            assert answer.status_code == 403, (method, path, token)
    assert before == [path.read_bytes() for path in sorted(console.folder.rglob("*.*"))]


@pytest.mark.parametrize("role", [*Role])
async def test_every_route_lets_in_by_role(console: Console, client: ClientOf, role: Role) -> None:
    signed_in = await client(role)
    token = {"x-csrf": csrf_of((await signed_in.get("/account")).text)}
    for method, path in sorted(routes(console.house), key=lambda route: route[1] == "/logout"):
        answer = await signed_in.request(method, at(path), headers=token)
        allowed = role.includes(NEEDS[f"{method} {path}"])
        assert (answer.status_code != 403) == allowed, (method, path, answer.status_code)
        assert answer.status_code < 500 or path == "/try", (method, path)


async def test_the_pages_offer_only_what_one_may(client: ClientOf) -> None:
    pages = {role: await client(role) for role in ("viewer", "editor", "admin")}
    entry = {role: (await one.get("/entries/shipping-cost")).text for role, one in pages.items()}
    assert "data-save" not in entry["viewer"]
    assert "disabled" in entry["viewer"]
    assert "data-save" in entry["editor"]
    listed = {role: (await one.get("/entries")).text for role, one in pages.items()}
    assert "/entries/new" not in listed["viewer"]
    assert "/people" not in listed["editor"]
    assert "/people" in listed["admin"]


async def test_a_role_given_or_taken_counts_at_once(console: Console, client: ClientOf) -> None:
    admin, editor = await client("admin"), await client("editor")
    assert (await editor.get("/entries/new")).status_code == 200
    await post(admin, "/people/change", name="editor", role="viewer")
    assert (await editor.get("/entries/new")).status_code == 403
    await post(admin, "/people/change", name="editor", role="admin")
    assert (await editor.get("/people")).status_code == 200
    await post(admin, "/people/change", name="EDITOR", remove="yes")
    assert (await editor.get("/entries")).status_code == 303
    await post(admin, "/people", name="editor", role="editor", telegram="77")
    assert (await editor.get("/entries")).status_code == 303


@pytest.mark.parametrize("fields, told", [
    ({"name": "admin", "remove": "yes"}, "Somebody must stay admin."),
    ({"name": "ADMIN", "role": "viewer"}, "Somebody must stay admin."),
    ({"name": "nobody", "role": "viewer"}, "Nobody has an account by this name."),
    ({"name": "nobody", "remove": "yes"}, "Nobody has an account by this name."),
    ({"name": "admin", "role": "owner"}, "Choose what they may do."),
])  # fmt: skip
async def test_a_change_of_people_that_cannot_be_is_told(
    console: Console, client: ClientOf, fields: dict[str, str], told: str
) -> None:
    answer = await post(await client("admin"), "/people/change", **fields)
    assert answer.status_code == 400
    assert told in answer.text
    assert [(one.name, one.role) for one in console.house.people.everyone()] == [("admin", "admin")]


@pytest.mark.parametrize("fields, told", [
    ({"name": "", "role": "viewer", "password": "long enough 1"}, "A name has 1-40 letters"),
    ({"name": "a\x00b", "role": "viewer", "password": "long enough 1"}, "A name has 1-40 letters"),
    ({"name": "Admin", "role": "viewer", "password": "long enough 1"}, "Somebody has this name."),
    ({"name": "bob", "role": "king", "password": "long enough 1"}, "Choose what they may do."),
    ({"name": "bob", "role": "viewer", "password": "short"}, "A password has 10 to 200"),
    ({"name": "bob", "role": "viewer", "password": "x" * 201}, "A password has 10 to 200"),
    ({"name": "bob", "role": "viewer"}, "Give a first password or a Telegram id."),
    ({"name": "bob", "role": "viewer", "telegram": "-5"}, "A Telegram id is a number"),
    ({"name": "bob", "role": "viewer", "telegram": "9" * 40}, "A Telegram id is a number"),
    ({"name": "bob", "role": "viewer", "telegram": "1001"}, "Somebody has this Telegram id."),
])  # fmt: skip
async def test_a_person_that_cannot_be_added_is_told(
    client: ClientOf, fields: dict[str, str], told: str
) -> None:
    await client("editor")
    answer = await post(await client("admin"), "/people", **fields)
    assert answer.status_code == 400, answer.text
    assert told in answer.text


async def test_what_is_done_stands_in_the_audit_log(console: Console, client: ClientOf) -> None:
    admin, editor = await client("admin"), await client("editor")
    await post(editor, "/entries/change", chosen="gift-wrap", what="hide")
    await post(admin, "/people/change", name="editor", role="viewer")
    await admin.post("/login", data={"name": "mallory", "password": "guess"})
    page = (await admin.get("/audit")).text
    for said in ("hide : gift-wrap", "editor viewer", "mallory", "sign-in failed", "person added"):
        assert said in page
    acts = [(act.who, act.what) for act in console.house.audit.newest(10)]
    assert acts == [
        ("mallory", "sign-in failed"), ("admin", "person changed"), ("editor", "entries changed"),
        ("editor", "signed in"), ("admin", "person added"), ("admin", "signed in"),
    ]  # fmt: skip


@pytest.mark.parametrize("how", ["demote", "remove"])
def test_of_two_admins_who_take_the_rights_of_each_other_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    people = People(ConsoleStore(tmp_path))
    for name in ("ann", "bob"):
        people.add(name, Role.ADMIN, PASSWORD, "setup")
    real, both, told = ConsoleStore.change, threading.Barrier(2, timeout=10), []

    def change(store: ConsoleStore, query: str, *values: Any) -> int:
        if query.startswith(("update people set role", "delete from people")):
            both.wait()
        return real(store, query, *values)

    def take(name: str) -> None:
        try:
            people.remove(name) if how == "remove" else people.change_role(name, Role.VIEWER)
        except PeopleError as error:
            told.append(error.what)

    monkeypatch.setattr(ConsoleStore, "change", change)
    threads = [threading.Thread(target=take, args=(name,)) for name in ("ann", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == ["last_admin"]
    assert not people.nobody_yet()
