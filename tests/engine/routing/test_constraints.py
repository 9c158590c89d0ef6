"""What a shopper's words demand of a product."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.routing.constraints import ConstraintReader, Constraints
from engine.types import Money, Product, Variant

READER = ConstraintReader("EUR", {"CNY": Decimal("0.125")})


@pytest.mark.parametrize(
    ("text", "lowest", "highest"),
    [
        ("a lamp under 50 euros", None, "50"),
        ("less than €30 please", None, "30"),
        ("up to 25.50", None, "25.50"),
        ("200元以下的包", None, "25"),
        ("不超过40欧元的茶", None, "40"),
        ("五十欧以内的围巾", None, "50"),
        ("一百二十欧元以下", None, "120"),
        ("between 20 and 40 euro", "20", "40"),
        ("20-40 euros", "20", "40"),
        ("20到40欧元的杯子", "20", "40"),
        ("over 100 eur", "100", None),
        ("100欧元以上", "100", None),
        ("around 20 euros", "10", "25"),
        ("预算100欧元左右", "50", "125"),
        ("预算30欧", None, "30"),
        ("budget of 40 euro", None, "40"),
        ("about 60 mugs", None, None),
        ("a 48 cm lamp", None, None),
    ],
)
def test_price_bounds_are_read_in_both_languages(
    text: str, lowest: str | None, highest: str | None
) -> None:
    found = READER.read(text)
    assert found.lowest == (None if lowest is None else Decimal(lowest))
    assert found.highest == (None if highest is None else Decimal(highest))


def test_a_bound_in_a_currency_without_a_rate_is_no_bound_but_named() -> None:
    found = READER.read("a gift below $30")
    assert (found.highest, found.foreign) == (None, "USD")


@pytest.mark.parametrize(
    ("text", "wanted", "refused"),
    [
        ("the blue one", ("blue",), ()),
        ("红色的包", ("red",), ()),
        ("not red please", (), ("red",)),
        ("不要黑色的", (), ("black",)),
        ("gray or white", ("white", "grey"), ()),
    ],
)
def test_colours_are_wanted_or_refused(
    text: str, wanted: tuple[str, ...], refused: tuple[str, ...]
) -> None:
    found = READER.read(text)
    assert (set(found.colours), set(found.not_colours)) == (set(wanted), set(refused))


def product(price: str, stock: int, colour: str = "red", name: str = "Leather bag") -> Product:
    variant = Variant("S", colour, "", Money(Decimal(price), "EUR"), stock)
    return Product("p", {"en": name}, "B", "bags", (variant,))


def test_an_excluded_material_rules_a_product_out() -> None:
    demands = READER.read("a bag, not leather")
    assert demands.variant_of(product("10", 1)) is None
    assert demands.variant_of(product("10", 1, name="Canvas bag")) is not None


@given(
    price=st.decimals(0, 500, places=2),
    bound=st.decimals(1, 500, places=2),
    stock=st.integers(0, 3),
)
def test_no_chosen_variant_breaks_a_demand(price: Decimal, bound: Decimal, stock: int) -> None:
    demands = Constraints(highest=bound, in_stock=True, colours=("red",))
    chosen = demands.variant_of(product(str(price), stock))
    assert (chosen is not None) == (price <= bound and stock > 0)


def test_later_demands_win_over_earlier_ones() -> None:
    later, earlier = READER.read("in blue"), READER.read("a red bag under 50 euros")
    both = later.over(earlier)
    assert (both.colours, both.highest) == (("blue",), Decimal(50))


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert isinstance(READER.read(text), Constraints)


@pytest.mark.parametrize("asked", ["tea without caffeine", "no caffeine please", "不要咖啡因的茶"])
@pytest.mark.parametrize(
    ("attributes", "tags", "allowed"),
    [
        ({"en": {"caffeine": "none"}, "zh": {"咖啡因": "无"}}, (), True),
        ({"en": {"blend": "rooibos"}}, ("caffeine-free", "不含咖啡因"), True),
        (
            {"en": {"caffeine": "low, about 15 mg"}, "zh": {"咖啡因": "低，每杯约 15 毫克"}},
            (),
            False,
        ),
    ],
)
def test_what_is_free_of_a_thing_does_not_hold_it(
    asked: str, attributes: dict[str, dict[str, str]], tags: tuple[str, ...], allowed: bool
) -> None:
    tea = Product("tea", {"en": "Evening tea"}, "b", "tea",
                  (Variant("T1", "", "", Money(Decimal(5), "EUR"), 3),),
                  attributes=attributes, tags=tags)  # fmt: skip
    found = ConstraintReader("EUR", {}).read(asked).variant_of(tea)
    assert (found is not None) == allowed


def _uncoloured(name: str, text: str) -> Product:
    variant = Variant("S-1", "", "", Money(Decimal(10), "EUR"), 3)
    return Product("p", {"en": name}, "brand", "bags", (variant,), descriptions={"en": text})


@pytest.mark.parametrize(
    ("text", "name", "about", "shown"),
    [
        ("a red backpack", "Red backpack", "Light.", True),
        ("a red backpack", "Backpack", "In deep burgundy.", True),
        ("a red backpack", "Blue backpack", "Light.", False),
        ("a red backpack", "Backpack", "Light.", False),
        ("红色的包", "Backpack", "A crimson one.", True),
        ("a backpack, not red", "Red backpack", "Light.", False),
        ("a backpack, not red", "Navy backpack", "Light.", True),
        ("a blue backpack", "Navy backpack", "Light.", True),
    ],
)
def test_colours_stand_in_the_texts_of_a_catalogue_without_a_column_for_them(
    text: str, name: str, about: str, shown: bool
) -> None:
    product = _uncoloured(name, about)
    assert (READER.read(text).variant_of(product) is not None) == shown
