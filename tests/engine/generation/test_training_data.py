"""The training set: filled, judged by grounding, the same for a seed, foreign to the demo shop."""

from __future__ import annotations

import random
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from engine.generation.prompts import DECLINED, render
from engine.generation.training.cpqa import FILES, cpqa_examples
from engine.generation.training.cutting import without_answer
from engine.generation.training.dataset import TrainingSet, build_set
from engine.generation.training.example import Example, passed, refusal
from engine.generation.training.families import (
    LANGUAGES,
    Topic,
    bare_things,
    common_facts,
    themes,
    topics,
    wares,
)
from engine.generation.training.faq_examples import faq_example
from engine.generation.training.product_examples import describe_example, recommend_example
from engine.generation.training.slots import Slots
from engine.generation.training.typos import messy
from engine.generation.training.written_examples import written, written_example
from engine.types import Passage, Prompt, Route, SourceKind
from knowledge_base.store import load


@pytest.fixture(scope="module")
def drawn() -> TrainingSet:
    return build_set(300, 40, seed=5)


def test_every_answer_passes_grounding(drawn: TrainingSet) -> None:
    turns = [
        turn for e in (*drawn.train, *drawn.held_out) for turn in e.turns() if turn[1] != DECLINED
    ]
    assert [refusal(*turn) for turn in turns if refusal(*turn)] == []


def test_what_is_declined_comes_last_and_is_no_tenth_of_nothing(drawn: TrainingSet) -> None:
    answers = [[answer for _, answer in e.turns()] for e in drawn.train]
    assert not [1 for said in answers if DECLINED in said[:-1]]
    declined = sum(said[-1] == DECLINED for said in answers)
    assert 0.05 < declined / sum(map(len, answers)) < 0.2


def test_a_question_is_declined_once_the_sentence_that_answers_is_gone() -> None:
    text = "Parcels take 3 days. Returns are free within 30 days. We are closed on Mondays."
    left = without_answer(text, ["You can return it free of charge within 30 days."])
    assert left == "Parcels take 3 days. We are closed on Mondays."
    assert without_answer("Returns are free.", ["Free."]) == ""
    priced = "Shipping costs €4.95. Returns are free."
    assert without_answer(priced, ["Returns are free."]) == "Shipping costs €4.95."


def test_marks_change_their_width_and_nothing_else() -> None:
    zh = [one for one in written() if one.language == "zh" and one.kind != "review"]
    seen = set()
    for seed in range(40):
        shown = written_example(zh, random.Random(seed), "zh").prompt.passages[0].text
        seen |= {mark for mark in "，," if mark in shown}
        assert not [1 for one in shown.split("http")[1:] if "：" in one[:4]]
    assert seen == {"，", ","}


def test_every_slot_of_every_template_is_filled() -> None:
    draw = random.Random(1)
    settled = [Topic(t.titles, {k: (sentence[k],) for k in LANGUAGES}, (ask,))
               for t in themes() for point in t.points for sentence, ask in point]  # fmt: skip
    every = [*topics(), *settled]
    texts = [s for t in every for lines in t.sentences.values() for s in lines]
    texts += [s for t in every for a in t.asks for part in (a.questions, a.answers)
              for lines in part.values() for s in lines]  # fmt: skip
    facts = [f for w in wares() for f in w.facts] + list(common_facts())
    texts += [s for f in facts for language in LANGUAGES
              for s in (f.attribute[language], f.sentence[language], *f.phrases[language],
                        f.question[language])]  # fmt: skip
    for language in LANGUAGES:
        slots = Slots(draw, language)
        assert not [t for t in texts if "{" in slots.fill(t, language)]


def test_a_drawn_prompt_holds_no_open_slot(drawn: TrainingSet) -> None:
    for example in (*drawn.train, *drawn.held_out):
        assert not [1 for p, answer in example.turns() if "{" in render(p) + answer]


def test_a_slot_has_one_value_in_all_its_places() -> None:
    slots = Slots(random.Random(3), "en")
    assert slots.fill("{days}", "en") == slots.fill("{days}", "zh")
    first, second = slots.fill("{days} {days2}", "en").split()
    assert first != second


def test_a_name_keeps_the_passages_form_in_the_other_language() -> None:
    slots = Slots(random.Random(3), "en")
    assert slots.fill("{city}", "zh").isascii()
    assert not slots.fill("{thing}", "zh").isascii()


def test_the_same_seed_gives_the_same_set(drawn: TrainingSet) -> None:
    again = build_set(300, 40, seed=5)
    assert again.train == drawn.train
    assert again.held_out == drawn.held_out
    assert build_set(300, 40, seed=6).train != drawn.train


def test_held_out_topics_are_never_learnt_from(drawn: TrainingSet) -> None:
    bare = {thing.nouns["en"] for thing in bare_things()}
    both = {e.topic for e in drawn.train} & {e.topic for e in drawn.held_out}
    assert both <= bare


def test_all_tasks_and_both_languages_are_learnt(drawn: TrainingSet) -> None:
    seen = {(e.prompt.task, e.prompt.language) for e in drawn.train}
    tasks = (Route.FAQ, Route.RECOMMEND, Route.DESCRIBE, Route.REVIEW)
    assert seen == {(task, language) for task in tasks for language in LANGUAGES}


def test_answers_hold_for_the_side_a_point_is_settled_to_and_not_for_the_other() -> None:
    """As grounding sees it, which is no judge of its own: nine in ten, each way."""
    draw = random.Random(1)
    held, wrong = Counter[bool](), Counter[bool]()
    for sides in (sides for theme in themes() for sides in theme.points):
        for language in LANGUAGES:
            slots = Slots(draw, language)
            for (sentence, ask), (_, other) in (sides, sides[::-1]):
                text = slots.fill(sentence[language], language)
                passage = Passage("entry:x", SourceKind.ENTRY, "", text, language)
                prompt = Prompt(Route.FAQ, language, ask.questions[language][0], (passage,))
                for answers, judged in ((ask.answers, held), (other.answers, wrong)):
                    said = [slots.fill(answer, language) for answer in answers[language]]
                    judged.update(not refusal(prompt, answer) for answer in said)
    assert held[True] > 0.9 * held.total(), held
    assert wrong[False] > 0.9 * wrong.total(), wrong


def test_no_topic_and_no_ware_is_dead() -> None:
    """Each gives answers that grounding lets pass, in both languages."""
    draw, alive = random.Random(2), Counter[tuple[str, str]]()
    for language in LANGUAGES:
        for topic in topics():
            others = [topic, *[t for t in topics() if t is not topic]]
            for _ in range(6):
                example = faq_example([others[0]] * 30 + others[1:4], draw, language)
                alive[(topic.titles["en"], language)] += bool(passed(example)[0])
        for ware in wares():
            for maker in (describe_example, recommend_example):
                found = (maker([ware], draw, language) for _ in range(6))
                alive[(ware.nouns["en"], language)] += sum(bool(passed(e)[0]) for e in found)
    assert [key for key, count in alive.items() if not count] == []
    assert len(alive) == 2 * (len(topics()) + len(wares()))


def test_the_demo_shop_is_not_in_the_set(drawn: TrainingSet) -> None:
    shop = load(Path(str(files("knowledge_base").joinpath("demo_shop"))))
    names = {n for p in shop.products for n in p.names.values()}
    told = {a for e in shop.entries for a in e.answers.values()}
    told |= {d for p in shop.products for d in p.descriptions.values()}
    shown = [p for e in (*drawn.train, *drawn.held_out) for p in e.prompt.passages]
    assert not names & {p.title for p in shown}
    assert not [text for text in told if any(text in p.text for p in shown)]


def test_a_follow_up_shows_the_turn_before(drawn: TrainingSet) -> None:
    talked = [e.prompt for e in drawn.train if e.prompt.conversation]
    assert talked
    assert all(len(p.conversation) == 2 for p in talked)


def test_a_recommendation_names_every_product_in_order(drawn: TrainingSet) -> None:
    found = [e for e in drawn.train if e.prompt.task is Route.RECOMMEND]
    for example in found:
        places = [example.answer.find(p.title) for p in example.prompt.passages]
        assert -1 not in places
        assert places == sorted(places)


def test_an_answer_no_source_carries_is_refused() -> None:
    passage = Passage("entry:x", SourceKind.ENTRY, "Returns", "Return goods within 9 days.", "en")
    prompt = Prompt(Route.FAQ, "en", "how long?", (passage,))
    assert refusal(prompt, "You have 9 days to return goods.") == ""
    assert refusal(prompt, "You have 12 days to return goods.").startswith("quantity")


def test_a_refused_turn_goes_and_the_others_stay() -> None:
    passage = Passage("entry:x", SourceKind.ENTRY, "Returns", "Return goods within 9 days.", "en")
    prompt = Prompt(Route.FAQ, "en", "how long?", (passage,))
    bad, good = ("q1", "You have 12 days to return goods."), ("q2", "Return goods in 9 days.")
    kept, reasons = passed(Example(prompt, bad[1], "t", "s", (good, bad)))
    assert kept is not None
    assert [(p.question, p.conversation, a) for p, a in kept.turns()] == [("q2", (), good[1])]
    assert len(reasons) == 2
    assert passed(Example(prompt, bad[1], "t", "s"))[0] is None


def test_a_messy_question_stays_readable() -> None:
    draw = random.Random(4)
    for _ in range(50):
        typed = messy("Where can I collect my parcel?", "en", draw)
        assert 0 < len(typed) <= len("Where can I collect my parcel?") + 1
        assert messy("能退吗？", "zh", draw).startswith("能退吗")


def test_without_the_data_the_set_says_why(tmp_path: Path) -> None:
    found, _, note = cpqa_examples(tmp_path, 10, random.Random(0), Counter())
    assert found == []
    assert "SHOPDESK_DATA" in note


def test_shoppers_own_questions_are_read_and_judged(tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / FILES[0]).write_text(
        "ASIN\tquestion\tcandidate\tanswer\tsource\n"
        "A\thow big is it?\tit is 30 cm long and made of oak.\tit is 30 cm long\tDesc\n"
        "B\thow big is it?\tit is 30 cm long and made of oak.\tit is 99 cm long\tDesc\n",
        encoding="utf-8",
    )
    (tmp_path / FILES[1]).write_text(
        'data\ttext\n"brand: { value:""Larkhouse"" }"\tThe brand is Larkhouse.\n', encoding="utf-8"
    )
    refused: Counter[str] = Counter()
    found, _, note = cpqa_examples(tmp_path, 10, random.Random(0), refused)
    assert note == ""
    assert {e.answer for e in found} == {"It is 30 cm long.", "The brand is Larkhouse."}
    assert refused == {"hetPQA en quantity": 1}
