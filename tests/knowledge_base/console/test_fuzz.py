"""Every route under generated requests: nothing fails inside, nothing is lost or let out."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok

from knowledge_base.console.app import build_console
from knowledge_base.history import History
from tests.bot.web.scripted_desk import NASTY
from tests.knowledge_base.console.conftest import Console, csrf_of, served
from tests.knowledge_base.console.test_guarding import read

EXAMPLES = 12
"""Requests a route; a fixed seed makes them the same in every run."""


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Console, httpx.Client]]:
    """A served console that stands while synchronous tests ask it, and its admin's browser."""
    home, ready, over = tmp_path_factory.mktemp("fuzz"), threading.Event(), threading.Event()
    found: dict[str, Any] = {}

    async def stand() -> None:
        async with served(home / "home") as console, console.stranger() as admin:
            await console.sign_in(admin, "admin")
            token = csrf_of((await admin.get("/account")).text)
            found.update(console=console, cookies=dict(admin.cookies), token=token)
            ready.set()
            await asyncio.to_thread(over.wait)

    # Signals are the main thread's: uvicorn takes none here.
    thread = threading.Thread(target=lambda: asyncio.run(_without_signals(stand())))
    thread.start()
    assert ready.wait(60)
    console: Console = found["console"]
    headers = {"origin": console.address, "x-csrf": found["token"]}
    with httpx.Client(base_url=console.address, headers=headers, timeout=30) as client:
        client.cookies.update(found["cookies"])
        yield console, client
    over.set()
    thread.join()


async def _without_signals(work: Any) -> None:
    loop = asyncio.get_running_loop()
    loop.add_signal_handler = lambda *_: None  # type: ignore[method-assign]
    loop.remove_signal_handler = lambda *_: True  # type: ignore[method-assign]
    await work


def judged(answer: httpx.Response, console: Console) -> None:
    """What holds for every answer."""
    wanted = f"{answer.request.method} {answer.request.url}"
    # Nothing answers shoppers here: Try it says so.
    assert answer.status_code < 500 or "/try" in answer.request.url.path, wanted
    assert "Traceback" not in answer.text
    assert read(answer.text).faults == [], wanted
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")


def texts_of(console: Console) -> dict[str, str]:
    return {path.stem: path.read_text("utf-8") for path in console.folder.glob("faq/*.md")}


def nothing_lost(console: Console, entries: dict[str, str]) -> None:
    """Every text an entry had is there or in the history; nothing was written elsewhere."""
    copy = console.house.working_copy
    known = {one.after for change in History(console.folder).changes() for one in change.files}
    held = {copy.texts.read(sha).decode() for sha in known if sha}
    now = texts_of(console)
    assert all(text in held or now.get(name) == text for name, text in entries.items())
    files = {path for path in console.folder.rglob("*") if path.is_file()}
    outside = [path for path in files if ".history" not in path.parts and path.suffix == ".md"
               and path.parent != console.folder / "faq"]  # fmt: skip
    assert outside == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_generated_request_breaks_a_route(
    held: tuple[Console, httpx.Client], method: str
) -> None:
    console, client = held
    schema = schemathesis.openapi.from_dict(build_console(console.house).openapi())
    before, cookies = texts_of(console), dict(client.cookies)
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    chosen = [one for one in operations if one.method.upper() == method]
    assert len(chosen) > 8
    for operation in chosen:

        @settings(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None,
                  phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(operation.as_strategy())
        def ask(case: Any) -> None:
            case.headers = {**(case.headers or {}), **dict(client.headers)}
            case.cookies = {**cookies}
            answer = case.call(base_url=console.address, allow_redirects=False)
            judged(_as_httpx(answer), console)

        ask()
    nothing_lost(console, before)


def _as_httpx(answer: Any) -> httpx.Response:
    request = httpx.Request(answer.request.method, answer.request.url)
    return httpx.Response(
        answer.status_code, headers={"content-security-policy": "".join(
            answer.headers["content-security-policy"])},
        text=answer.text, request=request,
    )  # fmt: skip


FIELD = st.text(max_size=60) | st.sampled_from(
    [NASTY, "../../x", "shop.yaml", "\x00", "{{ 7*7 }}", "'; drop table people;--", "%s%n", "-1"]
)
FORMS = {
    "/entries": ("id", "old", "version", "why", "questions:en", "answer:en", "answer:zh", "tags",
                 "owner", "audience", "valid_from", "checked", "hidden"),
    "/entries/preview": ("id", "answer:en", "answer:zh", "answer:x y", "title:en"),
    "/entries/change": ("chosen", "what", "tag"),
    "/entries/gift-wrap/file": ("text", "version", "why"),
    "/entries/gift-wrap/delete": ("version", "why"),
    "/entries/gift-wrap/restore": ("change", "version"),
    "/publish/live": ("snapshot", "why", "override"),
    "/publish/back": ("snapshot", "files"),
    "/people": ("name", "role", "password", "telegram"),
    "/people/change": ("name", "role", "remove"),
    "/language": ("language", "next"),
    "/login": ("name", "password", "next"),
}  # fmt: skip


@pytest.mark.parametrize("path", FORMS)
def test_no_typed_form_breaks_a_route(held: tuple[Console, httpx.Client], path: str) -> None:
    console, client = held
    before = texts_of(console)

    @settings(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(st.fixed_dictionaries(dict.fromkeys(FORMS[path], FIELD)))
    def send(fields: dict[str, str]) -> None:
        judged(client.post(path, data=fields), console)

    send()
    nothing_lost(console, before)
    for page in ("/", "/entries", "/entries/gift-wrap", "/people", "/audit", "/publish"):
        judged(client.get(page), console)
    assert console.house.people.find("admin")
    assert not Path(console.home.parent, "x.md").exists()
