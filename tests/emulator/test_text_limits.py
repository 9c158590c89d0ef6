"""Lengths and offsets count UTF-16 units, for every text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.emulator.errors import ApiError
from tests.emulator.markup import parse_markup
from tests.emulator.params import Params
from tests.emulator.text import find_entities, trim, utf16_length, utf16_slice
from tests.emulator.validation import check_entities, read_caption, read_text

WORDS = st.text(alphabet=st.sampled_from("aé汉😀👩‍💻 \n/@#._*<&"), max_size=60)
MARKED = st.text(alphabet=st.sampled_from("ab*_~`[]()|\\<>/&;"), max_size=30)


def bold(offset: int, length: int) -> list[dict[str, object]]:
    return [{"type": "bold", "offset": offset, "length": length}]


@given(WORDS)
def test_length_counts_astral_characters_twice(text: str) -> None:
    assert utf16_length(text) == len(text) + sum(ord(c) > 0xFFFF for c in text)


@given(st.sampled_from("x汉😀"), st.integers(-2, 2))
def test_the_longest_text_is_4096_units(character: str, surplus: int) -> None:
    size = utf16_length(character)
    text = character * (4096 // size + surplus)
    if utf16_length(text) <= 4096:
        assert read_text(Params({"text": text}))[0] == text
    else:
        with pytest.raises(ApiError, match="too long"):
            read_text(Params({"text": text}))


@given(st.sampled_from("x汉😀"), st.integers(-2, 2))
def test_the_longest_caption_is_1024_units(character: str, surplus: int) -> None:
    text = character * (1024 // utf16_length(character) + surplus)
    if utf16_length(text) <= 1024:
        assert read_caption(Params({"caption": text}))[0] == text
    else:
        with pytest.raises(ApiError, match="too long"):
            read_caption(Params({"caption": text}))


@given(WORDS, st.integers(-2, 130), st.integers(-2, 130))
def test_an_entity_is_taken_exactly_when_it_covers_whole_characters(
    text: str, offset: int, length: int
) -> None:
    edges = {utf16_length(text[:i]) for i in range(len(text) + 1)}
    sound = length >= 0 and {offset, offset + length} <= edges
    try:
        taken = check_entities(text, bold(offset, length))
    except ApiError as error:
        assert error.code == 400 and not sound
    else:
        assert sound and len(taken) == (length > 0)


@given(WORDS)
def test_trimming_keeps_every_entity_on_its_words(text: str) -> None:
    everything = bold(0, utf16_length(text))
    kept, moved = trim(text, everything)
    assert kept == text.strip()
    assert [utf16_slice(kept, e["offset"], e["length"]) for e in moved] == [kept] * bool(kept)


@given(WORDS)
def test_found_entities_lie_on_whole_characters_and_apart(text: str) -> None:
    end = 0
    for entity in find_entities(text):
        assert entity["offset"] >= end
        end = entity["offset"] + entity["length"]
        assert utf16_slice(text, entity["offset"], entity["length"])


@given(MARKED, st.sampled_from(["HTML", "MarkdownV2"]))
def test_any_markup_parses_to_sound_entities_or_is_refused(text: str, mode: str) -> None:
    try:
        plain, entities = parse_markup(text, mode)
    except ApiError as error:
        assert error.code == 400
    else:
        assert len(check_entities(plain, entities)) <= len(entities)


@pytest.mark.parametrize(
    ("text", "mode", "plain", "kinds"),
    [
        ("<b>汉😀</b> <i>x</i>", "HTML", "汉😀 x", ["bold", "italic"]),
        ('<a href="https://a.example/?x=1&amp;y=2">go</a>', "HTML", "go", ["text_link"]),
        ("5 &lt; 6 &amp; so", "HTML", "5 < 6 & so", []),
        ("*b* _i_ __u__ ~s~ ||p||", "MarkdownV2", "b i u s p", None),
        (r"[go](https://a.example/\)) 3\.5", "MarkdownV2", "go 3.5", ["text_link"]),
        ("`a*b` ```\ncode\n```", "MarkdownV2", "a*b \ncode\n", ["code", "pre"]),
    ],
)
def test_markup_becomes_entities(text: str, mode: str, plain: str, kinds: list[str] | None) -> None:
    seen, entities = parse_markup(text, mode)
    assert seen == plain
    if kinds is not None:
        assert [entity["type"] for entity in entities] == kinds
    assert all(utf16_slice(seen, e["offset"], e["length"]) for e in entities)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/start abc", [("bot_command", "/start")]),
        ("/help@shop_bot", [("bot_command", "/help@shop_bot")]),
        ("a/b 1/2", []),
        ("😀 @shop_bot hi", [("mention", "@shop_bot")]),
        ("see https://shop.example/a?b=1.", [("url", "https://shop.example/a?b=1")]),
        ("mail me@shop.example now", [("email", "me@shop.example")]),
        ("#sale today", [("hashtag", "#sale")]),
    ],
)
def test_telegram_marks_links_commands_and_mentions(
    text: str, found: list[tuple[str, str]]
) -> None:
    seen = [
        (entity["type"], utf16_slice(text, entity["offset"], entity["length"]))
        for entity in find_entities(text)
    ]
    assert seen == found
