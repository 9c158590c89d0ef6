"""Personal data is masked, everything a shop talks about is left alone."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.privacy import TOKEN, mask, unmask
from tests.growth import growth

MASKED = {
    "email": [
        "ann@example.com",
        "Mail: Ann.O'Neil+shop@mail.example.co.uk, please",
        "我的邮箱是wang_wei88@163.com谢谢",
        "ａｎｎ＠example.com",
        "müller@example.de",
    ],
    "phone": [
        "+31 6 1234 5601",
        "call +1 (212) 555-0123 today",
        "0031612345678",
        "06 12345678",
        "06-12-34-56-78",
        "my number is 020 7946 0958",
        "(020) 7946 0958",
        "(555) 123-4567 or so",
        "555-123-4567",
        "13800138000",
        "我的手机号是138 0013 8000，请联系",
        "电话138-0013-8000",
        "+86 138 0013 8000",
        "86 13800138000",
        "座机010-88886666",
        "0571-88886666",
        "１３８００１３８０００",
        "138\u200b0013\u200b8000",
        "400-820-8820",
        "phone: 7946 0958",
        "phone number is 794 60958",
        "电话号码是88886666",
        "+49 (0)30 1234567",
    ],
    "card": [
        "4111 1111 1111 1111",
        "card 5500-0055-5555-5559 please",
        "378282246310005",
        "银行卡6222021234567890128",
        "30569309025904",
    ],
    "iban": [
        "NL91 ABNA 0417 1643 00 please",
        "DE89370400440532013000",
        "my iban gb29nwbk60161331926819",
    ],
    "ip": ["192.168.10.24", "from 2001:db8::8a2e:370:7334."],
    "url": [
        "https://ann:geheim@shop.example/orders",
        "see https://shop.example/reset?token=abc123&x=1",
    ],
    "id": ["11010519491231002X", "身份证110101199003070070"],
}  # fmt: skip

LEFT_ALONE = [
    "below 40 euro",
    "under €1,299.00 please",
    "200元以下的台灯",
    "1380 元 和 8000 元",
    "between 100 and 2000 dollars",
    "0.99 1.99 2.99",
    "it costs 1.234.567,89",
    "JJ-10023",
    "where is my order JJ-10023?",
    "订单 JJ-10023 到哪了",
    "JJ-LMP-0101-BLK and JJ-KIT-0110-NAT-45X30",
    "tracking 3SJADE26100101",
    "JJD000390261002",
    "SF1234567890123",
    "size 42, EU 38-40, W32 L34",
    "120 x 200 x 18 cm",
    "140×200 cm or 160x220",
    "2026-11-24",
    "24.11.2026 or 05-11-2026 at 10:30",
    "on 05/11/2026 10:30 - 12:00",
    "2026年11月24日 10:30:00",
    "between 9:00 and 17:30",
    "phone case 1500 2000",
    "手机壳 128GB 2999元",
    "a phone for 2999 8000 euro",
    "USB 3.2, version 1.2.3",
    "https://juniper-jade.example/p/nordic-desk-lamp?size=42",
    "@ann on instagram",
    "EAN 4006381333931",
    "last four digits 5601",
    "12345678",
    "order 2026112401",
    "40 W, 1.8 m, E27, 100%",
    "one 2 three 4",
    "💡 x 2, 3 for 2!",
    "",
]


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in MASKED.items() for text in texts]
)
def test_personal_data_is_masked(kind: str, text: str) -> None:
    masked, vault = mask(text, {})
    assert f"⟦{kind}:1⟧" in masked
    assert len(vault) == 1
    assert unmask(masked, vault) == text


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_a_shop_talks_about_is_left_alone(text: str) -> None:
    assert mask(text, {}) == (text, {})


def test_one_value_has_one_token_whatever_its_spelling() -> None:
    masked, vault = mask("Ann@Example.com, ann@example.com, 138 0013 8000, 13800138000", {})
    assert masked == "⟦email:1⟧, ⟦email:1⟧, ⟦phone:1⟧, ⟦phone:1⟧"
    later, grown = mask("bob@example.com or ann@example.com", vault)
    assert later == "⟦email:2⟧ or ⟦email:1⟧"
    assert grown == {**vault, "⟦email:2⟧": "bob@example.com"}


def test_a_typed_token_opens_nothing() -> None:
    vault = {"⟦email:1⟧": "ann@example.com"}
    masked, grown = mask("send it to ⟦email:1⟧", vault)
    assert "⟦email" not in masked
    assert unmask(masked, grown) == "send it to ⟦email:1⟧"


def test_unknown_tokens_stay() -> None:
    assert unmask("⟦email:7⟧", {}) == "⟦email:7⟧"


def test_the_given_vault_is_not_changed() -> None:
    vault: dict[str, str] = {}
    mask("ann@example.com", vault)
    assert vault == {}


PIECES = [text for texts in MASKED.values() for text in texts] + LEFT_ALONE
texts = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from(PIECES), max_size=4).map(" ; ".join),
    st.text(alphabet="0123456789+-() .@aJ⟦⟧:/x电话", max_size=60),
)


@given(texts)
@example("⟦email:1⟧ ann@example.com")
def test_unmasking_gives_the_value_back(text: str) -> None:
    masked, vault = mask(text, {})
    again, same = mask(unmask(masked, vault), vault)
    assert again == masked
    assert same == vault


@given(texts)
def test_no_masked_value_is_left_in_the_text(text: str) -> None:
    masked, vault = mask(text, {})
    bare = TOKEN.sub("⟦⟧", masked)
    assert not any(value in bare for value in vault.values() if not TOKEN.fullmatch(value))


@given(texts, texts)
def test_masking_is_stable_through_a_conversation(first: str, second: str) -> None:
    masked, vault = mask(first, {})
    _, grown = mask(second, vault)
    assert mask(first, grown)[0] == masked
    assert vault.items() <= grown.items()


@pytest.mark.parametrize("letter", ["1", "a", "a.", "1 ", "(", ":", "a@", "+1", "x://"])
def test_a_long_message_takes_no_longer_than_its_length_says(letter: str) -> None:
    assert growth(lambda text: mask(text, {}), (letter * 4000)[:16_000]) < 25
