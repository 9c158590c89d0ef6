"""Where no script runs every page of the console is whole, and leads on."""

from __future__ import annotations

import re

import pytest

from engine.locks import held_alone
from tests.bot.web.scripted_desk import SHIPPING
from tests.knowledge_base.console.conftest import PIECE, ClientOf, Console, post, post_piece

CONVERSATION = re.compile(r'name="conversation" value="([^"]+)"')
WHOLE = "</html>"


async def test_a_question_is_tried_on_a_whole_page_that_goes_on(
    client: ClientOf, console: Console
) -> None:
    viewer = await client("viewer")
    with held_alone(console.home / "run.lock"):
        first = await post(viewer, "/try", text="How much is shipping?")
        (conversation,) = set(CONVERSATION.findall(first.text))
        offered = await post(viewer, "/try", text="unsure", conversation=conversation)
    assert WHOLE in first.text
    assert SHIPPING[0] in first.text
    assert 'name="text"' in first.text
    assert set(CONVERSATION.findall(offered.text)) == {conversation}
    taps = re.findall(r'<form class="taps"[^>]*>', offered.text)
    assert ['method="post" action="/try"' in form for form in taps] == [True]


async def test_what_cannot_be_tried_is_said_on_a_whole_page_with_the_question_kept(
    client: ClientOf,
) -> None:
    viewer = await client("viewer")
    empty = await post(viewer, "/try", text=" ")
    away = await post(viewer, "/try", text="How much is shipping?")
    assert (empty.status_code, away.status_code) == (400, 503)
    assert WHOLE in empty.text and "Write a question first." in empty.text
    assert WHOLE in away.text and 'value="How much is shipping?"' in away.text


async def test_a_script_still_gets_pieces(client: ClientOf, console: Console) -> None:
    viewer = await client("viewer")
    with held_alone(console.home / "run.lock"):
        turn = await post_piece(viewer, "/try", text="How much is shipping?")
    assert SHIPPING[0] in turn.text
    assert WHOLE not in turn.text
    for path in ("/gaps/job", "/warnings/job", "/publish/job", "/imports/job"):
        assert WHOLE not in (await viewer.get(path, headers=PIECE)).text


@pytest.mark.parametrize(
    ("piece", "page"),
    [("/gaps/job", "/gaps"), ("/warnings/job", "/warnings"), ("/publish/job", "/publish"),
     ("/imports/job", "/imports"), ("/products/variant", "/products/new")],
)  # fmt: skip
async def test_a_piece_asked_for_as_a_page_leads_to_its_page(
    client: ClientOf, piece: str, page: str
) -> None:
    editor = await client("editor")
    answer = await editor.get(piece)
    assert (answer.status_code, answer.headers["location"]) == (303, page)


async def test_an_entry_is_previewed_on_a_whole_page_with_all_that_was_typed(
    client: ClientOf, console: Console
) -> None:
    editor = await client("editor")
    row = console.house.files.entry("gift-wrap")
    assert row
    form = (await editor.get("/entries/gift-wrap")).text
    assert 'formaction="/entries/preview"' in form
    typed = {"id": "gift-wrap", "old": "gift-wrap", "version": row.version, "why": "clearer",
             "title:en": "Wrapping", "answer:en": "See https://shop.example/wrap"}  # fmt: skip
    shown = await post(editor, "/entries/preview", **typed)
    assert WHOLE in shown.text
    assert 'href="https://shop.example/wrap"' in shown.text
    for value in (row.version, "clearer", "Wrapping"):
        assert f'value="{value}"' in shown.text
    assert console.house.files.entry("gift-wrap") == row, "a preview saves nothing"
