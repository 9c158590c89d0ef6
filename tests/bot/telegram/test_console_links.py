"""/console: who is an operator gets a link that signs in once; nobody else learns anything."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.telegram.console_links import ConsoleLinks
from engine.console_accounts import has_account
from engine.operators import Role
from engine.settings import Settings
from engine.sign_in_links import TTL_S, console_address, console_key, read_link
from knowledge_base.console.people import People
from knowledge_base.console.store import ConsoleStore
from tests.bot.telegram.conftest import STAFF_CHAT, Bench

OPERATOR, WITH_ACCOUNT = 31, 41
ADDRESS = "https://desk.example"


def settings_of(home: Path, **environ: str) -> Settings:
    return Settings.load({"SHOPDESK_HOME": str(home), **environ}, home / "no.env")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def linking(bench: Bench, home: Path) -> Bench:
    settings = settings_of(home, PUBLIC_URL=ADDRESS, OPERATORS=f"{OPERATOR}:viewer")
    People(ConsoleStore(home)).add("Ann", Role.EDITOR, "", "test", WITH_ACCOUNT)
    bench.parts = replace(bench.parts, console=ConsoleLinks.open(settings, bench.clock))
    return bench


@pytest.mark.parametrize("number", [OPERATOR, WITH_ACCOUNT])
async def test_an_operator_gets_a_link_of_five_minutes(
    linking: Bench, home: Path, number: int
) -> None:
    olga = linking.telegram.user(number, "Olga")
    async with linking.running(operator=STAFF_CHAT):
        await linking.telegram.staff_group(STAFF_CHAT)
        await olga.send("/console")
        call = await olga.chat.wait_for_text(f"{ADDRESS}/enter/")
    assert "within 5 minutes" in call.text
    shown = call.params["link_preview_options"]
    assert (json.loads(shown) if isinstance(shown, str) else shown) == {"is_disabled": True}
    token = call.text.split("/enter/")[1].split()[0]
    link = read_link(console_key(home), token, linking.clock.now + TTL_S - 1)
    assert link is not None
    assert link.telegram_id == number
    assert read_link(console_key(home), token, linking.clock.now + TTL_S + 1) is None


async def test_two_links_are_never_the_same(linking: Bench) -> None:
    olga = linking.telegram.user(OPERATOR, "Olga")
    async with linking.running():
        await olga.send("/console")
        first = await olga.chat.wait_for_text("/enter/")
        await olga.send("/console")
        second = await olga.chat.wait_for_text("/enter/", after=first.number)
    assert first.text.split()[0] != second.text.split()[0]


async def test_a_stranger_is_told_nothing_of_use(linking: Bench) -> None:
    mia = linking.telegram.user()
    async with linking.running():
        await mia.send("/console")
        await mia.chat.wait_for_text("for the shop's operators")
        told = " ".join(message.text for message in await mia.chat.bot_messages())
    assert ADDRESS not in told
    assert "enter" not in told


async def test_no_link_is_sent_to_a_group(linking: Bench) -> None:
    staff, olga = (
        await linking.telegram.staff_group(STAFF_CHAT), linking.telegram.user(OPERATOR, "Olga"),
    )  # fmt: skip
    group = await linking.telegram.group(-77, bot_admin=True)
    async with linking.running(operator=STAFF_CHAT):
        await olga.send("/console@shopdesk_test_bot", group)
        await olga.send("/console", staff)
        await staff.wait_for_text("in our own chat")
        await olga.send("@shopdesk_test_bot hello", group)
        await group.wait_for_text("echo hello")
    every = [m.text for chat in (staff, group) for m in await chat.bot_messages()]
    assert not any("/enter/" in text for text in every)
    assert [m.text for m in await group.bot_messages()] == ["echo hello"]


def test_a_missing_or_damaged_file_of_the_console_lets_nobody_in(
    linking: Bench, home: Path
) -> None:
    assert has_account(home, WITH_ACCOUNT)
    assert not has_account(home, WITH_ACCOUNT + 1)
    assert not has_account(home, 2**70)
    assert not has_account(home / "nowhere", WITH_ACCOUNT)
    for file in home.glob("console.sqlite*"):
        file.write_bytes(b"not a database, not at all" * 100)
    assert not has_account(home, WITH_ACCOUNT)


def test_the_address_is_the_public_one_else_where_it_listens(home: Path) -> None:
    assert console_address(settings_of(home, PUBLIC_URL=f"{ADDRESS}/")) == ADDRESS
    port = {"CONSOLE_PORT": "9000"}
    for host, shown in (("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("10.0.0.5", "10.0.0.5")):
        found = console_address(settings_of(home, CONSOLE_HOST=host, **port))
        assert found == f"http://{shown}:9000"
