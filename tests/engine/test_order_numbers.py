"""An order number is found however shops write it, and nothing else is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.order_numbers import number_alone, order_number, without_numbers

PLAIN = st.integers(100_000, 99_999_999).map(str)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("JJ-10001", "jj10001"), ("where is jj 10001", "jj10001"), ("JJ10001到哪了", "jj10001"),
        ("where is #1001", "1001"), ("order#1001?", "1001"), ("my order # 1001 please", "1001"),
        ("订单＃1001 到哪了", "1001"), ("status of order #2024", "2024"),
        ("where is order 100234", "100234"), ("Order 1001, ann@example.com", "1001"),
        ("order no. 100234.", "100234"), ("order nr 100234", "100234"),
        ("my order number is 100234", "100234"), ("order number: 2024", "2024"),
        ("order id 55821 is late", "55821"), ("订单100234到哪了", "100234"),
        ("订单号是 100234", "100234"), ("單號：100234", "100234"), ("单号 12345678", "12345678"),
        ("wheres my stuff, order 40718, been waiting since tues", "40718"),
        ("order JJ-10001, not order 100234", "jj10001"),
    ],
)  # fmt: skip
def test_numbers_are_found_as_shoppers_write_them(text: str, number: str) -> None:
    assert order_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "is an order of 1200 free of shipping", "order 1500 euro", "order 1000 €", "order $1500",
        "订单 1000元 包邮吗", "满订单1000", "orders over 2000", "an order 1,500.00",
        "did you exist in 2019", "my order 2024", "订单2024年的", "order 2024-11-02",
        "lamps from 1960", "delivery on 24 dec 2026", "order 2026/11",
        "call me on +31 6 1234 0142", "order placed, call 0612345678", "订单电话 13800123403",
        "order it to 1012 AB Amsterdam", "do you ship to NY 10001", "postcode NL 1012",
        "i live in ca 90210", "邮编 100234", "can i order 1000 mugs", "i want to order 5000",
        "eur 4500", "over 10000 sold", "sku #12345", "colour #112233", "room 1204",
        "1001", "100234", "https://shop.example/x#1001", "&#1234;", "order 123",
        "order 123456789",
    ],
)  # fmt: skip
def test_prices_years_phones_and_postcodes_are_no_order_numbers(text: str) -> None:
    assert order_number(text) == ""


@given(PLAIN, st.sampled_from(("order {}", "Order no. {}, please", "订单{}", "my order: {} ?")))
def test_any_number_called_an_order_is_one(number: str, words: str) -> None:
    assert order_number(words.format(number)) == number
    assert number not in without_numbers(words.format(number).lower())


@given(PLAIN, st.sampled_from(("{} euro", "€{}", "{}元", "{} pieces", "{}.50", "{}-1", "{}g")))
def test_an_amount_behind_the_word_order_is_none(number: str, words: str) -> None:
    assert order_number(f"order {words.format(number)}") == ""


@pytest.mark.parametrize(
    ("text", "number"),
    [("100234", "100234"), ("#1001.", "1001"), ("1001 ann@example.com", ""), ("12", "")],
)
def test_a_number_that_is_the_whole_message(text: str, number: str) -> None:
    assert number_alone(text) == number


def test_of_several_numbers_none_is_left_over_as_a_proof() -> None:
    assert without_numbers("jj-1001 or #1002, order 1003: 0142").split() == [
        "or", "#", ",", "order", ":", "0142",
    ]  # fmt: skip
