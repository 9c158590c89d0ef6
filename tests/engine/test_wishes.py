"""What a shopper wants and the shop lacks is said; what it has is told in few words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.types import Band, Route
from tests.engine.conftest import Ask


@pytest.mark.parametrize("text", ["do you have umbrellas", "u got any umbrellas?"])
def test_goods_shown_for_a_thing_not_sold_are_said_to_be_only_near_it(ask: Ask, text: str) -> None:
    part = ask(text)[0].parts[0]
    assert part.products
    assert part.text.startswith("I found nothing for “umbrellas”")
    assert part.prompt is None


@pytest.mark.parametrize(
    ("text", "thing"), [("do you sell usb cables", "usb cables"), ("有雨伞吗", "雨伞")]
)
def test_a_thing_not_sold_with_nothing_near_is_said_by_its_name(
    ask: Ask, text: str, thing: str
) -> None:
    part = ask(text)[0].parts[0]
    assert (part.route, part.band) == (Route.UNKNOWN, Band.UNKNOWN)
    assert f"“{thing}”" in part.text
    assert not part.products and not part.citations


@pytest.mark.parametrize("text", ["do you have a shop in oslo", "do you have gift cards"])
def test_what_no_goods_can_be_is_left_to_the_entries(ask: Ask, text: str) -> None:
    assert ask(text)[0].parts[0].route is Route.FAQ


def test_goods_of_another_material_are_said_to_be_only_near(ask: Ask) -> None:
    part = ask("do you sell cast iron teapots")[0].parts[0]
    assert part.text.startswith("I found nothing for “cast iron teapot”")
    assert all("teapot" in card.name for card in part.products)


def test_nothing_is_told_of_a_product_that_only_stands_in(ask: Ask) -> None:
    part = ask("tell me about the enamel teapot")[0].parts[0]
    assert part.route is Route.RECOMMEND
    assert part.text.startswith("I found nothing for “enamel teapot”")


def test_goods_of_the_material_asked_for_are_shown_alone(ask: Ask) -> None:
    part = ask("glass teapot")[0].parts[0]
    assert [card.name for card in part.products] == ["Glass teapot with strainer"]


@pytest.mark.parametrize("text", ["whats your cheapest desk lamp", "最便宜的台灯"])
def test_the_cheapest_is_one_and_has_the_lowest_price(ask: Ask, text: str) -> None:
    (card,) = ask(text)[0].parts[0].products
    others = ask("show me desk lamps")[0].parts[0].products
    assert card.price.amount == min(other.price.amount for other in others)


def test_the_cheapest_of_those_just_shown_is_one_of_them(ask: Ask) -> None:
    plan, session = ask("show me desk lamps")
    (card,) = ask("the cheapest one pls", session)[0].parts[0].products
    assert card.price.amount == min(c.price.amount for c in plan.parts[0].products)


def test_a_product_asked_for_in_a_colour_it_comes_in_is_told_in_it(ask: Ask) -> None:
    _, session = ask("tell me about the Harbour desk lamp")
    plan, session = ask("do you have it in blue", session)
    assert plan.parts[0].route is Route.DESCRIBE
    assert [card.name for card in plan.parts[0].products] == ["Harbour desk lamp (blue)"]
    plan, _ = ask("how much is it", session)
    assert [card.name for card in plan.parts[0].products] == ["Harbour desk lamp (blue)"]


def test_a_product_without_the_colour_asked_for_is_not_said_to_have_it(ask: Ask) -> None:
    _, session = ask("tell me about the Nordic desk lamp")
    part = ask("do you have it in red", session)[0].parts[0]
    assert part.text.startswith("I found nothing for “Nordic desk lamp, red”")
    assert part.products
    assert all("red" in card.name for card in part.products)


def test_a_product_without_the_size_asked_for_is_not_said_to_have_it(ask: Ask) -> None:
    _, session = ask("tell me about the Washed linen shirt")
    part = ask("do you have it in XXL", session)[0].parts[0]
    assert part.route is Route.RECOMMEND
    assert not any("linen" in card.name for card in part.products)


@pytest.mark.parametrize(
    ("product", "question", "fact"),
    [
        ("Harbour desk lamp", "can i dim it", "dimmable: no"),
        ("Clay teapot", "can it go in the dishwasher", "dishwasher safe: no"),
        ("龟背竹", "猫吃了有毒吗", "对猫狗有毒"),
    ],
)
def test_a_question_about_a_product_gets_the_fact_that_answers_it(
    ask: Ask, product: str, question: str, fact: str
) -> None:
    _, session = ask(f"介绍一下{product}" if not product.isascii() else f"describe the {product}")
    part = ask(question, session)[0].parts[0]
    assert fact in part.text
    assert part.text.count(":") < 4, "the whole of the data was told"
    assert part.prompt is None, "a yes or no is not reworded"


@pytest.mark.parametrize("question", ["is it loud?", "is it waterproof?"])
def test_what_a_products_data_do_not_say_is_not_answered_with_its_description(
    ask: Ask, question: str
) -> None:
    _, session = ask("describe the Harbour desk lamp")
    part = ask(question, session)[0].parts[0]
    assert part.route is Route.DESCRIBE
    assert "does not answer" in part.text
    assert part.prompt is None


def test_what_sending_costs_is_not_what_the_product_costs(ask: Ask) -> None:
    _, session = ask("介绍一下森林动物拼图")
    part = ask("多少錢運到荷蘭", session)[0].parts[0]
    assert part.route is Route.FAQ
    assert not part.products


def test_sizes_are_told_in_chinese(ask: Ask) -> None:
    part = ask("48 件的森林动物拼图")[0].parts[0]
    assert "pieces" not in str([card.name for card in part.products])


def test_when_it_comes_after_an_orders_status_is_that_orders(ask: Ask) -> None:
    plan, session = ask("where is my order JJ-10001, marit.devries@example.com")
    told = plan.parts[0].text
    plan, session = ask("when does it come?", session)
    assert plan.parts[0].route is Route.ORDER
    assert plan.parts[0].text == told


def test_an_orders_status_is_not_told_again_where_it_never_was(ask: Ask) -> None:
    _, session = ask("where is my order?")
    part = ask("when does it come?", session)[0].parts[0]
    assert not part.citations or part.route is not Route.ORDER


def test_a_price_is_a_price_whatever_was_said_of_sending(ask: Ask) -> None:
    _, session = ask("describe the Harbour desk lamp")
    part = ask("how much is it", session)[0].parts[0]
    assert part.products[0].price.amount == Decimal("39.50")


@pytest.mark.parametrize("text", ["do you have umbrellas?", "有雨伞吗"])
def test_a_thing_named_after_goods_were_shown_is_not_those_goods(ask: Ask, text: str) -> None:
    _, session = ask("warm gloves under 40 euros")
    part = ask(text, session)[0].parts[0]
    assert not any("glove" in card.name.lower() or "手套" in card.name for card in part.products)
    assert "“" in part.text


@pytest.mark.parametrize(
    "text", ["do you have a softer version", "have you got them bigger", "有大一点的吗"]
)
def test_another_form_of_what_was_shown_stays_with_it(ask: Ask, text: str) -> None:
    _, session = ask("warm gloves under 40 euros")
    part = ask(text, session)[0].parts[0]
    assert any("glove" in card.name.lower() or "手套" in card.name for card in part.products)
