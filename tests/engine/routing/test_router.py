"""Routes: what the words say, and what entries and products say against each other."""

from __future__ import annotations

import pytest

from engine.types import Route
from tests.engine.conftest import Ask


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ("wheres my parcel", Route.ORDER),
        ("帮我查下丁单 jj10005", Route.ORDER),
        ("is there a real human i can chat with", Route.HANDOFF),
        ("转人工", Route.HANDOFF),
        ("r u a bot", Route.SMALLTALK),
        ("谢啦", Route.SMALLTALK),
        ("do people like the electric kettle", Route.REVIEW),
        ("电热水壶好评多吗", Route.REVIEW),
        ("need socks for cold nights", Route.RECOMMEND),
        ("有椅子卖吗", Route.RECOMMEND),
        ("羊毛盖毯多少钱", Route.DESCRIBE),
        ("马克杯能进微波炉吗", Route.DESCRIBE),
        ("how heavy is the cast iron casserole", Route.DESCRIBE),
        ("能包装成礼物吗", Route.FAQ),
        ("the vase was broken when i opend the parcel", Route.FAQ),
        ("is the canal backpack in stock?", Route.DESCRIBE),
        ("运河双肩包多少钱", Route.DESCRIBE),
        ("my sister loves drawing, what would you get her?", Route.RECOMMEND),
        ("想放个小灯在走廊，有什么合适的", Route.RECOMMEND),
        ("bought the blue scarf, got a red one", Route.FAQ),
        ("let me know when the harbour desk lamp is back", Route.FAQ),
        ("别的网站同样的灯便宜十块", Route.FAQ),
        ("has anyone said the velvet cushion fades?", Route.REVIEW),
        ("my order still says processing", Route.ORDER),
        ("Guten Morgen, anybody there?", Route.SMALLTALK),
    ],
)
def test_a_plain_message_takes_its_route(ask: Ask, text: str, route: Route) -> None:
    assert ask(text)[0].parts[0].route is route


def test_a_product_shown_is_what_a_bare_property_asks_about(ask: Ask) -> None:
    _, session = ask("do you sell tea pots")
    shown = session.products
    plan, _ = ask("tell me more about the second", session)
    assert plan.parts[0].route is Route.DESCRIBE
    assert plan.parts[0].citations[0].id == f"product:{shown[1]}"


def test_it_may_stand_for_any_product(ask: Ask) -> None:
    _, session = ask("do you sell tea pots")
    assert ask("can I return it?", session)[0].parts[0].route is Route.FAQ


def test_a_follow_up_of_an_answer_stays_with_the_entries(ask: Ask) -> None:
    _, session = ask("能包装成礼物吗")
    assert ask("这个收费吗", session)[0].parts[0].route is Route.FAQ


@pytest.mark.parametrize("text", ["🙂🙂🙂", "asdkjh qwoieu", "可以租家具吗"])
def test_what_is_no_wish_shows_no_goods(ask: Ask, text: str) -> None:
    part = ask(text)[0].parts[0]
    assert not part.products
    assert not part.citations


def test_a_further_wish_keeps_the_kind_asked_for_before(ask: Ask) -> None:
    _, session = ask("有椅子卖吗")
    part = ask("要矮一点的", session)[0].parts[0]
    assert part.route is Route.RECOMMEND
    assert all("椅" in card.name for card in part.products)


def test_a_demand_alone_keeps_the_kind_asked_for_before(ask: Ask) -> None:
    _, session = ask("有椅子卖吗")
    cards = ask("300欧以下的有吗", session)[0].parts[0].products
    assert cards
    assert all("椅" in card.name for card in cards)


def test_a_thing_named_is_meant_whatever_was_shown_before(ask: Ask) -> None:
    _, session = ask("想买个送妈妈的茶具")
    part = ask("铸铁煎锅多重", session)[0].parts[0]
    assert part.route is Route.DESCRIBE
    assert [c.id for c in part.citations] == ["product:cast-iron-pan"]
