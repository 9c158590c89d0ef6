"""What two statements assert of what, on which conditions: by structure, without encoders."""

from __future__ import annotations

import pytest

from engine.review.charges import free_or_priced
from engine.review.classes import other_members
from engine.review.moments import at_other_steps
from engine.review.needed import needed_or_not
from engine.review.numbers import clash, values_of
from engine.review.opposed import opposed, same_limits, same_windows
from engine.review.sayings import told
from engine.review.spelled import plainly
from engine.review.statements import Statement
from engine.review.topics import two_topics


class Apart:
    """Words that are the same or mean nothing alike, but for one pair."""

    def __init__(self, *pair: str) -> None:
        self.pair = set(pair)

    def words(self, one: str, other: str) -> float:
        """1 for the pair, else 0."""
        return 1.0 if {one, other} == self.pair else 0.0


def said(text: str, asked: str = "", entry: str = "a") -> Statement:
    language = "en" if text.isascii() or "€" in text else "zh"
    return Statement(entry, language, text, "", asked=asked, answer=text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It takes an hour and a half.", "It takes 90 minutes."),
        ("It takes three quarters of an hour.", "It takes 45 minutes."),
        ("Try it for a fortnight.", "Try it for two weeks."),
        ("需要一个半小时。", "需要 90 分钟。"),
        ("需要三刻钟。", "需要 45 分钟。"),
        ("预付总价的一半。", "预付总价的 50%。"),
        ("We take off a quarter of the price.", "We take off 25% of the price."),
        ("Water it every week.", "Water it once in 7 days, weekly."),
        ("每半个月施一次肥。", "每月施两次肥。"),
    ],
)
def test_one_amount_spelt_in_two_ways_does_not_clash(one: str, other: str) -> None:
    assert list(values_of(said(one).reading)), plainly(one)
    assert clash(said(one), said(other, entry="b"), sure=True) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It takes an hour and a half.", "It takes an hour."),
        ("The pump is descaled every three months.", "The pump is descaled once a month."),
        ("钢琴每年调音两次。", "钢琴每两年调一次音。"),
        ("只能连接一台设备。", "可以连接两台设备。"),
    ],
)
def test_other_amounts_clash_however_they_are_spelt(one: str, other: str) -> None:
    assert clash(said(one), said(other, entry="b"), sure=True) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A kayak is €12 per hour.", "A kayak is €45 for a whole day."),
        ("Orders over €50 get a gift.", "A gift costs €4."),
        ("The desk has a weight of 34 kg.", "The desk carries 80 kg."),
    ],
)
def test_amounts_in_two_roles_do_not_clash(one: str, other: str) -> None:
    assert clash(said(one), said(other, entry="b"), sure=True) is None


def test_each_side_saying_twice_what_the_other_never_names_makes_two_topics() -> None:
    one = said("Rim pads last 2,000 km.", "How long do rim pads last?")
    other = said("Disc pads last 1,000 km.", "How long do disc pads last?", "b")
    general = said("Pads last 1,000 km.", "How long do pads last?", "c")
    assert two_topics(one, other, Apart())
    assert not two_topics(one, general, Apart())


def test_words_that_mean_the_same_make_no_two_topics() -> None:
    one = said("The pail is sent by ferry.", "How is the pail sent?")
    other = said("The bucket is sent by train.", "How is the bucket sent?", "b")
    assert two_topics(one, other, Apart())
    assert not two_topics(one, other, Apart("pail", "bucket"))
    one = said("A pail lid costs €2.", "What does a pail lid cost?")
    other = said("A bucket lid costs €3.", "What does a bucket lid cost?", "b")
    assert two_topics(one, other, Apart())
    assert not two_topics(one, other, Apart("pail", "bucket"))


def test_chinese_topics_are_told_apart_by_words_and_not_by_characters() -> None:
    one = said("油性皮肤每周敷三次面膜。", "油性皮肤多久敷一次面膜？")
    other = said("干性皮肤每周敷一次面膜。", "干性皮肤多久敷一次面膜？", "b")
    assert two_topics(one, other, Apart())


def test_members_of_a_class_are_two_things_unless_an_entry_names_both() -> None:
    adults = said("A ticket for adults is €12.")
    children = said("A ticket for children is €6.", entry="b")
    both = said("A ticket for children is €6.", "What do adults and children pay?", "b")
    assert other_members(adults, children)
    assert not other_members(adults, both)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ears are pierced without an appointment.", "Ears are pierced by appointment only."),
        ("激活手机卡必须上传身份证。", "激活手机卡无需身份证。"),
        ("A camera comes with a warranty.", "A camera is sold without any warranty."),
    ],
)
def test_needed_here_and_not_there_is_found_from_both_sides(one: str, other: str) -> None:
    assert needed_or_not(said(one), said(other, entry="b"))
    assert needed_or_not(said(other), said(one, entry="b"))
    assert not needed_or_not(said(one), said(one, entry="b"))


def test_free_here_and_priced_there_is_found_unless_another_act_is_free() -> None:
    free = said("Resizing a ring is free.")
    assert free_or_priced(free, said("We resize a ring for €30.", entry="b"))
    assert not free_or_priced(free, said("We resize a ring for free.", entry="b"))
    returned = said("Returns of a ring are free.")
    assert not free_or_priced(returned, said("Delivery of a ring costs €5.", entry="b"))


def test_an_act_at_two_steps_of_an_order_is_found() -> None:
    sent = said("Your card is charged on the day the book is sent.")
    placed = said("Your card is charged as soon as you place the order.", entry="b")
    assert at_other_steps(sent, placed)
    assert not at_other_steps(sent, said("Your card is charged when we send it.", entry="b"))


@pytest.mark.parametrize(
    ("no", "yes"),
    [
        ("We do not ship clocks to Ireland because it is risky.", "We ship clocks to Ireland."),
        ("All phones are sold unlocked.", "All phones are sold locked."),
        ("图书不支持无理由退货，质量问题除外。", "图书支持七天无理由退货。"),
        ("门锁没有钥匙，没电时请充电。", "门锁没电时可以用钥匙。"),
    ],
)  # fmt: skip
def test_what_a_negation_reaches_is_denied(no: str, yes: str) -> None:
    assert opposed(said(no), said(yes, entry="b"), Apart(), 0.8)
    assert opposed(said(yes), said(no, entry="b"), Apart(), 0.8)


@pytest.mark.parametrize(
    ("no", "yes"),
    [
        ("We do not ship batteries by air.", "We ship batteries by train."),
        ("Sofas are not delivered after 30 days.", "Sofas are delivered."),
        ("Cut cloth is not returned unless it is faulty.", "Faulty cut cloth is returned."),
        ("Orders cannot be changed once they are packed.", "Orders can be changed in the evening."),
        ("No receipt is needed.", "The receipt is in the parcel."),
        ("大衣不能水洗。", "大衣可以干洗。"),
    ],
)
def test_a_denial_of_something_else_or_on_another_condition_is_none(no: str, yes: str) -> None:
    assert not opposed(said(no), said(yes, entry="b"), Apart(), 0.8)


def test_days_and_conditions_that_do_not_meet_are_told_apart() -> None:
    summer, winter = said("In summer we close at noon."), said("From October on we close later.")
    assert not same_windows(said("Closed on Mondays."), said("Open on Tuesdays."))
    assert same_windows(summer, said("We close at noon."))
    assert not same_windows(summer, winter)
    assert not same_limits(said("开瓶后才需要冷藏。"), said("未开瓶的黄酒无需冷藏。"))


def test_each_negation_of_a_clause_denies_what_follows_it() -> None:
    denied = [[w.written for w in c.denied] for c in told(said("礼品卡不退不换。")).claims]
    assert denied == [["退"], ["换"]]
