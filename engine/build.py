"""The only place where real parts are wired together."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from engine.answers.cards import Cards
from engine.answers.faq import FaqAnswers
from engine.answers.products import ProductAnswers
from engine.answers.taste import TasteAnswers
from engine.assistant import Assistant
from engine.at_work import AtWork
from engine.counters import DailyCounters, MemoryCounters
from engine.errors import ShopdeskError
from engine.event_log import EventLog
from engine.generation.generator import Generator
from engine.hurry import Hurries
from engine.journal import Journal
from engine.knowledge import ShopKnowledge
from engine.links import Links
from engine.live import LiveAssistant, now
from engine.locks import held_in_turn
from engine.order_sources import FileOrders
from engine.orders import Orders
from engine.pseudonyms import Pseudonymizer
from engine.publish import asked_rows, build_snapshot, publish
from engine.recommend.histories import Histories, from_events
from engine.recommend.live import live_folder
from engine.recommend.recommender import Recommender
from engine.recommend.shop import content_of, shop_learned
from engine.retrieval.answerable import PassageCheck
from engine.retrieval.encoders import (
    RERANK,
    Encoder,
    Encoders,
    SentenceTransformerEncoder,
    Vectors,
)
from engine.retrieval.entries import EntrySearch
from engine.retrieval.features import EntryFeatures, features_by_key, goods_features
from engine.retrieval.head import Head
from engine.retrieval.index import Row
from engine.retrieval.products import ProductSearch, product_rows
from engine.retrieval.rows import ROUTE
from engine.retrieval.snapshot import (
    Progress,
    SnapshotData,
    is_outdated,
    lacks_reranker,
    read_live,
    read_snapshot,
)
from engine.retrieval.spelling import Speller
from engine.settings import Settings
from engine.types import Event, Message, Session
from engine.wording import Wording
from knowledge_base.store import ensure_shop, live_entries, load

if TYPE_CHECKING:
    from torch import Tensor


def shop_knowledge(
    data: SnapshotData, encoders: Encoders, counters: DailyCounters, now: datetime,
    recommender: Path | None = None, pseudonym: Callable[[str], str] | None = None,
    at_work: AtWork | None = None,
) -> ShopKnowledge:  # fmt: skip
    """Everything the assistant asks, from one verified snapshot, as it holds on the day of `now`.

    Entries not valid on it are left out. `recommender`: a trained one's folder. See Orders.
    """
    known = load(data.folder / "knowledge")
    entries = asked_rows(known)
    products = product_rows(known.products, known.shop)
    features = goods_features(products, data.vectors["products"])
    search = ProductSearch(encoders, features, known.products, known.shop)
    today = now.astimezone(ZoneInfo(known.shop.time_zone)).date()
    live = {entry.id: entry for entry in live_entries(known.entries, today)}
    found = _entry_features(data, entries, live)
    stale = at_work.stale(known.shop, data.folder) if at_work else None
    cards = Cards(search.products, known.shop, known.replies, stale)
    content = content_of(known.products, products, data.vectors["products"])
    learned = shop_learned(recommender, known.products, known.events, content)
    source = at_work.orders(known) if at_work else FileOrders(known.orders)
    version = recommender.name if recommender else ""
    return ShopKnowledge(
        snapshot=data.id,
        day=today,
        shop=known.shop,
        replies=known.replies,
        entries=EntrySearch(
            encoders, found, data.calibrations, {entry.id: entry.tags for entry in known.entries}
        ),
        products=search,
        orders=Orders(source, search.products, known.replies, counters, pseudonym),
        faq=FaqAnswers(live, known.replies, known.shop.default_language),
        goods=ProductAnswers(search.products, known.reviews, known.replies, cards),
        taste=TasteAnswers(search.products, known.shop, known.replies, cards),
        recommender=Recommender(search.products, known.shop, learned, version),
        speller=Speller((row.text for row in (*entries, *products)), encoders.english_words()),
        check=PassageCheck(encoders),
    )


def _entry_features(
    data: SnapshotData, entries: Sequence[Row], today: Collection[str]
) -> dict[str, EntryFeatures]:
    """Features by encoder key of the rows of `today`'s entries, and those of all days."""
    live = [
        i for i, row in enumerate(entries) if row.source in today or row.source.startswith(ROUTE)
    ]
    sources = tuple(sorted({row.source for row in entries}))
    vectors = data.vectors["entries"]

    def part(key: str) -> tuple[Vectors, Head]:
        coefficients = data.heads[key][live]
        return vectors[key][live], Head(sources if coefficients.shape[1] else (), coefficients)

    second = part(RERANK) if RERANK in vectors else None
    firsts = {key: part(key) for key in vectors if key != RERANK}
    return features_by_key([entries[i] for i in live], firsts, second)


@dataclass(frozen=True, slots=True)
class Lessons:
    """What a recommender learns from."""

    histories: Histories
    content: Tensor | None
    prices: list[float]


def recommender_lessons(settings: Settings, encoders: Encoders) -> Lessons:
    """All events of the live shop, and what its products are and cost.

    Raises ShopdeskError where no shop is live yet.
    """
    live = read_live(settings.home)
    if not live:
        raise ShopdeskError(
            "no shop is live yet", where=str(settings.home), mend="run `shopdesk kb publish`."
        )
    data = read_snapshot(settings.home / "snapshots" / live, encoders.names)
    known = load(data.folder / "knowledge")
    rows = product_rows(known.products, known.shop)
    journal = Journal.open(settings)
    try:
        accounts = Links(journal).all()
        done = (_owned(event, accounts) for event in EventLog(journal).all())
        told = itertools.chain(known.events, done)
        histories = from_events(told, [product.id for product in known.products])
    finally:
        journal.close()
    content = content_of(known.products, rows, data.vectors["products"])
    return Lessons(histories, content, [float(p.price.amount) for p in known.products])


def _owned(event: Event, accounts: Mapping[str, str]) -> Event:
    """An event as its shopper's linked account did it, so that both are one history."""
    account = accounts.get(event.shopper)
    return replace(event, shopper=account) if account else event


def live_assistant(
    home: Path,
    encoders: Encoders,
    generator: Generator | None,
    counters: DailyCounters,
    daily_tokens: int,
    only: str = "",
    clock: Callable[[], datetime] = now,
    at_work: AtWork | None = None,
) -> LiveAssistant:
    """The assistant of a home's live snapshot, or of the snapshot `only`."""
    hurries = Hurries(generator)
    pseudonym = Pseudonymizer.open(home).shopper_pseudonym

    def read(snapshot: str) -> Assistant:
        data = read_snapshot(home / "snapshots" / snapshot, encoders.names)
        knowledge = shop_knowledge(
            data, encoders, counters, clock(), live_folder(home), pseudonym, at_work
        )
        wording = Wording(
            generator, counters, snapshot=data.id, daily_tokens=daily_tokens, hurries=hurries,
            recommender=knowledge.recommender.version,
        )  # fmt: skip
        assistant = Assistant(knowledge, wording)
        _warm_up(assistant, clock())
        return assistant

    return LiveAssistant(home, read, encoders, only, clock)


def _warm_up(assistant: Assistant, now: datetime) -> None:
    """Plan one question a language, so that no shopper waits for word lists to be read."""
    for text in ("how much is shippping?", "运费多少？"):
        assistant.plan(Message("warm", "warm", "warm", text, now), Session("warm"))


def _keep_up(home: Path, encoders: Encoders, progress: Progress | None) -> None:
    live = home / "snapshots" / read_live(home)
    if is_outdated(live, encoders.names):
        publish(live / "knowledge", home, encoders, progress)


def first_encoders(home: Path, encoders: Encoders) -> Encoders:
    """The encoders to build with at once: the re-ranking one only where it has read most."""
    live = home / "snapshots" / (read_live(home) or "none")
    return Encoders(encoders.by_language) if lacks_reranker(live) else encoders


def _publish_first(folder: Path, home: Path, encoders: Encoders, progress: Progress | None) -> None:
    """Publish a shop that never was; the second of two processes waits for the first's work."""
    with held_in_turn(home / "snapshots" / ".first.lock"):
        if not read_live(home):
            publish(folder, home, encoders, progress)


def load_encoders(settings: Settings) -> Encoders:
    """The encoders the settings name; the re-ranking one is found as soon as it is prepared."""

    def reranker() -> Encoder | None:
        from engine.retrieval.reranker import OFF, prepared_reranker

        if settings.reranker == OFF:
            return None
        if settings.reranker:
            return SentenceTransformerEncoder(settings.reranker, settings.threads)
        folder = prepared_reranker(settings)
        if folder is None:
            return None
        from engine.retrieval.embedding_gemma import EmbeddingGemma

        return EmbeddingGemma(folder, threads=settings.threads)

    return Encoders.load(settings.encoder, settings.threads, reranker)


def build_assistant(
    settings: Settings,
    *,
    generator: Generator | None = None,
    counters: DailyCounters | None = None,
    progress: Progress | None = None,
    aside: bool = False,
    at_once: bool = False,
    clock: Callable[[], datetime] = now,
    encoders: Encoders | None = None,
    snapshot: str = "",
    at_work: bool = False,
) -> LiveAssistant:
    """The assistant of a home's live snapshot; at first start the shop is published.

    A snapshot of another version of shopdesk is built anew from its own files, not from the
    operator's unpublished ones. With `settings.kb` that folder is built and made live as it
    stands; with `aside` it is only answered from, and what is live in this home stays live.
    With `at_once` a snapshot is built without the re-ranking encoder, in a fifth of the time,
    unless the live one has it. `clock` says what day it is. `snapshot`: of which to answer,
    whatever is live; raises SnapshotError where it is gone or of another version. `at_work`:
    shoppers ask, no replay; see AtWork.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    encoders = encoders or load_encoders(settings)
    if not snapshot:
        first = first_encoders(settings.home, encoders) if at_once else encoders
        snapshot = _build(settings, first, aside=aside, progress=progress)
    return live_assistant(
        settings.home,
        encoders,
        generator,
        counters or MemoryCounters(),
        settings.daily_tokens,
        snapshot,
        clock,
        AtWork(settings.home, settings.orders_key, clock) if at_work else None,
    )


def _build(
    settings: Settings, encoders: Encoders, *, aside: bool, progress: Progress | None
) -> str:
    """Build what is to be answered from; its id where that is not what is live."""
    folder = ensure_shop(settings.home, settings.kb)
    if settings.kb is not None and aside:
        return build_snapshot(folder, settings.home, encoders, progress)
    if settings.kb is not None:
        publish(folder, settings.home, encoders, progress)
    elif not read_live(settings.home):
        _publish_first(folder, settings.home, encoders, progress)
    else:
        _keep_up(settings.home, encoders, progress)
    return ""
