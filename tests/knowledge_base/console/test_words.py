"""Every text of the console is there in Chinese, and none that is never shown."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from jinja2 import nodes

import knowledge_base.console as console
from engine.operators import Role
from engine.types import Band, Route
from knowledge_base.console.done import DONE
from knowledge_base.console.listing import STATES
from knowledge_base.console.pages import NAV, TEMPLATES, environment
from knowledge_base.console.try_it import WHY
from knowledge_base.console.words import TEXTS, language_of, singulars, translator, words

PYTHON = "\n".join(path.read_text("utf-8") for path in Path(console.__file__).parent.glob("*.py"))
QUOTED = re.compile(r'"((?:[^"\\\n]|\\.)+)"')


def said_in_templates() -> set[str]:
    """Every text that a template passes to t as it stands."""
    found = set()
    for path in sorted(TEMPLATES.glob("*.html")):
        tree = environment().parse(path.read_text("utf-8"))
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "t" and call.args:
                found |= {one.value for one in call.args[0].find_all(nodes.Const)}
                if isinstance(call.args[0], nodes.Const):
                    found.add(call.args[0].value)
        if "t(label)" in path.read_text("utf-8"):
            found |= {one.value for one in tree.find_all(nodes.Const) if isinstance(one.value, str)
                      and re.match(r"^[A-Z][a-z]+ [a-z]+$", one.value)}  # fmt: skip
    return {text for text in found if isinstance(text, str) and not text.endswith("-")}


def said_by_code() -> set[str]:
    """Texts that code hands to the pages: what is done, faults, acts, short names."""
    faults = re.findall(r'Fault\((?:[^"()]*"[^"]*"[^",]*|[^"]*),\s*"((?:[^"\\]|\\.)+)"\)', PYTHON)
    act = r'(?:page\.note|audit\.add)\((?:[^"()]+(?:\[[^]]*\])?, )?"([a-z][a-z -]+)"'
    acts = re.findall(act, PYTHON)
    either = re.findall(r'note\("([a-z ]+)" if \w+ else "([a-z ]+)"', PYTHON)
    errors = re.findall(r'(?:Shopdesk|Knowledge)Error\("([^"]+)"', PYTHON)
    names = re.findall(r'PeopleError\("([a-z_]+)"', PYTHON) + re.findall(
        r'wrong="(\w+_\w+)"', PYTHON
    )
    assert min(map(len, (faults, acts, errors, names))) > 2
    named = [f"{kind}-{one}" for kind, values in (("route", Route), ("band", Band), ("role", Role))
             for one in values]  # fmt: skip
    return {*DONE.values(), *STATES, *Role, *WHY.values(), *(label for _, label, _ in NAV), *faults,
            *acts, *errors, *names, *named, *(one for pair in either for one in pair)}  # fmt: skip


def test_every_text_has_chinese() -> None:
    known = words("zh")
    assert sorted(said_in_templates() - known.keys()) == []
    assert sorted(said_by_code() - known.keys()) == []
    assert sorted(words("en").keys() - known.keys()) == []


def test_no_chinese_stands_there_unused() -> None:
    every = "\n".join(path.read_text("utf-8") for path in TEMPLATES.glob("*.html")) + PYTHON
    joined = re.sub(r'"\s*\n\s*"', "", every)
    made = {f"{kind}-" for kind in re.findall(r'"([a-z]+)-" ~', every)}
    unused = [
        text for text in words("zh")
        if text not in joined and not any(text.startswith(kind) for kind in made)
        and text not in said_by_code()
        and not text.startswith("1-40 letters")  # A rule of the schema.
    ]  # fmt: skip
    assert unused == []


def test_a_text_has_the_same_blanks_in_both_languages() -> None:
    for text, chinese in words("zh").items():
        english = words("en").get(text, text)
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", chinese)), text


def test_no_text_is_given_twice() -> None:
    seen: set[str] = set()
    for path in sorted(TEXTS.glob("zh*.yaml")):
        read = yaml.compose(path.read_text("utf-8"))
        assert isinstance(read, yaml.MappingNode)
        found = [str(key.value) for key, _ in read.value]
        assert len(found) == len(set(found)), path
        assert seen.isdisjoint(found), seen & set(found)
        seen |= set(found)


SAID_ALIKE = {
    "Line {n}", "and {n} more", "… and {n} more", "thumbs up, of {n}", "{n} in stock",
    "{n} asked, {m} answered", "{n} of 4096 letters",
}  # fmt: skip
"""What says the same of one and of many."""


def test_every_count_has_its_singular_in_english() -> None:
    counts = {text for text in said_in_templates() if "{n}" in text}
    assert sorted(counts - SAID_ALIKE) == sorted(singulars())
    for text in singulars():
        assert singulars()[text] != text
        assert translator("en")(text, n=2, m=3) == text.replace("{n}", "2").replace("{m}", "3")


def test_one_entry_is_no_entries() -> None:
    assert [translator("en")("{n} entries", n=n) for n in (0, 1, 21)] == [
        "0 entries", "1 entry", "21 entries",
    ]  # fmt: skip
    assert translator("zh")("{n} entries", n=1) == "1 个条目"


def test_the_language_is_the_chosen_one_else_the_browsers() -> None:
    assert language_of("zh", "en") == "zh"
    assert language_of("xx", "fr, zh-CN;q=0.9, en;q=0.8") == "zh"
    assert language_of(None, "fr") == "en"
    assert translator("zh")("{n} entries", n=3) == "3 个条目"
    assert translator("en")("verdict-worse") == "worse"
