"""What a page lets through: no foreign host, no script, no oversized body, no odd address."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge_base.console.body_limit import MAX_FORM_BYTES
from knowledge_base.console.entry_form import EntryForm, LanguageForm
from knowledge_base.console.pages import environment
from knowledge_base.console.words import translator
from tests.bot.web.scripted_desk import NASTY
from tests.knowledge_base.console.conftest import ClientOf, Console, csrf_of, post

PAGES = ("/", "/entries", "/entries?q=x&tag=a&state=broken", "/entries/new", "/entries/gift-wrap",
         "/entries/gift-wrap/history", "/try", "/publish", "/people", "/audit", "/account",
         "/nowhere", "/entries/none", "/gaps", "/gaps/x/answer", "/handover", "/handover/x",
         "/warnings", "/entries/gift-wrap/translation?to=zh")  # fmt: skip
OPEN_PAGES = ("/login", "/enter/x", "/setup/x")


class Strict(HTMLParser):
    """Collects what the content policy would refuse, and all text."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        self.tags.append(tag)
        self.faults += [f"{tag} {name}" for name in names if name in ("style", "nonce")
                        or name.startswith("on") or name.startswith("hx-on")]  # fmt: skip
        if tag == "style" or (tag == "script" and "src" not in names):
            self.faults.append(tag)
        for name in ("src", "href", "action"):
            value = (names.get(name) or "").strip().lower()
            if value.startswith(("javascript:", "data:", "//")):
                self.faults.append(f"{tag} {name}={value}")


def read(html: str) -> Strict:
    parser = Strict()
    parser.feed(html)
    return parser


async def test_no_page_holds_inline_script_or_style(client: ClientOf) -> None:
    admin, stranger = await client("admin"), await client("")
    for browser, paths in ((admin, PAGES), (stranger, OPEN_PAGES)):
        for path in paths:
            answer = await browser.get(path)
            assert read(answer.text).faults == [], path
            assert "<script src=" in answer.text
            policy = answer.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
            assert "unsafe" not in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cache-control"] == "no-store"


async def test_a_page_that_fails_says_so_guarded_and_without_a_traceback(
    console: Console, client: ClientOf, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    admin = await client("admin")

    def fail(*_: object) -> None:
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr(type(console.house.audit), "newest", fail)
    answer = await admin.get("/audit")
    assert answer.status_code == 500
    assert "It is in the log" in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "a secret of the inside" in caplog.text


async def test_a_store_that_is_gone_is_told(console: Console, client: ClientOf) -> None:
    admin = await client("admin")
    (console.home / "console.sqlite").write_bytes(b"this is no database" * 100)
    for name in ("console.sqlite-wal", "console.sqlite-shm"):
        (console.home / name).unlink(missing_ok=True)
    answer = await admin.get("/entries")
    assert answer.status_code == 503
    assert "console's file cannot be used" in answer.text


async def test_a_broken_shop_file_is_told_on_every_page(console: Console, client: ClientOf) -> None:
    admin = await client("admin")
    (console.folder / "shop.yaml").write_text("name: [\n", "utf-8")
    for path in PAGES:
        answer = await admin.get(path)
        assert answer.status_code < 500, path
        assert "Traceback" not in answer.text
    assert "shop.yaml" in (await admin.get("/entries")).text


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "localhost@x"])
async def test_a_foreign_host_is_refused(client: ClientOf, host: str) -> None:
    answer = await (await client("admin")).get("/", headers={"host": host})
    assert answer.status_code == 421


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", ""])
async def test_a_foreign_origin_changes_nothing(
    console: Console, client: ClientOf, origin: str
) -> None:
    admin = await client("admin")
    token = csrf_of((await admin.get("/account")).text)
    fields = {"csrf": token, "chosen": "gift-wrap", "what": "hide"}
    answer = await admin.post("/entries/change", data=fields, headers={"origin": origin})
    assert answer.status_code == 403
    row = console.house.files.entry("gift-wrap")
    assert row and row.entry and not row.entry.hidden


async def many(letters: int) -> AsyncIterator[bytes]:
    yield b"csrf=x&text="
    for _ in range(letters // 65536):
        yield b"x" * 65536


@pytest.mark.parametrize("path", ["/login", "/entries", "/entries/gift-wrap/file", "/nowhere"])
async def test_a_body_over_the_bound_is_refused(client: ClientOf, path: str) -> None:
    admin = await client("admin")
    kind = {"content-type": "application/x-www-form-urlencoded"}
    over = MAX_FORM_BYTES + 1
    told = await admin.post(path, content=b"x" * over, headers=kind)
    unsaid = await admin.post(path, content=many(over + 65536), headers=kind)
    assert told.status_code == 413
    # One field alone is bounded more narrowly; where nothing reads the body nothing counts it.
    assert unsaid.status_code == {"/entries": 413, "/nowhere": 404}.get(path, 400)


@pytest.mark.parametrize("path", ["/imports/confirm", "/imports/fetch", "/importsx"])
async def test_only_an_upload_may_be_large(client: ClientOf, path: str) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    stranger = await client("")
    answer = await stranger.post(path, content=b"x" * (MAX_FORM_BYTES + 1), headers=kind)
    assert answer.status_code == 413


async def test_an_address_without_a_path_is_guarded_too(console: Console) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", console.port)
    writer.write(b"GET ?x HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
    assert b" 421 " in await reader.readline()
    writer.close()


def files_of(console: Console) -> set[str]:
    """All files, but for the history's and SQLite's own."""
    return {path.as_posix() for path in console.home.rglob("*") if path.is_file()
            and ".history" not in path.parts and not path.name.startswith("console.sqlite-")
            and not path.name.startswith("journal.sqlite")}  # fmt: skip


@pytest.mark.parametrize("name", ["..", "%2e%2e%2fshop", "..%2f..%2fconsole.sqlite", "x%00y",
                                  "%0a", "shop.yaml", "a%5cb", ".history", "x" * 300,
                                  "gift-wrap%0a"])  # fmt: skip
async def test_an_odd_id_reaches_no_other_file(
    console: Console, client: ClientOf, name: str
) -> None:
    admin = await client("admin")
    before = files_of(console)
    token = {"x-csrf": csrf_of((await admin.get("/account")).text)}
    for end in ("", "/history", "/delete", "/restore", "/file"):
        method = "GET" if end in ("", "/history") else "POST"
        url = httpx.URL(console.address, raw_path=f"/entries/{name}{end}".encode())
        answer = await admin.request(method, url, headers=token)
        assert answer.status_code in (200, 303, 400, 404, 405), (end, answer.status_code)
        assert "currency" not in answer.text
    made = await post(admin, "/entries", id=name, **{"questions:en": "Q?", "answer:en": "A."})
    assert made.status_code in (303, 400)
    new = files_of(console) - before
    assert all(path.startswith(f"{console.folder}/faq/") for path in new), new


async def test_hostile_text_comes_back_as_text(console: Console, client: ClientOf) -> None:
    admin = await client("admin")
    hostile = f"{NASTY} {{{{ 7*7 }}}} \"'>"
    fields = {"id": "hostile", "title:en": hostile, "questions:en": hostile, "tags": hostile,
              "answer:en": f"{hostile} https://x.example/?\"onload='x' javascript:alert(1)",
              "owner": hostile, "audience": hostile, "why": hostile}  # fmt: skip
    wrong = await post(admin, "/entries", **{**fields, "id": hostile})
    assert wrong.status_code == 400
    assert (await post(admin, "/entries", **fields)).status_code == 303
    await post(admin, "/login", name=hostile, password=hostile)
    (console.folder / "faq" / f"{NASTY[:9]}.md").write_text(hostile, "utf-8")
    pages = [wrong] + [await admin.get(path) for path in (
        "/entries", "/entries/hostile", "/entries/hostile/history", "/publish", "/audit",
        f"/entries?q={hostile}&tag={hostile}", f"/try?q={hostile}", f"/?done={hostile}",
        f"/entries/new?language=en&question={hostile}",
    )]  # fmt: skip
    pages.append(await post(admin, "/entries/preview", **fields))
    for page in pages:
        found = read(page.text)
        assert found.faults == [], page.request.url
        assert "img" not in found.tags
        assert found.tags.count("script") in (0, 2)
        assert re.search(r"(^|\W)49(\W|$)", found.get_starttag_text() or "") is None


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_is_typed_is_escaped(one: str, other: str) -> None:
    mark = f"<b>{one}</b>\"'><i onclick=x>{other}"
    form = EntryForm(mark, {"en": LanguageForm(mark, mark, mark)}, mark, mark, mark,
                     dates={"valid_from": mark})  # fmt: skip
    shown = (
        environment()
        .get_template("entry_preview.html")
        .render(shown={"en": ()}, form=form, t=translator("en"))
    )
    assert "<b>" not in shown
    macro = "{% from 'parts.html' import csrf_field %}{{ csrf_field(x) }}<input value=\"{{ x }}\">"
    found = read(environment().from_string(macro).render(x=mark))
    assert found.faults == []
    assert found.tags == ["input", "input"]
