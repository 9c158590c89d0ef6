"""Postal addresses become tokens; what only looks like one stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.privacy import TOKEN, mask, unmask
from tests.growth import growth

MASKED = [
    "12 Main Street, Springfield, IL 62704",
    "221B Baker Street, London NW1 6XE",
    "350 Fifth Avenue, New York, NY 10118",
    "1234 NW 5th Avenue, Apt. 12, Miami, FL 33101",
    "PO Box 1234, Portland, OR 97208",
    "Hauptstraße 5, 10115 Berlin",
    "Keizersgracht 126, 1015 CW Amsterdam",
    "12 rue de la Paix, 75002 Paris",
    "Calle de Alcalá 45, 28014 Madrid",
    "Via Roma 12, 00184 Roma",
    "ul. Marszałkowska 10, 00-590 Warszawa",
    "Drottninggatan 5, 111 51 Stockholm",
    "1 Infinite Loop, Cupertino, CA 95014",
    "浙江省杭州市西湖区文三路138号3幢502室",
    "浙江省 杭州市 滨江区 网商路 699号",
    "上海市徐汇区漕溪北路88弄6号1502室",
    "嘉兴市南湖区中山东路600号",
    "青岛市市南区香港中路40号",
    "翠苑新村12幢1单元301",
    "湖南省浏阳市大瑶镇枫林村12组8号",
]

IN_A_SENTENCE = {
    "i live at 16 oak drive, leeds": "16 oak drive",
    "can you ship to 986 Sunset Drive in Denver?": "986 Sunset Drive",
    "854 broadway is my new address": "854 broadway",
    "leave it at 23 Cedar Lane please": "23 Cedar Lane",
    "我家在文三路138号，放门口": "文三路138号",
}

LEFT_ALONE = [
    "The Baker Street table lamp",
    "2 Silk Road scarves and 1 Abbey Road poster",
    "unit 2 of the bundle, suite of 3 pieces",
    "Deliver 4 boxes on Tuesday 24 November",
    "via DHL in 2 days",
    "compatible with a 2010-2018 dodge ram 2500 3500",
    "发货到浙江省杭州市要几天",
    "10月12号能到吗，这里12号发货",
    "适合3室2厅的灯，花园3层花架",
]

texts = st.lists(
    st.sampled_from([*MASKED, *IN_A_SENTENCE, *LEFT_ALONE, "0571-88886666", "a@b.example"]),
    max_size=4,
).map(" ; ".join)


@pytest.mark.parametrize("text", MASKED)
def test_an_address_is_masked_whole(text: str) -> None:
    assert mask(text, {}) == ("⟦address:1⟧", {"⟦address:1⟧": text})


@pytest.mark.parametrize(("text", "street"), IN_A_SENTENCE.items())
def test_an_address_in_a_sentence_is_masked(text: str, street: str) -> None:
    masked, vault = mask(text, {})
    assert street not in masked
    assert any(street in value for value in vault.values())
    assert unmask(masked, vault) == text


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_only_looks_like_an_address_stays(text: str) -> None:
    assert mask(text, {}) == (text, {})


def test_an_address_said_again_without_a_cue_keeps_its_token() -> None:
    masked, vault = mask("I live at 16 Oak Drive. Is 16 Oak Drive right?", {})
    assert masked == "I live at ⟦address:1⟧. Is ⟦address:1⟧ right?"
    assert vault == {"⟦address:1⟧": "16 Oak Drive"}


def test_a_phone_number_beside_an_address_is_its_own_token() -> None:
    masked, _ = mask("12 Main Street, Springfield, IL 62704\n(555) 123-4567", {})
    assert masked == "⟦address:1⟧\n⟦phone:1⟧"


@given(texts)
def test_masked_text_holds_nothing_more_to_mask(text: str) -> None:
    masked, _ = mask(text, {})
    again, found = mask(masked, {})
    assert set(found.values()) == {token.group() for token in TOKEN.finditer(masked)}
    assert TOKEN.sub("", again) == TOKEN.sub("", masked)


@given(texts)
def test_the_vault_gives_the_text_back(text: str) -> None:
    masked, vault = mask(text, {})
    assert unmask(masked, vault) == text
    bare = TOKEN.sub("⟦⟧", masked)
    assert not any(value in bare for value in vault.values())


@given(texts, texts)
def test_an_address_keeps_its_token_over_messages(first: str, second: str) -> None:
    masked, vault = mask(first, {})
    _, grown = mask(second, vault)
    assert mask(first, grown)[0] == masked


HOSTILE = [
    "1 ", "A 1 ", "12 Main ", "1 1 Aa Aa ", "12 a b c d ", "rue de ", "corner of a and ",
    "address of A, ", "Aa 12 Apt. 3\nbb ", "区", "路1", "浙江", "小区3栋", "a utca 1 ",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_message_takes_no_longer_than_its_length_says(piece: str) -> None:
    assert growth(lambda text: mask(text, {}), (piece * 20_000)[:20_000]) < 25
