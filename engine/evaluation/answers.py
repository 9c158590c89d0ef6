"""`shopdesk eval answers`: is what is sent right, supported, in the shopper's language and words?

Each question goes the way of a turn: the passage check, a draft by the generator, grounding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import fmean

from engine.counters import MemoryCounters
from engine.evaluation.answer_questions import AnswerQuestion
from engine.evaluation.second_extractor import unsupported
from engine.generation.generator import Generator
from engine.grounding.doubt import is_doubt
from engine.retrieval.answerable import PassageCheck
from engine.retrieval.text import is_chinese
from engine.types import Check, Message, Part, Passage, Plan, Prompt, Reply, Session, WordedBy
from engine.wording import Wording

DEADLINE_S = 60.0
BUDGET_TOKENS = 1_000_000_000
_UNIT = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one question. `copy`: the passage that would be sent verbatim."""

    asked: AnswerQuestion
    scores: tuple[float, ...]
    copy: str
    reply: Reply | None
    """None where no passage was found to answer."""

    @property
    def sent(self) -> str:
        """The text that is sent, "" where it is refused."""
        return self.reply.text if self.reply else ""

    @property
    def worded(self) -> bool:
        """Whether the words sent are the model's own."""
        return self.reply is not None and self.reply.receipt.worded_by is WordedBy.MODEL

    @property
    def rejected(self) -> bool:
        """Whether grounding rejected the draft."""
        return any(not is_doubt(check) for check in self._failed)

    @property
    def doubted(self) -> bool:
        """Whether the draft was held back as the model was not sure of its words."""
        return any(is_doubt(check) for check in self._failed)

    @property
    def _failed(self) -> list[Check]:
        return [c for c in self.reply.receipt.checks if not c.passed] if self.reply else []

    @property
    def unsupported(self) -> list[str]:
        """Quantities, names and links that are sent and stand in no passage."""
        sources = [f"{p.title} {p.text}" for p in self.asked.passages]
        return unsupported(self.sent, [self.asked.question, self.asked.reason, *sources])


def answer_all(
    questions: Sequence[AnswerQuestion],
    check: PassageCheck,
    generator: Generator,
    advance: Callable[[int], object] = lambda _: None,
) -> list[Answered]:
    """Every question answered, one after the other. No label is looked at."""
    wording = Wording(generator, MemoryCounters(), snapshot="", daily_tokens=BUDGET_TOKENS)
    found = []
    for number, asked in enumerate(questions):
        found.append(_answer(asked, check, wording, str(number)))
        advance(1)
    return found


def _answer(asked: AnswerQuestion, check: PassageCheck, wording: Wording, name: str) -> Answered:
    scores = check.scores(asked.question, asked.language, asked.passages, asked.route)
    chosen = check.chosen(asked.passages, scores, asked.route, asked.language)
    best = max(range(len(scores)), key=lambda i: scores[i])
    copy = asked.passages[best].text
    if not chosen:
        return Answered(asked, scores, copy, None)
    prompt = Prompt(asked.route, asked.language, asked.question, chosen, (), asked.reason)
    plan = _plan(asked, prompt, chosen[0])
    message = Message(name, name, name, asked.question, datetime.now(UTC))
    writing = wording.write(plan, message, DEADLINE_S)
    while True:
        try:
            next(writing)
        except StopIteration as end:
            return Answered(asked, scores, copy, end.value)


def _plan(asked: AnswerQuestion, prompt: Prompt, best: Passage) -> Plan:
    part = Part(asked.question, asked.route, asked.language, best.text, WordedBy.OPERATOR,
                prompt=prompt)  # fmt: skip
    return Plan(asked.language, (part,), Session(asked.question))


def figures(found: Sequence[Answered]) -> dict[str, object]:
    """What `eval answers` prints. Shares lie in [0, 1], ROUGE-L and chrF in [0, 100].

    ROUGE-L: F1 of the longest common subsequence (Lin, 2004), Chinese by character; chrF:
    Popović (2015). What is refused counts as an empty answer.
    """
    labelled = [a for a in found if a.asked.reference]
    sent = [a for a in found if a.reply]
    drafted = [a for a in sent if a.reply and a.reply.receipt.checks]
    return {
        "n": len(found),
        **_likeness(labelled),
        "supported": _share(not a.unsupported for a in sent),
        "unsupported_sent": sum(len(a.unsupported) for a in sent),
        "answerable_refused": _share(a.reply is None for a in found if a.asked.answerable is True),
        "unanswerable_answered": _share(
            bool(a.reply) for a in found if a.asked.answerable is False
        ),
        "language_match": _share(_in_language(a) for a in sent),
        "grounding_rejected": _share(a.rejected for a in drafted),
        "doubted": _share(a.doubted for a in drafted),
        "sent_verbatim": _share(not a.worded for a in sent),
        "worded_by_model": _share(a.worded for a in sent),
    }


def _labelled(found: Sequence[Answered], answerable: bool) -> list[Answered]:
    return [a for a in found if a.asked.answerable is answerable]


def details(found: Sequence[Answered]) -> list[dict[str, object]]:
    """One line a question, from which all figures can be made again."""
    return [
        {
            "question": a.asked.question,
            "language": a.asked.language,
            "route": a.asked.route.value,
            "sent": a.sent,
            "copy": a.copy,
            "reference": a.asked.reference,
            "answerable": a.asked.answerable,
            "passage_scores": [round(s, 4) for s in a.scores],
            "worded_by": a.reply.receipt.worded_by.value if a.reply else None,
            "checks": [[c.sentence, c.passed, c.reason] for c in a.reply.receipt.checks]
            if a.reply
            else [],
            "unsupported": a.unsupported,
        }
        for a in found
    ]


class _Units:
    """Words of other scripts and single Chinese characters, for ROUGE."""

    def tokenize(self, text: str) -> list[str]:
        return _UNIT.findall(text.lower())


def _likeness(labelled: Sequence[Answered]) -> dict[str, float | None]:
    if not labelled:
        return {"rouge_l": None, "rouge_l_copy": None, "chrf": None, "chrf_copy": None}
    from rouge_score.rouge_scorer import RougeScorer
    from sacrebleu.metrics.chrf import CHRF

    scorer, chrf = RougeScorer(["rougeL"], tokenizer=_Units()), CHRF()
    references = [a.asked.reference for a in labelled]

    def rouge(texts: Sequence[str]) -> float:
        pairs = zip(references, texts, strict=True)
        return round(100 * fmean(float(scorer.score(r, t)["rougeL"].fmeasure) for r, t in pairs), 2)

    def characters(texts: Sequence[str]) -> float:
        return round(float(chrf.corpus_score(list(texts), [references]).score), 2)

    sent, copied = [a.sent for a in labelled], [a.copy for a in labelled]
    return {"rouge_l": rouge(sent), "rouge_l_copy": rouge(copied),
            "chrf": characters(sent), "chrf_copy": characters(copied)}  # fmt: skip


def _in_language(answered: Answered) -> bool:
    return is_chinese(answered.sent) == (answered.asked.language == "zh")


def _share(found: Iterable[bool]) -> float | None:
    flags = list(found)
    return round(sum(flags) / len(flags), 4) if flags else None
