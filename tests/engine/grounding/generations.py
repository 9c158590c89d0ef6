"""Real generations on the demo shop, judged by the second extractor. A command of its own:

    python -m tests.engine.grounding.generations --n 300 [--details FILE.jsonl]

prints how many replies the model worded and everything sent that no source holds. Exit 1 if any.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import knowledge_base
from engine.answers.cards import Cards
from engine.answers.products import ProductAnswers
from engine.counters import MemoryCounters
from engine.evaluation import second_extractor
from engine.generation.generator import Generator, build_generator
from engine.generation.prepare import prepare_default_model
from engine.settings import Settings
from engine.types import (
    Message,
    Part,
    Passage,
    Plan,
    Product,
    Prompt,
    Reply,
    Route,
    Session,
    SourceKind,
    WordedBy,
)
from engine.wording import Wording
from knowledge_base.store import Knowledge, load

SHOP = Path(knowledge_base.__file__).parent / "demo_shop"
SHARES = {Route.FAQ: 0.5, Route.DESCRIBE: 0.2, Route.RECOMMEND: 0.2, Route.REVIEW: 0.1}
SEED = 20
DEADLINE_S = 600.0
TOGETHER = 8
"""Prompts written at once, as the worker batches turns."""
PLENTY_TOKENS = 10_000_000
ASKED = {
    Route.DESCRIBE: {"en": "Tell me about the {}.", "zh": "介绍一下{}。"},
    Route.REVIEW: {"en": "What do buyers say about the {}?", "zh": "{}的评价怎么样？"},
    Route.RECOMMEND: {"en": "I am looking for {}.", "zh": "想找{}。"},
}
REASON = {"en": "Matches what you asked for: {}", "zh": "符合您的要求：{}"}


@dataclass(frozen=True, slots=True)
class Generation:
    """One prompt, the reply that would be sent, and what in it no source holds."""

    prompt: Prompt
    reply: Reply
    unsupported: tuple[str, ...]


class Prompts:
    """Prompts as the engine makes them, from the demo shop's entries, products and reviews."""

    def __init__(self, shop: Knowledge, draw: random.Random) -> None:
        self._shop, self._draw = shop, draw
        self._products = {product.id: product for product in shop.products}
        cards = Cards(self._products, shop.shop, shop.replies)
        self._answers = ProductAnswers(self._products, shop.reviews, shop.replies, cards)

    def make(self, task: Route, language: str) -> Prompt:
        """A prompt for a task in a language."""
        if task is Route.FAQ:
            return self._faq(language)
        if task is Route.REVIEW:
            return self._review(language)
        product = self._draw.choice(self._shop.products)
        if task is Route.DESCRIBE:
            asked = ASKED[task][language].format(self._name(product, language))
            passages = (self._answers.passage(product.id, language),)
            return Prompt(task, language, asked, passages)
        return self._recommend(product, language)

    def _faq(self, language: str) -> Prompt:
        entries = [e for e in self._shop.entries if e.answers.get(language)]
        chosen = self._draw.sample(entries, self._draw.choice((1, 1, 2)))
        question = self._draw.choice(chosen[0].questions[language])
        passages = tuple(
            Passage(f"entry:{e.id}", SourceKind.ENTRY, e.titles[language],
                    e.answers[language], language)
            for e in chosen
        )  # fmt: skip
        return Prompt(Route.FAQ, language, question, passages)

    def _recommend(self, product: Product, language: str) -> Prompt:
        kind = [p for p in self._shop.products if p.category == product.category]
        picks = self._draw.sample(kind, min(3, len(kind)))
        label = self._shop.shop.categories.get(product.category, {}).get(language, "")
        wish = label or product.category
        asked = ASKED[Route.RECOMMEND][language].format(wish)
        passages = tuple(self._answers.passage(pick.id, language) for pick in picks)
        reason = REASON[language].format(wish)
        return Prompt(Route.RECOMMEND, language, asked, passages, (), reason)

    def _review(self, language: str) -> Prompt:
        written = [r for r in self._shop.reviews if r.language == language]
        product = self._products[self._draw.choice(written).product]
        name = self._name(product, language)
        passages = tuple(
            Passage(f"review:{r.id}", SourceKind.REVIEW, name, r.text, language)
            for r in written
            if r.product == product.id
        )[:3]
        return Prompt(Route.REVIEW, language, ASKED[Route.REVIEW][language].format(name), passages)

    def _name(self, product: Product, language: str) -> str:
        return product.names.get(language) or next(iter(product.names.values()))


def prompts(count: int) -> list[Prompt]:
    """`count` prompts, the same every time, tasks and languages mixed."""
    draw = random.Random(SEED)
    make = Prompts(load(SHOP), draw).make
    tasks = [task for task, share in SHARES.items() for _ in range(round(share * count))]
    made = [make(task, ("en", "zh")[n % 2]) for n, task in enumerate(tasks)]
    return draw.sample(made, len(made))


def generate(made: Sequence[Prompt], generator: Generator) -> Iterator[Generation]:
    """What would be sent for each prompt, through the streaming door."""
    wording = Wording(generator, MemoryCounters(), snapshot="", daily_tokens=PLENTY_TOKENS)

    def one(numbered: tuple[int, Prompt]) -> Generation:
        number, prompt = numbered
        part = Part(prompt.question, prompt.task, prompt.language, prompt.passages[0].text,
                    WordedBy.OPERATOR, prompt=prompt)  # fmt: skip
        message = Message(str(number), "c", "s", prompt.question, datetime.now(UTC))
        reply = _last(wording, Plan(prompt.language, (part,), Session("c")), message)
        texts = [f"{p.title}. {p.text}" for p in prompt.passages] + [prompt.reason]
        found = second_extractor.unsupported(reply.text, texts)
        return Generation(prompt, reply, tuple(found))

    with ThreadPoolExecutor(TOGETHER) as pool:
        yield from pool.map(one, enumerate(made))


def _last(wording: Wording, plan: Plan, message: Message) -> Reply:
    writing = wording.write(plan, message, DEADLINE_S)
    while True:
        try:
            next(writing)
        except StopIteration as end:
            reply: Reply = end.value
            return reply


def summary(done: Sequence[Generation]) -> dict[str, object]:
    """Counts by task and who worded, and every finding with its reply."""
    worded = Counter(f"{g.prompt.task} {g.reply.receipt.worded_by}" for g in done)
    reasons = Counter(
        c.reason.partition(":")[0] for g in done for c in g.reply.receipt.checks if not c.passed
    )
    found = [{"text": g.reply.text, "unsupported": g.unsupported} for g in done if g.unsupported]
    own = sum(g.reply.receipt.worded_by is WordedBy.MODEL for g in done)
    return {"n": len(done), "worded_by_model": own, "worded": dict(sorted(worded.items())),
            "refused": dict(reasons), "unsupported": found}  # fmt: skip


def _details(generation: Generation) -> str:
    prompt, reply = generation.prompt, generation.reply
    return json.dumps(
        {"task": str(prompt.task), "language": prompt.language, "question": prompt.question,
         "passages": [f"{p.title}: {p.text}" for p in prompt.passages], "reason": prompt.reason,
         "text": reply.text, "worded_by": str(reply.receipt.worded_by),
         "checks": [[c.sentence, c.reason] for c in reply.receipt.checks],
         "unsupported": generation.unsupported},
        ensure_ascii=False,
    )  # fmt: skip


def generator_with(adapter: Path | None) -> Generator:
    """The default model with the shipped adapter, or with another one."""
    settings = Settings.load()
    if adapter:
        settings = replace(settings, model=str(prepare_default_model(settings, adapter=adapter)))
    return build_generator(settings)


def main() -> int:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=300)
    parser.add_argument("--details", type=Path)
    parser.add_argument("--adapter", type=Path, help="another adapter than the shipped one")
    arguments = parser.parse_args()
    generator = generator_with(arguments.adapter)
    done = []
    for generation in generate(prompts(arguments.n), generator):
        done.append(generation)
        if arguments.details:
            with arguments.details.open("a", encoding="utf-8") as details:
                details.write(_details(generation) + "\n")
        print(f"{len(done)}/{arguments.n}", end="\r", file=sys.stderr)
    generator.close()
    print(json.dumps(summary(done), ensure_ascii=False, indent=1))
    return 1 if any(g.unsupported for g in done) else 0


if __name__ == "__main__":
    sys.exit(main())
