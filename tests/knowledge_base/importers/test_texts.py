"""Texts of other systems become plain, short and in our form, whatever they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.importers.texts import language_of, pairs, plain_text, price_of, short_id
from knowledge_base.schema import IDENTIFIER

HTML = st.lists(
    st.sampled_from(["<", ">", "<!", "<!--", "-->", "<![", "]]>", "<?", "</", "<a ", "='", '"', "/",
                     "<script>", "</script>", "<p>", "<br/>", "&amp;", "&#x", "&#0;",
                     "a", " ", "\n"])
    | st.text(max_size=3)
).map("".join)  # fmt: skip


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Two</p><p>lines &amp; more</p>", "Two\nlines & more"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("a<script>alert('<b>')</script>b<style>p {}</style>c", "abc"),
        ("<!-- <p>no</p> -->yes<!DOCTYPE x><?php no ?>", "yes"),
        ("size < 5 and > 3", "size < 5 and > 3"),
        ("a <b>bold</b> <i>word", "a bold word"),
        ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
        ("never ended <!-- no", "never ended"),
        ("Plain, with\n\ntwo paragraphs", "Plain, with\n\ntwo paragraphs"),
    ],
)
def test_html_becomes_plain_text(html: str, text: str) -> None:
    assert plain_text(html) == text


@given(HTML)
def test_what_stands_in_a_script_is_in_no_text(html: str) -> None:
    assert "zzz" not in plain_text(f"<p><script>zzz</script>{html}")


@pytest.mark.parametrize(
    ("part", "last"),
    [("<a ", "end"), ("<!--", ""), ("</", "end"), ("<a b='", "end"), ("<?", "end")],
)
def test_what_follows_ten_thousand_tags_without_an_end_is_read(part: str, last: str) -> None:
    # Given to the parser as they are, some of these take it most of a minute.
    assert plain_text(part * 10_000 + "<p>end").rpartition("\n")[2] == last


@given(st.text(min_size=1))
def test_every_text_gets_an_id_of_its_own_that_stays(text: str) -> None:
    found = short_id(text)
    assert IDENTIFIER.match(found)
    assert short_id(text) == found
    assert short_id(text + "x") != found
    assert short_id(found) == found


@pytest.mark.parametrize(
    ("text", "amount"),
    [("49.00", "49.00"), ("49,00", "49.00"), ("1,234.50", "1234.50"), ("1.234,50", "1234.50"),
     ("12", "12"), ("1 234,5", "1234.5"), ("0.5", "0.5")],
)  # fmt: skip
def test_prices_are_read_in_the_ways_they_are_written(text: str, amount: str) -> None:
    assert price_of(text) == amount


@pytest.mark.parametrize("text", ["", "cheap", "1,234", "-5", "1.2.3", "1e5", "٣"])
def test_a_price_that_may_be_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an amount"):
        price_of(text)


def test_attributes_hold_neither_of_the_signs_that_part_them() -> None:
    assert pairs({"a:b": "c; d", "empty": "", "材质：": "木"}) == "a,b: c, d; 材质,: 木"


def test_a_language_is_told_by_its_characters() -> None:
    found = [language_of(text) for text in ("Mug", "马克杯 M", "", "A mug (杯)", "杯 42")]
    assert found == ["en", "zh", "en", "en", "zh"]
