"""Hand-over: who waits is seen with what was said, masked; an answer goes to the bot, once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from redis import Redis

from engine import keys, valkey
from engine.journal_writing import Step
from engine.staff_words import Said, StaffWord, queued_staff_words, said_line
from engine.types import Route
from tests.bot.web.scripted_desk import NASTY
from tests.knowledge_base.console.conftest import ClientOf, Console, post, served
from tests.knowledge_base.console.waiting_shoppers import Shoppers


@pytest.fixture
async def console(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Console]:
    """A console whose shop has a staff chat."""
    home = tmp_path_factory.mktemp("staffed") / "home"
    async with served(home, OPERATOR_CHAT_ID="-100200") as console:
        yield console


@pytest.fixture
def shoppers(console: Console) -> Shoppers:
    return Shoppers(console)


@pytest.fixture
def store(console: Console) -> Iterator[Redis]:
    server = valkey.start(console.home)
    with valkey.connect(console.house.settings) as redis:
        yield redis
    server.stop()


async def test_who_waits_longest_stands_first_with_time_and_reason(
    client: ClientOf, shoppers: Shoppers
) -> None:
    shoppers.called("short1", 5, "upset")
    shoppers.called("long01", 300)
    shoppers.called("helped", 400)
    shoppers.became("helped", Step.ANSWERED)
    shoppers.called("closed", 500, "repeated_unknown")
    shoppers.became("closed", Step.CLOSED)
    viewer = await client("viewer")
    page = (await viewer.get("/handover")).text
    order = ("long01", "short1", "helped", "closed")
    places = [page.index(f"Conversation {name}") for name in order]
    assert places == sorted(places)
    for said in ("5 hours", "5 minutes", "a person has it", "Closed without an answer",
                 "<b>2</b> asked for a person", "<b>1</b> seems upset"):  # fmt: skip
        assert said in page, said
    assert "2 shoppers wait for a person" in (await viewer.get("/")).text


async def test_the_conversation_is_shown_as_it_is_kept(
    client: ClientOf, shoppers: Shoppers, store: Redis
) -> None:
    shoppers.asks("ann001", f"My mail is ⟦email:1⟧ {NASTY}")
    name = shoppers.called("ann001", 5)
    store.rpush(keys.case_talk(name), said_line(Said("", "are you there", 1_700_000_000.0)),
                said_line(Said("Olga", "Yes <i>I</i> am", 1_700_000_060.0)))  # fmt: skip
    page = (await (await client("viewer")).get(f"/handover/{name}")).text
    assert "My mail is ⟦email:1⟧" in page
    assert NASTY not in page
    assert page.index("I do not know.") < page.index("are you there") < page.index("Yes &lt;i&gt;")
    assert "<textarea" not in page
    assert "not delivered" not in page
    store.rpush(keys.case_talk(name), said_line(Said("Olga", "Hello?", 1_700_000_090.0, lost=True)))
    page = (await (await client("viewer")).get(f"/handover/{name}")).text
    assert page.count("not delivered") == 1


async def test_an_answer_waits_for_the_bot_and_is_shown_as_on_its_way(
    client: ClientOf, console: Console, shoppers: Shoppers, store: Redis
) -> None:
    name = shoppers.called("ann001", 5)
    editor = await client("editor")
    done = await post(editor, f"/handover/{name}/answer", text="It ships\r\ntoday. <b>")
    assert done.headers["location"] == "/handover?done=handover-answered"
    assert queued_staff_words(store) == (StaffWord(name, "editor", "It ships\ntoday. <b>"),)
    assert "on its way" in (await editor.get("/handover")).text
    assert "today. &lt;b&gt;" in (await editor.get(f"/handover/{name}")).text
    await post(editor, f"/handover/{name}/close")
    assert queued_staff_words(store)[1:] == (StaffWord(name, "editor", ""),)
    acts = [act.what for act in console.house.audit.newest(2)]
    assert acts == ["case solved", "shopper answered"]


@pytest.mark.parametrize("text", ["", " \n ", "x" * 3501])
async def test_an_answer_that_cannot_be_sent_is_kept_in_the_form(
    client: ClientOf, shoppers: Shoppers, store: Redis, text: str
) -> None:
    name = shoppers.called("ann001", 5)
    answer = await post(await client("editor"), f"/handover/{name}/answer", text=text)
    assert answer.status_code == 400
    assert "at most 3500 letters" in answer.text
    assert text.strip() in answer.text
    assert queued_staff_words(store) == ()


async def test_without_a_store_nothing_is_promised(client: ClientOf, shoppers: Shoppers) -> None:
    name = shoppers.called("ann001", 5)
    answer = await post(await client("editor"), f"/handover/{name}/answer", text="It ships today.")
    assert answer.status_code == 409
    assert "Nothing was sent" in answer.text
    assert "It ships today." in answer.text


async def test_nobody_is_written_to_who_never_asked(
    client: ClientOf, shoppers: Shoppers, store: Redis
) -> None:
    shoppers.asks("bob001", "Do you repair violins?")
    editor = await client("editor")
    for name in ("tg:bob001", "tg:nobody", "../x"):
        answer = await post(editor, f"/handover/{name}/answer", text="Hello")
        assert answer.status_code == 404, name
    assert queued_staff_words(store) == ()


async def test_of_the_chat_page_it_is_said_that_nobody_can_write_back(
    client: ClientOf, shoppers: Shoppers
) -> None:
    shoppers.asks("web001", "A person please", channel="web", route=Route.HANDOFF)
    shoppers.asks("ann001", "A person please", route=Route.HANDOFF)
    page = (await (await client("viewer")).get("/handover")).text
    assert "Nobody can write back there" in page
    assert page.count("the chat page</td>") == 1
    assert "/handover/tg" not in page


async def test_without_a_staff_chat_it_is_said_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    async with served(tmp_path_factory.mktemp("alone") / "home") as console:
        shoppers = Shoppers(console)
        name = shoppers.called("ann001", 5)
        async with console.stranger() as editor:
            await console.sign_in(editor, "editor")
            assert "No staff chat is set" in (await editor.get("/handover")).text
            refused = await post(editor, f"/handover/{name}/answer", text="Hello")
    assert refused.status_code == 409
    assert "the bot brings no answers" in refused.text
