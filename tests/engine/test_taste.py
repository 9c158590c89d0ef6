"""What a shopper is told of their taste, on the demo shop, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from engine.answers.cards import Cards
from engine.answers.taste import LABEL_LENGTH, TOLD, TasteAnswers
from engine.types import Part, Route, Session, Touch, WordedBy
from knowledge_base.store import DEMO_SHOP, EMPTY_SHOP, Knowledge, load

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
LAMP, BACKPACK, MUG = "nordic-desk-lamp", "canal-backpack", "speckled-mug"


def looks(*products: str) -> tuple[Touch, ...]:
    """Looks at products, an hour apart."""
    return tuple(Touch(p, "view_item", AT + timedelta(hours=n)) for n, p in enumerate(products))


@pytest.fixture(scope="module")
def known() -> Knowledge:
    return load(DEMO_SHOP)


@pytest.fixture(scope="module")
def taste(known: Knowledge) -> TasteAnswers:
    return of(known)


def of(known: Knowledge) -> TasteAnswers:
    products = {product.id: product for product in known.products}
    return TasteAnswers(products, known.shop, known.replies, cards_of(known))


def cards_of(known: Knowledge) -> Cards:
    products = {product.id: product for product in known.products}
    return Cards(products, known.shop, known.replies)


HISTORY = (
    Touch(BACKPACK, "purchase", AT),
    Touch(MUG, "add_to_cart", AT + timedelta(days=1)),
    Touch(LAMP, "view_item", AT + timedelta(days=2)),
)


def test_everything_known_is_told_newest_first_with_a_button_each(taste: TasteAnswers) -> None:
    session = Session("c", history=HISTORY, disliked=("felt-laptop-sleeve",))
    part = taste.told(session, "en")
    assert part.text.splitlines()[1:-1] == [
        "• looked at: Nordic desk lamp (2026-11-26)",
        "• put into your cart: Speckled stoneware mug (2026-11-25)",
        "• bought: Canal backpack (2026-11-24)",
        "• not for you: Felt laptop sleeve",
    ]
    assert "Lighting" in part.text and "Bags" in part.text
    assert [button.action for button in part.buttons] == [
        f"forget:{LAMP}", f"forget:{MUG}", f"forget:{BACKPACK}", "forget:felt-laptop-sleeve",
        "forget:",
    ]  # fmt: skip
    assert part.buttons[0].label == "Forget: Nordic desk lamp"


def test_it_is_told_in_chinese_alike(taste: TasteAnswers, known: Knowledge) -> None:
    session = Session("c", history=HISTORY, disliked=("felt-laptop-sleeve",))
    english, chinese = taste.told(session, "en"), taste.told(session, "zh")
    names = {product.id: product.names["zh"] for product in known.products}
    assert chinese.text.splitlines()[1:-1] == [
        f"• 看过：{names[LAMP]}（2026-11-26）",
        f"• 放进购物车：{names[MUG]}（2026-11-25）",
        f"• 买过：{names[BACKPACK]}（2026-11-24）",
        f"• 不喜欢：{names['felt-laptop-sleeve']}",
    ]
    assert not any("a" <= letter <= "z" for letter in chinese.text)
    assert [b.action for b in chinese.buttons] == [b.action for b in english.buttons]
    assert chinese.buttons[-1].label == "全部忘掉"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_where_nothing_is_known_nothing_can_be_forgotten(
    taste: TasteAnswers, language: str
) -> None:
    part = taste.told(Session("c"), language)
    assert part.text
    assert part.buttons == ()


def test_what_is_sold_no_more_is_not_told_but_can_be_forgotten(taste: TasteAnswers) -> None:
    gone = Session("c", history=looks("candle-of-2019"), disliked=("rug-of-2018",))
    part = taste.told(gone, "en")
    assert "nothing about your taste" in part.text
    assert [button.action for button in part.buttons] == ["forget:"]
    more = taste.told(replace(gone, history=looks("candle-of-2019", LAMP)), "en")
    assert "2019" not in more.text and "2018" not in more.text
    assert [button.action for button in more.buttons] == [f"forget:{LAMP}", "forget:"]


def test_a_thing_is_told_once_by_what_says_most(taste: TasteAnswers) -> None:
    bought = Touch(LAMP, "purchase", AT - timedelta(days=9))
    part = taste.told(Session("c", history=(bought, *looks(LAMP, LAMP))), "en")
    assert part.text.count("Nordic desk lamp") == 1
    assert "bought: Nordic desk lamp (2026-11-15)" in part.text


def test_of_two_looks_in_one_second_the_later_is_told_first(taste: TasteAnswers) -> None:
    history = tuple(Touch(product, "view_item", AT) for product in (LAMP, MUG, BACKPACK))
    actions = [button.action for button in taste.told(Session("c", history=history), "en").buttons]
    assert actions[:-1] == [f"forget:{product}" for product in (BACKPACK, MUG, LAMP)]


def test_what_is_not_told_for_its_length_is_counted(taste: TasteAnswers, known: Knowledge) -> None:
    products = [product.id for product in known.products][: TOLD + 3]
    part = taste.told(Session("c", history=looks(*products)), "en")
    assert "and 3 more" in part.text
    assert [b.action for b in part.buttons[:-1]] == [f"forget:{p}" for p in products[:2:-1]]
    full = taste.told(Session("c", history=looks(*products[:TOLD])), "en")
    assert "more" not in full.text


def test_a_date_is_the_shops_not_greenwichs(taste: TasteAnswers) -> None:
    late = Touch(LAMP, "view_item", datetime(2026, 11, 24, 23, 30, tzinfo=UTC))
    assert "(2026-11-25)" in taste.told(Session("c", history=(late,)), "en").text


def test_the_longest_name_and_id_make_a_button_that_telegram_takes(known: Knowledge) -> None:
    lamp = known.products[0]
    long = replace(lamp, id="a" * 40, names={"en": "Lamp " * 60, "zh": "灯" * 300})
    taste = of(replace(known, products=(long,)))
    for language in ("en", "zh"):
        button = taste.told(Session("c", history=looks(long.id)), language).buttons[0]
        assert len(button.action.encode()) <= 64
        assert len(button.label) <= LABEL_LENGTH


def test_what_is_told_is_no_recommendation_to_rate(taste: TasteAnswers) -> None:
    assert taste.told(Session("c", history=HISTORY), "en").route is Route.SMALLTALK


@pytest.mark.parametrize(
    ("language", "one", "all_of_it"),
    [
        (
            "en",
            "Forgotten: Nordic desk lamp. Without it I suggest:",
            "All of it is forgotten. Without it I suggest:",
        ),
        ("zh", "已忘掉：北欧台灯。不再参考这些，我推荐：", "已全部忘掉。不再参考这些，我推荐："),
    ],
)
def test_what_is_forgotten_is_named_before_what_is_suggested_without_it(
    taste: TasteAnswers, known: Knowledge, language: str, one: str, all_of_it: str
) -> None:
    card = cards_of(known).card(MUG, language)
    anew = Part("", Route.RECOMMEND, language, "", WordedBy.TEMPLATE, products=(card,))
    assert taste.forgotten(LAMP, anew).text == one
    assert taste.forgotten("", anew).text == all_of_it


@pytest.mark.parametrize("language", ["en", "zh"])
def test_where_nothing_is_suggested_none_is_announced(taste: TasteAnswers, language: str) -> None:
    nothing = Part("", Route.RECOMMEND, language, "none", WordedBy.TEMPLATE)
    for product in (LAMP, ""):
        assert taste.forgotten(product, nothing).text[-1] in ".。"


def test_a_shop_without_goods_knows_no_taste() -> None:
    assert of(load(EMPTY_SHOP)).told(Session("c", history=HISTORY), "zh").text
