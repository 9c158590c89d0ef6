"""How fast the generator writes: ours with drafts, without, with no short cut, and a peer."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from engine.evaluation.answer_questions import AnswerQuestion
from engine.evaluation.measures import percentiles
from engine.generation.generator import Generator
from engine.generation.local import LocalGenerator
from engine.types import Prompt

MAX_TOKENS = 80
DEADLINE_S = 120.0
Advance = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Written:
    """One text: when its first piece came, when its last, and how many tokens it has."""

    text: str
    first_s: float
    whole_s: float
    tokens: int
    prompt_tokens: int
    steps: int = 0


@dataclass(slots=True)
class Contestant:
    """A generator and what it wrote: asked for the first time, and once more right after."""

    name: str
    generator: Generator
    cold: list[Written] = field(default_factory=list)
    warm: list[Written] = field(default_factory=list)


def bench_generate(
    questions: Sequence[AnswerQuestion],
    ours: LocalGenerator,
    undrafted: LocalGenerator,
    plain: LocalGenerator,
    peer: Generator | None,
    repeat: int,
    advance: Advance = lambda done, whole: None,
) -> dict[str, Any]:
    """Every question to every contestant in turn, `repeat` times; the figures.

    `ours` drafts, `undrafted` writes one token a step, `plain` looks at every token of the
    vocabulary besides, all with the same weights. Token counts are those of our tokenizer for all.
    Times in milliseconds unless they say so.
    """
    found = [Contestant("ours", ours), Contestant("one_token_a_step", undrafted),
             Contestant("plain", plain)]  # fmt: skip
    found += [Contestant("peer", peer)] if peer else []
    for number in range(repeat):
        for place, asked in enumerate(questions):
            prompt = Prompt(asked.route, asked.language, asked.question, asked.passages, (),
                            asked.reason)  # fmt: skip
            for contestant in found:
                for kept in (contestant.cold, contestant.warm):
                    kept.append(_write(contestant.generator, prompt, ours))
            advance(number * len(questions) + place + 1, repeat * len(questions))
    same = [a.text == b.text for a, b in zip(found[0].cold, found[2].cold, strict=True)]
    figures = {one.name: _figures(one) for one in found}
    return {
        "questions": len(questions),
        "repeat": repeat,
        **figures,
        "identical_to_plain_greedy": round(fmean(same), 4),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        **_ratios(figures),
    }


def _write(generator: Generator, prompt: Prompt, counter: LocalGenerator) -> Written:
    steps = generator.counts.steps if isinstance(generator, LocalGenerator) else 0
    began, first, pieces = time.perf_counter(), 0.0, []
    stream = generator.stream(
        prompt, request_id="bench", deadline_s=DEADLINE_S, max_tokens=MAX_TOKENS
    )
    for piece in stream:
        first = first or time.perf_counter() - began
        pieces.append(piece)
    whole, text = time.perf_counter() - began, "".join(pieces)
    if isinstance(generator, LocalGenerator):
        steps = generator.counts.steps - steps
    # The end of the text is a token too.
    tokens, read = counter.count(text) + 1, len(counter.prompt_ids(prompt))
    return Written(text, first or whole, whole, tokens, read, steps)


def _figures(one: Contestant) -> dict[str, Any]:
    # Of the first time only: asked again, the earlier answer itself is the draft.
    decoded = [(w.tokens - 1, w.whole_s - w.first_s) for w in one.cold if w.tokens > 1]
    seconds, steps = sum(time_s for _, time_s in decoded), sum(w.steps for w in one.cold)
    return {
        "tokens_a_step": round(sum(w.tokens - 1 for w in one.cold) / steps, 2) if steps else None,
        "decode_tokens_a_second": round(sum(n for n, _ in decoded) / seconds, 1),
        "prefill_tokens_a_second": round(
            sum(w.prompt_tokens for w in one.cold) / sum(w.first_s for w in one.cold), 1
        ),
        "first_token_cold_ms": percentiles([w.first_s for w in one.cold]),
        "first_token_warm_ms": percentiles([w.first_s for w in one.warm]),
        "whole_cold_ms": percentiles([w.whole_s for w in one.cold]),
        "tokens": round(fmean(w.tokens for w in one.cold), 1),
        "prompt_tokens": round(fmean(w.prompt_tokens for w in one.cold), 1),
    }


def _ratios(figures: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Ours over the others, decoding; over the peer, reading too."""

    def over(name: str, what: str, mine: str = "ours") -> float:
        return round(float(figures[mine][what]) / float(figures[name][what]), 2)

    ratios = {"decode_over_one_token_a_step": over("one_token_a_step", "decode_tokens_a_second")}
    if "peer" in figures:
        ratios |= {
            "decode_over_peer": over("peer", "decode_tokens_a_second"),
            "decode_one_token_a_step_over_peer": over(
                "peer", "decode_tokens_a_second", "one_token_a_step"
            ),
            "prefill_over_peer": over("peer", "prefill_tokens_a_second"),
        }
    return ratios
