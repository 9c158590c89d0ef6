"""From a reply to messages."""

from __future__ import annotations

from dataclasses import replace

from bot.telegram import actions, render, utf16
from bot.telegram.parts import Delivery, dump, load
from engine.types import Band, Button, Citation, Route
from tests.bot.telegram.rule_desk import TURN, card, reply

TO = Delivery(5)


def say(key: str) -> str:
    return key


def test_an_answer_has_thumbs_and_its_source() -> None:
    made = render.reply(reply("Yes.", citations=(Citation("entry:a", "A"),)), TO, say)
    assert [key.action for key in made[-1].rows[-1]] == [
        f"rate_up:{TURN}",
        f"rate_down:{TURN}",
        "source:a",
    ]


def test_what_is_no_answer_has_no_thumbs() -> None:
    unsure = replace(reply("One of these?"), band=Band.UNSURE)
    for made in (unsure, reply("Hello", Route.SMALLTALK)):
        assert render.reply(made, TO, say)[0].rows == ()


def test_buttons_stand_under_the_last_piece() -> None:
    made = render.reply(reply("word " * 2000, buttons=(Button("One", "entry:a"),)), TO, say)
    assert len(made) == 3
    assert [bool(part.rows) for part in made] == [False, False, True]


def test_a_card_is_a_captioned_picture_with_its_buttons() -> None:
    shown = render.reply(reply("Here:", Route.RECOMMEND, products=(card("Lamp"),)), TO, say)[1]
    assert shown.image == "images/lamp.png"
    assert labels(shown) == [["button_open"], ["Tell me more", "Similar ones"], ["Not for me"]]
    assert shown.rows[0][0].url
    assert shown.text.endswith("Popular with our shoppers")


def labels(shown: Delivery) -> list[list[str]]:
    return [[key.label for key in row] for row in shown.rows]


def test_a_fourth_button_of_a_card_needs_no_row_more() -> None:
    lamp = card("Lamp")
    forget = Button("Forget this", "forget:" + "a" * 40)
    lamp = replace(lamp, buttons=(*lamp.buttons, forget))
    shown = render.reply(reply("Here:", Route.RECOMMEND, products=(lamp,)), TO, say)[1]
    assert labels(shown)[1:] == [["Tell me more", "Similar ones"], ["Not for me", "Forget this"]]
    assert shown.rows[-1][-1].action == forget.action


def test_a_label_too_long_for_half_a_row_has_one_of_its_own() -> None:
    for long in ("Everything about it", "关于这件商品的介绍详情"):
        buttons = (
            Button("More", "details:a"),
            Button(long, "similar:a"),
            Button("No", "dislike:a"),
        )
        lamp = replace(card("Lamp"), url="", buttons=buttons)
        shown = render.reply(reply("Here:", Route.RECOMMEND, products=(lamp,)), TO, say)[1]
        assert labels(shown) == [["More"], [long], ["No"]]


def test_what_can_be_forgotten_stands_one_a_row() -> None:
    forget = tuple(Button(f"Forget: {n}", f"forget:{n}") for n in "abc")
    told = render.reply(reply("Taste", Route.SMALLTALK, buttons=forget), TO, say)[0]
    assert labels(told) == [["Forget: a"], ["Forget: b"], ["Forget: c"]]


def test_a_caption_fits_telegram() -> None:
    long = replace(card("Lamp"), caption="Lamp 😀 " * 900)
    shown = render.reply(reply("Here:", Route.RECOMMEND, products=(long,)), TO, say)[1]
    assert utf16.length(shown.text) <= utf16.CAPTION_LIMIT


def test_only_real_web_addresses_become_link_buttons() -> None:
    assert render.shop_link("https://shop.example/p/1")
    for url in ("", "javascript:alert(1)", "http://localhost/x", "https://[", "ftp://a.example"):
        assert not render.shop_link(url)


def test_every_button_fits_64_bytes() -> None:
    made = render.reply(
        reply("x", buttons=(Button("good", "entry:" + "a" * 40), Button("bad", "e:" + "a" * 70))),
        TO,
        say,
    )
    keys = [key for row in made[0].rows for key in row]
    assert "bad" not in [key.label for key in keys]
    assert all(actions.fits(key.action) for key in keys)
    assert load(dump(made)) == made
