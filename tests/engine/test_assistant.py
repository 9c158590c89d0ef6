"""The way of a message, on the demo shop with the real encoders: what is told, and what is not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.live import LiveAssistant
from engine.types import Band, Route, Session, WordedBy
from knowledge_base.store import DEMO_SHOP, load
from tests.engine.conftest import Ask

UNTOLD = (Band.UNSURE, Band.UNKNOWN)


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("How much is shipping to Germany?", "shipping-cost"),
        ("how long do i have to send something back", "returns-window"),
        ("运费多少", "shipping-cost"),
        ("能用支付宝吗", "payment-methods"),
    ],
)
def test_a_plain_question_finds_its_entry_first(ask: Ask, text: str, entry: str) -> None:
    part = ask(text)[0].parts[0]
    assert part.route is Route.FAQ
    first = part.citations[0].id if part.citations else part.buttons[0].action
    assert first == f"entry:{entry}"


def test_a_certain_answer_is_the_operators_words(ask: Ask) -> None:
    entries = {entry.id: entry for entry in load(DEMO_SHOP).entries}
    part = ask("How much is shipping?")[0].parts[0]
    assert part.band is Band.CERTAIN
    assert part.worded_by is WordedBy.OPERATOR
    assert part.text == entries["shipping-cost"].answers["en"]
    assert part.prompt is None


def test_a_question_about_a_place_the_entry_never_names_is_not_told(ask: Ask) -> None:
    assert ask("How much is shipping to Brazil?")[0].parts[0].band in UNTOLD


@pytest.mark.parametrize(
    "text",
    ["what is the capital of France", "写一首关于月亮的诗", "asdkjh qwoieu", "🙂🙂🙂", "<b>hi</b>"],
)
def test_what_the_shop_does_not_know_is_not_told(ask: Ask, text: str) -> None:
    part = ask(text)[0].parts[0]
    assert part.band in (*UNTOLD, None)
    assert not part.citations


def test_a_price_bound_is_never_broken(ask: Ask) -> None:
    plan = ask("show me lamps under 30 euros")[0]
    cards = plan.parts[0].products
    assert cards
    assert all(card.price.amount <= Decimal(30) for card in cards)
    assert all(card.in_stock for card in cards)


def test_a_bound_in_another_currency_is_converted_by_the_shops_rate(ask: Ask) -> None:
    cards = ask("200元以下的包有什么推荐")[0].parts[0].products
    assert cards
    assert all(card.price.amount <= Decimal(200) * Decimal("0.128") for card in cards)


def test_a_follow_up_in_another_colour_keeps_the_kind(ask: Ask) -> None:
    products = {product.id: product for product in load(DEMO_SHOP).products}
    _, session = ask("a desk lamp in black please")
    plan, after = ask("and in blue?", session)
    cards = plan.parts[0].products
    assert plan.parts[0].route is Route.RECOMMEND
    assert cards
    assert all("blue" in products[p].colours for p in after.products)
    assert all(products[p].category == "lighting" for p in after.products)


def test_cheaper_means_below_the_cheapest_shown(ask: Ask) -> None:
    first, session = ask("show me backpacks")
    cheapest = min(card.price.amount for card in first.parts[0].products)
    cards = ask("something cheaper?", session)[0].parts[0].products
    assert all(card.price.amount < cheapest for card in cards)


def test_the_second_one_is_the_second_shown(ask: Ask) -> None:
    shown, session = ask("show me desk lamps")
    plan, _ = ask("how much is the second one", session)
    assert plan.parts[0].route is Route.DESCRIBE
    assert plan.parts[0].citations[0].id == shown.parts[0].citations[1].id


def test_two_questions_in_one_message_are_both_answered(ask: Ask) -> None:
    plan, _ = ask("How much is shipping? How long is the warranty on furniture?")
    assert len(plan.parts) == 2
    assert plan.parts[0].route is plan.parts[1].route is Route.FAQ


def test_a_chosen_language_outlasts_the_language_written_in(ask: Ask) -> None:
    chosen, session = ask("", action="language:zh")
    assert chosen.language == "zh"
    plan, _ = ask("How much is shipping?", session)
    assert plan.language == "zh"
    assert "欧元" in plan.parts[0].text or plan.parts[0].band is Band.UNSURE


def test_a_disliked_product_is_not_shown_again(ask: Ask) -> None:
    _, session = ask("show me desk lamps")
    disliked = session.products[0]
    _, session = ask("", session, action=f"dislike:{disliked}")
    _, after = ask("show me desk lamps", session)
    assert disliked not in after.products


def test_a_person_is_promised_only_where_one_can_come(ask: Ask) -> None:
    with_staff = ask("I want to talk to a human", staffed=True)[0].parts[0]
    without = ask("I want to talk to a human", staffed=False)[0].parts[0]
    assert with_staff.handoff is not None
    assert without.handoff is None
    assert with_staff.text != without.text


@pytest.mark.parametrize(
    "action", ["entry:nothing", "details:nothing", "nonsense", "language:xx", "similar:", ":"]
)
def test_a_garbled_button_is_harmless(ask: Ask, action: str) -> None:
    assert ask("", action=action)[0].parts[0].text


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=400))
def test_any_message_gets_a_plan_with_words(shop: LiveAssistant, text: str) -> None:
    from datetime import UTC, datetime

    from engine.types import Message

    message = Message("m", "c", "s", text, datetime(2026, 11, 24, tzinfo=UTC))
    plan = shop.plan(message, Session("c"))
    assert all(part.text or part.closing for part in plan.parts)


def test_the_same_message_is_planned_the_same(ask: Ask) -> None:
    assert (
        ask("gift for a tea lover under 30 euro")[0] == ask("gift for a tea lover under 30 euro")[0]
    )


def test_what_the_shop_does_not_state_is_said_not_guessed(ask: Ask) -> None:
    part = ask("how deep is the Harbour desk lamp?")[0].parts[0]
    assert part.route is Route.DESCRIBE
    assert part.prompt is None
    assert part.text == "The shop does not state the depth of the Harbour desk lamp."


def test_a_measure_asked_for_is_all_the_model_is_shown(ask: Ask) -> None:
    part = ask("铸铁煎锅多重")[0].parts[0]
    assert part.prompt is not None
    (passage,) = part.prompt.passages
    assert "千克" in passage.text
    assert passage.text.startswith("重量: ")
    assert "材质" not in passage.text


def test_a_single_recommendation_is_described_not_listed(ask: Ask) -> None:
    part = ask("有没有适合送妈妈的围巾")[0].parts[0]
    assert part.route is Route.RECOMMEND
    assert len(part.products) == 1
    assert part.prompt is not None and part.prompt.task is Route.DESCRIBE


def test_a_price_asked_for_is_told_with_its_source_whatever_else_is_unstated(ask: Ask) -> None:
    part = ask("price and depth of the Harbour desk lamp")[0].parts[0]
    assert part.route is Route.DESCRIBE
    assert "39.50" in part.closing
    assert part.text or part.citations


@pytest.mark.parametrize("text", ["red scarf under 50 euro", "50欧元以下的红色围巾"])
def test_what_stands_in_for_the_thing_asked_for_is_not_said_to_match(ask: Ask, text: str) -> None:
    part = ask(text)[0].parts[0]
    assert part.products
    assert part.prompt is None
    assert part.text.startswith(("I found nothing for", "没有找到“"))
    assert not any(card.reason for card in part.products)


def test_similar_ones_say_what_they_are_similar_to(ask: Ask) -> None:
    _, session = ask("do you sell desk lamps?")
    part = ask("", session, action=f"similar:{session.products[0]}")[0].parts[0]
    assert part.products
    assert all(card.reason for card in part.products)


def test_a_complaint_after_a_recommendation_is_no_finer_wish(ask: Ask) -> None:
    _, session = ask("red scarf please")
    plan, _ = ask("my parcel came smashed!!", session)
    assert plan.parts[0].route is Route.FAQ


def test_a_drink_without_caffeine_is_one_that_has_none(ask: Ask) -> None:
    plan, _ = ask("something to drink before bed no caffeine under 15 eur")
    shown = [citation.id for citation in plan.parts[0].citations]
    assert set(shown[:2]) == {"product:evening-rooibos", "product:peppermint-infusion"}


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "🙂🙂", "a" * 10_000, "运费 " * 3_000, "wie viel 运费 сколько كم الشحن",
        "كم تكلفة الشحن؟", "\u202eyenom ym kcab evig", "<b>how much</b> is <script>x</script>",
        "'; DROP TABLE turns; --", "\u200b\u200d\ufeff", "\x00\x07", "{{7*7}} ${HOME} %s",
        "?" * 500, "\n" * 200, "𝖍𝖔𝖜 𝖒𝖚𝖈𝖍", "ο ρ α",
    ],
)  # fmt: skip
def test_hostile_text_gets_a_reply_and_breaks_nothing(ask: Ask, text: str) -> None:
    plan, session = ask(text)
    assert plan.parts
    assert all(part.text or part.prompt for part in plan.parts)
    assert ask("how much is shipping?", session)[0].parts[0].route is Route.FAQ


@pytest.mark.parametrize(
    "text", ["How much is shipping?", "How mu\u200bch is ship\u00adping?", "Hоw muсh is shiрping?"]
)
def test_hidden_and_lookalike_letters_change_no_answer(ask: Ask, text: str) -> None:
    part = ask(text)[0].parts[0]
    assert [citation.id for citation in part.citations] == ["entry:shipping-cost"]
