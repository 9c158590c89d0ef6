"""Entries through the console: nothing typed is lost, nothing of others is overwritten."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest

from engine.types import Entry
from knowledge_base.console.entry_form import checked, form_of
from tests.knowledge_base.console.conftest import ClientOf, Console, post, post_piece

FIELD = re.compile(r'name="(version|old|id)" value="([^"]*)"')


def entry(console: Console, identifier: str) -> Entry:
    row = console.house.files.entry(identifier)
    assert row and row.entry
    return row.entry


async def hidden_fields(client: httpx.AsyncClient, identifier: str) -> dict[str, str]:
    """What the form of an entry carries along."""
    html = (await client.get(f"/entries/{identifier}")).text
    return {name: unescape(value) for name, value in FIELD.findall(html)}


async def save(client: httpx.AsyncClient, identifier: str, **fields: str) -> httpx.Response:
    """Open an entry, type, save."""
    carried = await hidden_fields(client, identifier)
    return await post(client, "/entries", **{**carried, **typed(**fields)})


def typed(
    answer: str = "An answer.", questions: str = "A question?", **more: str
) -> dict[str, str]:
    return {"questions:en": questions, "answer:en": answer, **more}


async def restore(client: httpx.AsyncClient, name: str, change: str) -> httpx.Response:
    """As its history's page does."""
    page = (await client.get(f"/entries/{name}/history")).text
    found = re.search(r'name="version" value="(\w*)"', page)
    version = found.group(1) if found else ""
    return await post(client, f"/entries/{name}/restore", change=change, version=version)


async def test_an_entry_is_made_seen_changed_deleted_and_brought_back(
    console: Console, client: ClientOf
) -> None:
    editor = await client("editor")
    fields = typed(
        "Yes,\r\nin the shop.", "Do you repair lamps?\r\n\r\nlamp repair", tags="a, b，a"
    )
    made = await post(editor, "/entries", id="lamp-repair", why="asked often", **fields)
    assert made.headers["location"] == "/entries/lamp-repair?done=entry-new"
    found = entry(console, "lamp-repair")
    assert found.answers == {"en": "Yes,\nin the shop."}
    assert found.questions == {"en": ("Do you repair lamps?", "lamp repair")}
    assert found.tags == ("a", "b")
    assert "lamp-repair" in (await editor.get("/entries?q=LAMPS+repair")).text
    assert (await save(editor, "lamp-repair", answer="No.")).headers["location"].endswith("saved")
    version = (await hidden_fields(editor, "lamp-repair"))["version"]
    deleted = await post(editor, "/entries/lamp-repair/delete", version=version)
    assert deleted.status_code == 303
    assert (await editor.get("/entries/lamp-repair")).status_code == 404
    history = (await editor.get(deleted.headers["location"])).text
    assert "Bring it back" in history
    change = re.findall(r'name="change" value="(\d+)"', history)[0]
    await restore(editor, "lamp-repair", change)
    assert entry(console, "lamp-repair").answers == {"en": "No."}
    first = next(iter(console.house.working_copy.history.changes("faq/lamp-repair.md")))
    assert (first.by, first.why) == ("editor", "asked often")
    await restore(editor, "lamp-repair", str(first.id))
    assert entry(console, "lamp-repair") == found


async def test_what_was_not_changed_is_not_saved(console: Console, client: ClientOf) -> None:
    editor = await client("editor")
    await post(editor, "/entries", id="a", **typed())
    answer = await save(editor, "a")
    assert answer.headers["location"] == "/entries/a?done=nothing-changed"


async def test_saving_a_form_as_it_came_keeps_every_entry(
    console: Console, client: ClientOf
) -> None:
    for row in console.house.files.entries():
        assert row.entry
        form = form_of(row.entry, ("en", "zh"))
        again, faults = checked(form, ("en", "zh"))
        assert (again, faults) == (row.entry, [])


async def test_the_second_of_two_editors_is_told_and_keeps_their_text(
    console: Console, client: ClientOf
) -> None:
    ann, bob = await client("editor"), await client("publisher")
    seen = await hidden_fields(ann, "gift-wrap")
    assert (await save(bob, "gift-wrap", answer="Bob's words.")).status_code == 303
    mine = typed("Ann's <words>.", why="clearer")
    told = await post(ann, "/entries", **{**seen, **mine})
    assert told.status_code == 409
    assert "publisher has saved this entry meanwhile" in told.text
    assert "Bob&#39;s words." in told.text
    assert "Ann&#39;s &lt;words&gt;." in told.text
    assert 'value="clearer"' in told.text
    assert entry(console, "gift-wrap").answers["en"] == "Bob's words."
    carried = {name: unescape(value) for name, value in FIELD.findall(told.text)}
    assert (await post(ann, "/entries", **{**carried, **mine})).status_code == 303
    assert entry(console, "gift-wrap").answers["en"] == "Ann's <words>."


async def test_a_change_in_an_editor_outside_is_not_overwritten(
    console: Console, client: ClientOf
) -> None:
    ann = await client("editor")
    seen, path = await hidden_fields(ann, "gift-wrap"), console.folder / "faq/gift-wrap.md"
    path.write_text(path.read_text("utf-8") + "\nBy hand.\n", "utf-8")
    told = await post(ann, "/entries", **{**seen, **typed("Mine.")})
    assert told.status_code == 409
    assert "By hand." in told.text
    gone = await post(ann, "/entries/gift-wrap/delete", version=seen["version"])
    assert gone.status_code == 409
    assert "By hand." in path.read_text("utf-8")


async def test_an_entry_deleted_meanwhile_is_told_and_can_be_saved_again(
    console: Console, client: ClientOf
) -> None:
    ann = await client("editor")
    seen = await hidden_fields(ann, "gift-wrap")
    await post(ann, "/entries/gift-wrap/delete", version=seen["version"])
    told = await post(ann, "/entries", **{**seen, **typed("Mine.")})
    assert told.status_code == 409
    carried = {name: unescape(value) for name, value in FIELD.findall(told.text)}
    assert (await post(ann, "/entries", **{**carried, **typed("Mine.")})).status_code == 303
    assert entry(console, "gift-wrap").answers == {"en": "Mine."}


@pytest.mark.parametrize("fields, told", [
    ({"id": ""}, "1-40 letters"),
    ({"id": "../x"}, "1-40 letters"),
    ({"id": "new"}, "this one is a page"),
    ({"id": "gift-wrap"}, "Another entry has this id."),
    ({"old": "gift-wrap", "id": "shipping-cost"}, "Another entry has this id."),
    ({"old": "gift-wrap", "id": "brand-new"}, "Another entry has this id."),
    ({"answer:en": " "}, "Write the answer in at least one language."),
    ({"questions:en": "\n"}, "Write at least one question"),
    ({"answer:en": "x" * 3501}, "The answer is too long"),
    ({"valid_from": "tomorrow"}, "Write a date such as"),
    ({"valid_from": "2026-11-02", "valid_until": "2026-11-01"}, "It ends before it begins."),
    ({"answer:en": "a\n## zh\nb"}, "A line of the answer begins with"),
    ({"answer:fr": "oui", "questions:fr": "non"}, "none of the shop&#39;s languages"),
])  # fmt: skip
async def test_a_form_with_a_fault_is_shown_again_and_nothing_is_written(
    console: Console, client: ClientOf, fields: dict[str, str], told: str
) -> None:
    editor = await client("editor")
    before = {path: path.read_bytes() for path in console.folder.glob("faq/*")}
    sent = {"id": "fine", **typed("Kept, what I <typed>.", owner="me"), **fields}
    answer = await post(editor, "/entries", **sent)
    assert answer.status_code == 400
    assert told in answer.text
    assert "Kept, what I &lt;typed&gt;." in answer.text or "answer:en" in fields
    assert {path: path.read_bytes() for path in console.folder.glob("faq/*")} == before


async def test_many_are_changed_in_one_change(console: Console, client: ClientOf) -> None:
    console.clock.wait(24 * 3600)
    editor, chosen = await client("editor"), ["gift-wrap", "shipping-cost", "no-such"]
    for what, tag in (("hide", ""), ("tag", "x, y"), ("untag", "y"), ("checked", "")):
        answer = await post(editor, "/entries/change", chosen=chosen, what=what, tag=tag)
        assert answer.headers["location"].endswith("entries-changed")
    for identifier in chosen[:2]:
        found = entry(console, identifier)
        assert (found.hidden, found.last_checked) == (True, console.clock().date())
        assert "x" in found.tags
        assert "y" not in found.tags
    assert not entry(console, "shipping-time").hidden
    changes = list(console.house.working_copy.history.changes())
    assert [len(change.files) for change in changes[1:]] == [2, 2, 2, 2]


@pytest.mark.parametrize("what, tag", [("", ""), ("tag", " "), ("explode", "x"), ("show", "")])
async def test_a_bulk_change_of_nothing_rewrites_no_file(
    console: Console, client: ClientOf, what: str, tag: str
) -> None:
    path = console.folder / "faq/gift-wrap.md"
    # As written by hand: the same value, other white space.
    path.write_text(
        path.read_text("utf-8").replace("---\n\n", "---\n").replace("\n", "\r\n"), "utf-8"
    )
    before = path.read_bytes()
    answer = await post(await client("editor"), "/entries/change",
                        chosen="gift-wrap", what=what, tag=tag)  # fmt: skip
    assert answer.headers["location"].endswith("nothing-changed")
    assert path.read_bytes() == before


async def test_a_broken_file_is_shown_with_its_line_and_mended(
    console: Console, client: ClientOf
) -> None:
    editor, path = await client("editor"), console.folder / "faq/gift-wrap.md"
    good = path.read_text("utf-8")
    path.write_text(good.replace("tags:", "tagz:"), "utf-8")
    assert "gift-wrap.md" in (await editor.get("/entries?state=broken")).text
    shown = (await editor.get("/entries/gift-wrap")).text
    assert "did you mean &#39;tags&#39;?" in shown
    assert "tagz:" in shown
    version = dict(FIELD.findall(shown))["version"]
    still = await post(editor, "/entries/gift-wrap/file", text="no front matter", version=version)
    assert still.status_code == 400
    assert "no front matter" in still.text
    other = good.replace("id: gift-wrap", "id: shipping-cost")
    taken = await post(editor, "/entries/gift-wrap/file", text=other, version=version)
    assert "Another entry has this id." in taken.text
    path.write_text(good.replace("tags:", "tagx:"), "utf-8")
    told = await post(editor, "/entries/gift-wrap/file", text=good, version=version)
    assert told.status_code == 409
    assert "tagx:" in told.text
    version = dict(FIELD.findall(told.text))["version"]
    crlf = good.replace("\n", "\r\n")
    assert (
        await post(editor, "/entries/gift-wrap/file", text=crlf, version=version)
    ).status_code == 303
    assert path.read_bytes() == good.encode()


async def test_a_file_that_is_no_text_is_shown_and_breaks_no_page(
    console: Console, client: ClientOf
) -> None:
    editor = await client("editor")
    (console.folder / "faq/gift-wrap.md").write_bytes(b"---\nid: \xff\xfe\n---\n")
    await post(editor, "/entries/change", chosen="shipping-cost", what="hide")
    for path in ("/", "/entries", "/entries/gift-wrap", "/entries/gift-wrap/history", "/publish"):
        assert (await editor.get(path)).status_code == 200
    told = await post(editor, "/entries/gift-wrap/restore", change="1")
    assert told.status_code == 400


async def test_the_list_is_searched_and_filtered(console: Console, client: ClientOf) -> None:
    editor = await client("editor")
    await post(editor, "/entries/change", chosen="gift-wrap", what="tag", tag="only-this")
    await post(editor, "/entries/change", chosen="gift-wrap", what="hide")
    for query in ("tag=only-this", "state=hidden", "q=GIFT wrap", "q=gift&state=hidden"):
        found = (await editor.get(f"/entries?{query}")).text
        assert "/entries/gift-wrap" in found, query
        assert "/entries/shipping-cost" not in found, query
    assert "Nothing fits" in (await editor.get("/entries?q=zzzz")).text
    piece = (await editor.get("/entries?q=gift", headers={"hx-request": "true"})).text
    assert "<html" not in piece
    assert (await editor.get("/entries?at=99999")).status_code == 200
    assert (await editor.get("/entries?at=0")).status_code == 400


async def test_a_new_language_of_the_shop_is_seen_at_once(
    console: Console, client: ClientOf
) -> None:
    editor, shop = await client("editor"), console.folder / "shop.yaml"
    row = console.house.files.entry("gift-wrap")
    assert row and row.entry and "zh" in row.entry.answers
    text = shop.read_text("utf-8")
    shop.write_text(re.sub(r"languages: *\[.*\]", "languages: [en]", text), "utf-8")
    assert console.house.files.shop().languages == ("en",)
    assert "none of the shop&#39;s languages" in (await editor.get("/entries/gift-wrap")).text
    shop.write_text(text, "utf-8")
    assert entry(console, "gift-wrap") == row.entry


async def test_the_preview_shows_the_answer_as_sent(client: ClientOf) -> None:
    viewer = await client("viewer")
    fields = typed("See https://shop.example/a. 好", **{"answer:zh": ""})
    shown = await post_piece(viewer, "/entries/preview", id="x", **fields)
    assert 'href="https://shop.example/a"' in shown.text
    assert "<html" not in shown.text


async def test_an_earlier_text_is_not_put_over_what_another_saved_meanwhile(
    console: Console, client: ClientOf
) -> None:
    editor = await client("editor")
    await post(editor, "/entries", id="a", **typed())
    change = str(next(iter(console.house.working_copy.history.changes("faq/a.md"))).id)
    version = console.house.working_copy.version("faq/a.md")
    await save(editor, "a", answer="Another's.")
    late = await post(editor, "/entries/a/restore", change=change, version=version)
    assert late.status_code == 409
    assert entry(console, "a").answers == {"en": "Another's."}
    assert (await restore(editor, "a", change)).status_code == 303
    assert entry(console, "a").answers != {"en": "Another's."}
