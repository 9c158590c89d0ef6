"""Signing in: a link once, a password never kept as it is, a brake on guessing."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.sign_in_links import SETUP_TTL_S, TTL_S, make_link
from knowledge_base.console.links import own_page
from knowledge_base.console.run import tell_set_up
from knowledge_base.console.sessions import COOKIE, IDLE_S, LONGEST_S, TRIES, WITHIN_S
from tests.knowledge_base.console.conftest import PASSWORD, ClientOf, Console, post, served


def setup_path(console: Console, telegram: int = 0) -> str:
    now = console.clock().timestamp()
    return f"/setup/{make_link(console.house.key, telegram, now, SETUP_TTL_S)}"


def enter_path(console: Console, telegram: int) -> str:
    return f"/enter/{make_link(console.house.key, telegram, console.clock().timestamp())}"


async def log_in(client: httpx.AsyncClient, name: str, password: str) -> httpx.Response:
    return await client.post("/login", data={"name": name, "password": password})


async def test_there_is_no_default_password(console: Console) -> None:
    async with console.stranger() as client:
        for password in ("", "admin", "password", "shopdesk"):
            assert (await log_in(client, "admin", password)).status_code == 401
        assert "Nobody has an account yet" in (await client.get("/login")).text


async def test_the_set_up_link_is_printed_and_makes_one_admin_only(
    console: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    tell_set_up(console.house)
    path = "/setup/" + capsys.readouterr().out.split("/setup/")[1].strip()
    async with console.stranger() as client:
        assert (await client.get(path)).status_code == 200
        fields = {"name": "ann", "password": PASSWORD}
        assert (await client.post(path, data={**fields, "password": "short"})).status_code == 400
        assert (await client.post(path, data=fields)).status_code == 303
        assert (await client.get(path)).status_code == 410
        assert (await client.post(path, data={**fields, "name": "eve"})).status_code == 410
    tell_set_up(console.house)
    assert capsys.readouterr().out == ""
    assert [one.name for one in console.house.people.everyone()] == ["ann"]


async def test_of_many_first_admins_at_once_one_is_made(console: Console) -> None:
    links = [setup_path(console) for _ in range(6)]
    async with console.stranger() as client:
        answers = await asyncio.gather(*(
            client.post(link, data={"name": f"ann{n}", "password": PASSWORD})
            for n, link in enumerate(links)
        ))  # fmt: skip
    assert sorted(one.status_code for one in answers) == [303, *[410] * 5]
    assert len(console.house.people.everyone()) == 1


async def test_a_set_up_link_too_old_or_of_somebody_is_refused(console: Console) -> None:
    old, own = setup_path(console), setup_path(console, 5)
    console.clock.wait(SETUP_TTL_S + 1)
    async with console.stranger() as client:
        for path in (old, own, "/setup/x", "/setup/0.a.99999999999.00"):
            fields = {"name": "eve", "password": PASSWORD}
            assert (await client.post(path, data=fields)).status_code == 410


async def test_passwords_are_kept_by_argon2_in_a_file_of_ones_own(console: Console) -> None:
    await console.set_up()
    path = console.home / "console.sqlite"
    assert path.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(path) as store:
        assert store.execute("select password from people").fetchone()[0].startswith("$argon2id$")
    store.close()
    held = b"".join(p.read_bytes() for p in console.home.rglob("*") if p.is_file())
    assert PASSWORD.encode() not in held
    assert console.admin[COOKIE].encode() not in held


async def test_a_wrong_name_and_a_wrong_password_are_told_alike_and_take_as_long(
    console: Console,
) -> None:
    await console.set_up()
    took, pages = {}, {}
    async with console.stranger() as client:
        for name in ("warm-up", "admin", "nobody"):
            began = time.perf_counter()
            answer = await log_in(client, name, "not the password")
            took[name], pages[name] = time.perf_counter() - began, answer
    assert pages["admin"].status_code == pages["nobody"].status_code == 401
    assert pages["admin"].text == pages["nobody"].text
    # One hash each. A name that is not looked up at all would answer in a hundredth of the time.
    assert took["nobody"] > 0.2 * took["admin"]


async def test_guessing_is_braked_by_name_until_some_time_has_passed(console: Console) -> None:
    await console.set_up()
    async with console.stranger() as client:
        for _ in range(TRIES):
            assert (await log_in(client, "admin", "wrong one here")).status_code == 401
        assert (await log_in(client, "ADMIN", PASSWORD)).status_code == 429
        console.clock.wait(WITHIN_S + 1)
        assert (await log_in(client, "admin", PASSWORD)).status_code == 303


async def test_many_guesses_at_once_are_no_more_than_one_by_one(console: Console) -> None:
    await console.set_up()
    async with console.stranger() as client:
        answers = await asyncio.gather(*(log_in(client, "admin", f"guess {n}") for n in range(20)))
    assert sorted(one.status_code for one in answers) == [401] * TRIES + [429] * (20 - TRIES)


async def test_a_success_forgets_the_failures_before(console: Console) -> None:
    await console.set_up()
    async with console.stranger() as client:
        for password in ("no no no no", PASSWORD, "no no no no", PASSWORD):
            await log_in(client, "admin", password)
    assert console.house.store.rows("select * from tries") == []


async def test_a_link_of_the_bot_signs_in_by_a_post_once_within_five_minutes(
    console: Console, client: ClientOf
) -> None:
    await client("editor")
    number = console.house.people.find("editor")
    assert number and number.telegram
    path = enter_path(console, number.telegram)
    async with console.stranger() as browser:
        for _ in range(2):  # An app that looks at links does not use it up.
            looked = await browser.get(path)
            assert (looked.status_code, dict(looked.cookies)) == (200, {})
        assert (await browser.post(path)).status_code == 303
        assert (await browser.get("/entries")).status_code == 200
    late = enter_path(console, number.telegram)
    async with console.stranger() as browser:
        assert (await browser.post(path)).status_code == 410
        assert (await browser.post(enter_path(console, 4242))).status_code == 410
        console.clock.wait(TTL_S + 1)
        assert (await browser.post(late)).status_code == 410
        assert (await browser.get(late)).status_code == 410
        assert (await browser.get("/entries")).status_code == 303


async def test_a_forged_link_is_refused(console: Console, client: ClientOf) -> None:
    await client("editor")
    path = enter_path(console, 1000)
    async with console.stranger() as browser:
        for forged in (path.replace("1000.", "1001."), path[:-1], path + "0", "/enter/é.a.1.b"):
            assert (await browser.post(forged)).status_code == 410


async def test_the_session_cookie_is_closed_to_scripts_and_other_sites(console: Console) -> None:
    await console.set_up()
    async with console.stranger() as client:
        told = (await log_in(client, "admin", PASSWORD)).headers["set-cookie"].lower()
        assert "httponly" in told
        assert "samesite=strict" in told
        assert "secure" not in told


async def test_behind_tls_the_cookie_goes_by_tls_only(tmp_path: Path) -> None:
    public = "https://desk.shop.example"
    async with served(tmp_path, PUBLIC_URL=public) as console:
        async with console.stranger(origin=public, host="desk.shop.example") as client:
            fields = {"name": "ann", "password": PASSWORD}
            answer = await client.post(setup_path(console), data=fields)
        assert answer.status_code == 303
        assert "secure" in answer.headers["set-cookie"].lower()


async def test_who_signs_out_is_out_everywhere_with_that_cookie(client: ClientOf) -> None:
    editor = await client("editor")
    kept = dict(editor.cookies)
    assert (await post(editor, "/logout")).status_code == 303
    editor.cookies.update(kept)
    assert (await editor.get("/entries")).status_code == 303


@pytest.mark.parametrize(
    "pause_s, pauses", [(IDLE_S + 1, 1), (IDLE_S - 60, LONGEST_S // IDLE_S + 2)]
)
async def test_a_session_ends_when_idle_and_after_a_week(
    console: Console, client: ClientOf, pause_s: int, pauses: int
) -> None:
    editor = await client("editor")
    answers = []
    for _ in range(pauses):
        console.clock.wait(pause_s)
        answers.append((await editor.get("/entries")).status_code)
    assert answers[-1] == 303
    assert answers[:-1].count(200) >= len(answers) - 2


async def test_another_password_signs_the_other_browsers_out(
    console: Console, client: ClientOf
) -> None:
    here, new = await client("admin"), "another long word"
    async with console.stranger() as there:
        await log_in(there, "admin", PASSWORD)
        assert (await post(here, "/account", old="wrong wrong", new=new)).status_code == 400
        assert (await there.get("/")).status_code == 200
        assert (await post(here, "/account", old=PASSWORD, new=new)).status_code == 303
        assert (await there.get("/")).status_code == 303
        assert (await here.get("/")).status_code == 200
        assert (await log_in(there, "admin", new)).status_code == 303


@pytest.mark.parametrize(
    "path",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/%0a/x?y", "javascript:alert(1)",
     "/..//evil.example", "", "/entries\n//evil.example", "\\\\evil.example"],
)  # fmt: skip
async def test_nobody_is_led_elsewhere_after_signing_in(
    console: Console, client: ClientOf, path: str
) -> None:
    signed_in = await client("viewer")
    answer = await signed_in.get("/login", params={"next": path})
    assert answer.headers["location"] == "/"
    answer = await signed_in.post("/language", data={"language": "zh", "next": path})
    assert answer.headers["location"] == "/"


@given(st.text(max_size=30) | st.from_regex(r"[/\\.%a-z:@?#\n]{0,12}", fullmatch=True))
def test_only_our_own_pages_are_led_to(path: str) -> None:
    there = httpx.URL("http://127.0.0.1:1/").join(own_page(path))
    assert (there.scheme, there.host, there.port) == ("http", "127.0.0.1", 1)


async def test_the_present_password_is_not_guessed_at_a_signed_in_browser(
    console: Console, client: ClientOf
) -> None:
    admin = await client("admin")
    fields = {"old": "wrong one here", "new": "another long word"}
    for _ in range(TRIES):
        assert (await post(admin, "/account", **fields)).status_code == 400
    right = {**fields, "old": PASSWORD}
    assert (await post(admin, "/account", **right)).status_code == 429
    console.clock.wait(WITHIN_S + 1)
    assert (await post(admin, "/account", **right)).status_code == 303
