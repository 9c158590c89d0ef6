"""From a plan to a reply: the generator drafts, grounding judges sentence by sentence."""

from __future__ import annotations

import re
import time
from collections import abc
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

from engine.counters import DailyCounters
from engine.describing.own_points import own_review, wordable
from engine.errors import GeneratorError
from engine.generation.generator import Generator, Piece
from engine.grounding.amounts import leaves_out_amount
from engine.grounding.doubt import Sureness, doubt
from engine.grounding.listing import said_twice, strange_item, unnamed
from engine.grounding.opening import SURE, cut_opening, opening_judged
from engine.grounding.reply import Sources, check_sentence, sources_of
from engine.grounding.sentences import SentenceSplitter
from engine.hurry import Hurries
from engine.types import (
    Check,
    Delta,
    Message,
    Part,
    Plan,
    Prompt,
    Receipt,
    Reply,
    Route,
    WordedBy,
)

MAX_TOKENS = 120
POINT_TOKENS, MOST_DRAFTED = 60, 6
"""Of a shopper's own review: tokens a point, and points that are drafted at all."""
NOT_BEFORE_DEADLINE_S = 1.0
GAP = re.compile(r"(?<=[、，：；])[ \u3000]+")
"""A space that no Chinese text has after a mark."""


@dataclass(slots=True)
class _Draft:
    """What has been said of one part so far."""

    said: list[str] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    refused: bool = False
    sureness: Sureness = field(default_factory=Sureness)
    titles: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    """The names a recommendation must give: each once, and no other."""
    first_word_ms: float | None = None


class Wording:
    """Words plans. The generator may be absent; then every part's own text is said."""

    def __init__(
        self, generator: Generator | None, counters: DailyCounters, *, snapshot: str,
        daily_tokens: int, hurries: Hurries | None = None, recommender: str = "",
    ) -> None:  # fmt: skip
        """`hurries`: shared with the Wording of other snapshots, by default its own.

        `recommender`: the version of the trained one that chooses products, for receipts.
        """
        self._recommender = recommender
        self._generator = generator
        self._counters = counters
        self._snapshot = snapshot
        self._daily_tokens = daily_tokens
        self._hurries = Hurries(generator) if hurries is None else hurries

    def hurry(self, message_id: str) -> None:
        """The shopper has written again: the part's own words are said, no model is waited for."""
        self._hurries.hurry(message_id)

    def write(
        self, plan: Plan, message: Message, deadline_s: float
    ) -> abc.Generator[Delta, None, Reply]:
        """Yields whole grounded sentences, and returns the Reply."""
        started = time.perf_counter()
        texts: list[str] = []
        checks: list[Check] = []
        worded: list[WordedBy] = []
        first: float | None = None
        for number, part in enumerate(plan.parts):
            left = deadline_s - (time.perf_counter() - started)
            draft = _Draft()
            if part.prompt and left > NOT_BEFORE_DEADLINE_S and self._may_generate(message):
                if part.route is Route.OWN_REVIEW:
                    self._own_review(part, draft, message, number, left)
                else:
                    yield from self._draft(part, draft, message, number, left, started)
            drafted = bool(draft.said) and not draft.refused
            gap = "" if part.language == "zh" else " "
            body = gap.join(s.strip() for s in draft.said) if drafted else part.text
            texts.append("\n".join(piece for piece in (body, part.closing) if piece))
            checks.extend(draft.checks)
            worded.append(WordedBy.MODEL if drafted else part.worded_by)
            first = first if first is not None else draft.first_word_ms
        total = (time.perf_counter() - started) * 1000
        timings = {"total": round(total, 1), "first_word": round(first or total, 1)}
        return self._reply(plan, "\n\n".join(texts), checks, worded, timings)

    def _may_generate(self, message: Message) -> bool:
        if self._generator is None or message.id in self._hurries:
            return False
        return self._counters.add(f"tokens:{message.shopper}", 0) < self._daily_tokens

    def _draft(
        self, part: Part, draft: _Draft, message: Message, number: int, left: float, started: float
    ) -> Iterator[Delta]:
        assert self._generator is not None and part.prompt is not None
        request = f"{message.id}:{number}"
        self._hurries.began(message.id, request)
        sources = sources_of(part.prompt)
        draft.titles = tuple(passage.title for passage in part.prompt.passages)
        if part.prompt.task is Route.RECOMMEND:
            draft.listed = draft.titles
        splitter = SentenceSplitter()
        tokens = 0
        try:
            stream = self._generator.stream(
                part.prompt, request_id=request, deadline_s=left, max_tokens=MAX_TOKENS
            )
            for piece in stream:
                tokens += 1
                draft.sureness.wrote(piece, piece.log_probs if isinstance(piece, Piece) else ())
                for sentence in splitter.feed(piece):
                    yield from self._judge(sentence, sources, draft, started)
                if draft.refused:
                    self._generator.cancel(request)
                    break
            else:
                for sentence in splitter.flush():
                    yield from self._judge(sentence, sources, draft, started)
                self._judge_whole(draft, part.prompt)
        except GeneratorError:
            draft.refused = True
        finally:
            self._hurries.ended(message.id)
            draft.refused = draft.refused or message.id in self._hurries
            self._counters.add(f"tokens:{message.shopper}", tokens)

    def _own_review(
        self, part: Part, draft: _Draft, message: Message, number: int, left: float
    ) -> None:
        """Each point by itself; what is not drafted stands as it was said."""
        assert part.prompt is not None
        until, written = time.perf_counter() + left, list[str]()
        with suppress(GeneratorError):
            for place, point in enumerate(part.prompt.passages[:MOST_DRAFTED]):
                left = until - time.perf_counter()
                if left < NOT_BEFORE_DEADLINE_S or message.id in self._hurries:
                    break
                prompt, request = replace(part.prompt, passages=(point,)), f"{number}:{place}"
                drafts = wordable(point.text)
                written.append(self._written(prompt, request, message, left) if drafts else "")
        told = own_review(part.prompt.passages, written)
        draft.checks.extend(told.checks)
        if told.drafted:
            draft.said.append(told.text)

    def _written(self, prompt: Prompt, name: str, message: Message, left: float) -> str:
        assert self._generator is not None
        request, pieces = f"{message.id}:{name}", list[str]()
        self._hurries.began(message.id, request)
        try:
            pieces.extend(
                self._generator.stream(
                    prompt, request_id=request, deadline_s=left, max_tokens=POINT_TOKENS
                )
            )
        finally:
            self._hurries.ended(message.id)
            self._counters.add(f"tokens:{message.shopper}", len(pieces))
        return "".join(pieces)

    def _judge(
        self, sentence: str, sources: Sources, draft: _Draft, started: float
    ) -> Iterator[Delta]:
        before, rest = cut_opening("" if draft.said else sentence)
        opening = draft.sureness.of(before)
        log_probs = draft.sureness.of(rest if before else sentence)
        if draft.refused or not sentence.strip():
            return
        sure = bool(opening) and opening[0] >= SURE
        said = GAP.sub("", sentence.strip())
        check = (
            opening_judged(said, sources, sure=sure) if before else check_sentence(said, sources)
        )
        if check.sentence == said:
            # What is not said need not be sure.
            log_probs = [*opening, *log_probs]
        unsure = doubt(log_probs)
        sentence = check.sentence
        strange = said_twice(sentence, draft.titles) or strange_item(sentence, draft.listed)
        if check.passed and strange:
            check = Check(check.sentence, False, f"name:{strange}")
        if check.passed and unsure:
            check = Check(check.sentence, False, unsure)
        draft.checks.append(check)
        if not check.passed:
            draft.refused = True
            return
        draft.said.append(sentence)
        if draft.first_word_ms is None:
            draft.first_word_ms = (time.perf_counter() - started) * 1000
        yield Delta(sentence.strip())

    def _judge_whole(self, draft: _Draft, prompt: Prompt) -> None:
        """What leaves out a product whose card is shown, or the amount asked for, is not sent."""
        said = " ".join(draft.said)
        missing = unnamed(said, draft.listed)
        if prompt.task is Route.FAQ and leaves_out_amount(said, prompt):
            missing = "amount"
        if missing and not draft.refused:
            draft.refused = True
            draft.checks.append(Check("", False, f"missing:{missing}"))

    def _reply(
        self,
        plan: Plan,
        text: str,
        checks: list[Check],
        worded: list[WordedBy],
        timings: dict[str, float],
    ) -> Reply:
        first = plan.parts[0]
        model = self._generator.name if self._generator and WordedBy.MODEL in worded else ""
        receipt = Receipt(
            self._snapshot, model, WordedBy.MODEL if model else worded[0], dict(first.scores),
            tuple(checks), timings,
            self._recommender if any(part.products for part in plan.parts) else "",
            first.candidates, first.why,
        )  # fmt: skip
        reply = Reply(
            text=text,
            route=first.route,
            band=first.band,
            confidence=round(min(part.confidence for part in plan.parts), 4),
            language=plan.language,
            handoff=next((part.handoff for part in plan.parts if part.handoff), None),
            receipt=receipt,
        )
        return replace(
            reply,
            citations=tuple(dict.fromkeys(c for part in plan.parts for c in part.citations)),
            products=tuple(card for part in plan.parts for card in part.products),
            buttons=tuple(dict.fromkeys(b for part in plan.parts for b in part.buttons)),
        )
