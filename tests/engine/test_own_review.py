"""`/review`: a shopper's own points put into sentences; nothing invented, posted or kept as one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from redis import Redis

from engine.build import live_assistant
from engine.counters import MemoryCounters
from engine.errors import GeneratorError
from engine.event_log import EventLog
from engine.journal import Journal
from engine.live import LiveAssistant
from engine.redis_sessions import RedisSessions
from engine.sessions import MemorySessions
from engine.turn import Turns
from engine.types import Prompt, Reply, Route, WordedBy
from tests.engine.shop_turns import BACKPACK, LAMP, MUG, NAMES, Shop

POINTS = "warm light\nthe cable is too short\nsturdy"
PLAIN = "Warm light. The cable is too short. Sturdy."
LABEL = "Worded with help from the shop's assistant, from your own points"
LABEL_ZH = "由店铺助手根据您自己的看法协助成文"
ASKS = "About the Nordic desk lamp: what did you like, what not?"
PROOF = "JJ-10001 marit.devries@example.com"


class Writer:
    """A generator that writes for each text it is shown what it is told to."""

    name = "writer"

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.prompts: list[Prompt] = []

    def stream(
        self, prompt: Prompt, *, request_id: str, deadline_s: float, max_tokens: int
    ) -> Iterator[str]:
        self.prompts.append(prompt)
        (passage,) = prompt.passages
        if passage.text not in self.texts:
            raise GeneratorError("no model", where="here", mend="wait")
        yield from self.texts[passage.text]

    def cancel(self, request_id: str) -> None: ...

    def close(self) -> None: ...


@pytest.fixture(scope="module")
def writer() -> Writer:
    return Writer()


@pytest.fixture(scope="module")
def written_shop(shop: LiveAssistant, writer: Writer) -> LiveAssistant:
    counters = MemoryCounters()
    return live_assistant(shop.home, shop.encoders, writer, counters, 10**9)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(Journal(f"sqlite:///{tmp_path}/journal.sqlite3")) as opened:
        yield opened


@pytest.fixture
def desk(shop: LiveAssistant, journal: Journal) -> Shop:
    return Shop(Turns(shop, MemorySessions(), journal, shop), EventLog(journal))


@pytest.fixture
def modelled(written_shop: LiveAssistant, journal: Journal, writer: Writer) -> Shop:
    writer.texts.clear()
    writer.prompts.clear()
    return Shop(Turns(written_shop, MemorySessions(), journal, written_shop), EventLog(journal))


def say(desk: Shop, text: str) -> Reply:
    return desk.ask(text, "s1")


def press(desk: Shop, action: str) -> Reply:
    return desk.press(action, "c-s1-True")


def actions(reply: Reply) -> list[str]:
    return [button.action for button in reply.buttons]


def review_of(reply: Reply) -> str:
    return reply.text.partition("\n\n(")[0]


def test_what_was_bought_is_offered_first_then_ordered_then_looked_at(desk: Shop) -> None:
    desk.touch(BACKPACK)
    desk.touch(LAMP, name="purchase")
    say(desk, PROOF)
    offered = press(desk, "review:")
    assert offered.route is Route.OWN_REVIEW
    assert actions(offered)[0] == f"review:of-{LAMP}"
    assert actions(offered)[-2:] == [f"review:of-{BACKPACK}", "review:no"]
    assert len(offered.buttons) > 3, "what the proven order holds is offered too"


def test_without_a_history_the_product_is_asked_for_by_name(desk: Shop) -> None:
    assert actions(press(desk, "review:")) == ["review:no"]
    assert ASKS in say(desk, "the nordic desk lamp").text


def test_a_name_that_is_no_products_is_said_to_be_unknown_and_a_kind_offers_its_own(
    desk: Shop,
) -> None:
    press(desk, "review:")
    assert "no product of that name" in say(desk, "the zorblax 3000").text
    offered = say(desk, "the desk lamp")
    assert f"review:of-{LAMP}" in actions(offered)
    assert ASKS in press(desk, f"review:of-{LAMP}").text


def test_points_become_plain_sentences_labelled_and_only_the_shopper_words_them(
    desk: Shop,
) -> None:
    press(desk, f"review:of-{LAMP}")
    reply = say(desk, POINTS)
    assert review_of(reply) == PLAIN
    assert LABEL in reply.text
    assert (reply.route, reply.receipt.worded_by) == (Route.OWN_REVIEW, WordedBy.TEMPLATE)


@pytest.mark.parametrize(
    "text",
    ["help me write a review of the nordic desk lamp", "/review nordic desk lamp",
     "can you draft a review for the nordic desk lamp"],
)  # fmt: skip
def test_it_begins_in_the_shoppers_words_too(desk: Shop, text: str) -> None:
    asked = say(desk, text)
    assert asked.text.startswith(ASKS)
    assert actions(asked) == ["review:no"]


@pytest.mark.parametrize(
    "text",
    ["write me a 5-star review of the nordic desk lamp",
     "please write a glowing review of the nordic desk lamp",
     "make up a review of the nordic desk lamp"],
)  # fmt: skip
def test_a_review_is_never_invented(desk: Shop, text: str) -> None:
    refused = say(desk, text)
    assert refused.text.startswith("I do not make reviews up")
    assert ASKS in refused.text
    for demand in ("just make something up", "5 stars", "★★★★★", "you decide", "..."):
        again = say(desk, demand)
        assert again.text.startswith("I do not make reviews up"), demand
        assert LABEL not in again.text
    assert review_of(say(desk, POINTS)) == PLAIN


def test_in_chinese_alike(desk: Shop) -> None:
    refused = say(desk, "帮我写个好评")
    assert refused.text.startswith("我不会编造评价")
    assert "喜欢什么，不喜欢什么" in say(desk, "北欧台灯").text
    assert say(desk, "随便写吧").text.startswith("我不会编造评价")
    reply = say(desk, "灯光很温馨\n电线太短\n挺结实")
    assert review_of(reply).startswith("灯光很温馨。电线太短。挺结实。")
    assert LABEL_ZH in reply.text
    assert [button.label for button in reply.buttons] == ["短一点", "重新说看法"]


def test_a_models_sentence_is_taken_where_a_point_carries_it_and_struck_where_none_does(
    modelled: Shop, writer: Writer
) -> None:
    press(modelled, f"review:of-{LAMP}")
    writer.texts = {
        "warm light": "The light is warm. I love it! ★★★★★",
        "the cable is too short": "The cable is not too short.",
        "sturdy": "The Nordic desk lamp is sturdy.",
    }
    reply = say(modelled, POINTS)
    assert review_of(reply) == (
        "The light is warm. The cable is too short. The Nordic desk lamp is sturdy."
    )
    assert reply.receipt.worded_by is WordedBy.MODEL
    struck = [check.sentence for check in reply.receipt.checks if not check.passed]
    assert struck == ["I love it!", "★★★★★", "The cable is not too short."]
    assert [prompt.passages[0].text for prompt in writer.prompts] == POINTS.split("\n")


@pytest.mark.parametrize(
    "texts", [{}, {"warm light": "A wonderful lamp.", "sturdy": "Everybody loves it."}]
)
def test_a_model_that_fails_or_says_only_its_own_leaves_the_shoppers_words(
    modelled: Shop, writer: Writer, texts: dict[str, str]
) -> None:
    press(modelled, f"review:of-{LAMP}")
    writer.texts = texts
    reply = say(modelled, POINTS)
    assert review_of(reply) == PLAIN
    assert reply.receipt.worded_by is WordedBy.TEMPLATE


def test_no_personal_value_reaches_the_model_or_the_review(modelled: Shop, writer: Writer) -> None:
    press(modelled, f"review:of-{LAMP}")
    reply = say(modelled, f"{POINTS}\nwrite me at mia@example.com")
    assert review_of(reply) == PLAIN
    assert "personal data" in reply.text
    shown = str(writer.prompts)
    assert "mia@" not in shown and "email" not in shown
    press(modelled, "review:anew")
    asked = say(modelled, "call 0612345678 for more")
    assert "personal data" in asked.text and LABEL not in asked.text


def test_it_is_shortened_and_begun_anew(desk: Shop) -> None:
    press(desk, f"review:of-{LAMP}")
    assert actions(say(desk, POINTS)) == ["review:short", "review:anew"]
    short = press(desk, "review:short")
    assert review_of(short) == "Warm light. The cable is too short."
    assert "Shortened" in short.text and LABEL in short.text
    assert press(desk, "review:anew").text.startswith(ASKS)
    anew = say(desk, "ugly")
    assert review_of(anew) == "Ugly."
    assert actions(anew) == ["review:anew"]


@pytest.mark.parametrize(
    ("text", "route"),
    [("How much is shipping?", Route.FAQ), ("thanks", Route.SMALLTALK),
     ("talk to a human please", Route.HANDOFF), ("do you sell backpacks", Route.RECOMMEND)],
)  # fmt: skip
def test_who_asks_something_else_is_answered_and_nothing_more_is_taken_for_points(
    desk: Shop, text: str, route: Route
) -> None:
    press(desk, f"review:of-{LAMP}")
    if text.startswith("do you"):
        text = f"{text}?"
    assert say(desk, text).route is route
    assert say(desk, "warm light").route is not Route.OWN_REVIEW


def test_after_the_review_the_next_message_is_an_ordinary_one(desk: Shop) -> None:
    press(desk, f"review:of-{LAMP}")
    say(desk, POINTS)
    assert say(desk, "and wool blankets under 80 euro").route is not Route.OWN_REVIEW


def test_never_mind_ends_it_and_old_buttons_say_so(desk: Shop) -> None:
    press(desk, f"review:of-{LAMP}")
    assert "no review then" in press(desk, "review:no").text
    assert say(desk, "warm light").route is not Route.OWN_REVIEW
    for action in ("review:short", "review:anew", "review:of-no-such-thing", "review:x"):
        assert "gone by now" in press(desk, action).text


def test_nothing_of_it_in_a_group(desk: Shop) -> None:
    for reply in (
        desk.press("review:", "group", private=False),
        desk.press(f"review:of-{LAMP}", "group", private=False),
        desk.ask("help me write a review of the nordic desk lamp", "s1", private=False),
    ):
        assert "write to me privately" in reply.text
        assert not reply.buttons


def test_the_points_are_still_waited_for_after_a_restart(
    shop: LiveAssistant, tmp_path: Path, redis: Redis
) -> None:
    replies: list[Reply] = []
    for step in (f"review:of-{MUG}", POINTS, "review:short"):
        with closing(Journal(f"sqlite:///{tmp_path}/journal.sqlite3")) as journal:
            turns = Turns(shop, RedisSessions(redis), journal, shop)
            desk = Shop(turns, EventLog(journal), count(len(replies) + 1))
            replies.append(press(desk, step) if ":" in step else say(desk, step))
    assert NAMES[MUG] in replies[0].text
    assert review_of(replies[1]) == PLAIN
    assert review_of(replies[2]) == "Warm light. The cable is too short."


def test_it_is_journaled_as_a_turn_of_its_own_kind_and_as_no_review(
    desk: Shop, journal: Journal
) -> None:
    press(desk, f"review:of-{LAMP}")
    say(desk, POINTS)
    told = journal.last_turns("c-s1-True")
    assert [turn.route for turn in told] == [Route.OWN_REVIEW] * 2
    with journal.begin() as connection:
        topics = connection.exec_driver_sql("select distinct topic from turns").scalars().all()
    assert topics == [""], "it is no matter that could be asked again"
    assert told[1].question == POINTS
    before = say(desk, "what do buyers say about the nordic desk lamp?")
    assert "warm light" not in before.text.lower()
