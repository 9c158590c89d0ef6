"""Answers from entries: the operator's words, the model's, or near entries as buttons."""

from __future__ import annotations

from collections.abc import Mapping

from engine.answers.talk import human_button
from engine.retrieval.found import Found
from engine.types import (
    ActionKind,
    Band,
    Button,
    Citation,
    Entry,
    Part,
    Passage,
    Prompt,
    Route,
    SourceKind,
    WordedBy,
)
from knowledge_base.shop_file import Replies

NEAR_ENTRIES = 3
SECOND_PASSAGE_LOGIT = 0.5
LABEL_LENGTH = 40


class FaqAnswers:
    """Words entries in a shopper's language."""

    def __init__(
        self, entries: Mapping[str, Entry], replies: Replies, default_language: str
    ) -> None:
        self._entries = entries
        self._replies = replies
        self._default = default_language

    def known(self, entry: str) -> bool:
        """Whether an entry of that id may be shown."""
        return entry in self._entries

    def answer(self, question: str, found: Found, language: str, conversation: tuple[str, ...]
               ) -> Part:  # fmt: skip
        """The Part for a band of certain, likely or unsure."""
        if found.band is Band.UNSURE:
            return self._near(question, found, language)
        best = self._entries[found.entries[0]]
        verbatim = self.verbatim(best.id, language)
        prompt = None
        if found.band is Band.LIKELY:
            prompt = Prompt(Route.FAQ, language, question, self._passages(found, language),
                            conversation)  # fmt: skip
        return Part(
            question=question,
            route=Route.FAQ,
            language=language,
            text=verbatim,
            worded_by=WordedBy.OPERATOR,
            confidence=found.confidence,
            band=found.band,
            prompt=prompt,
            citations=(self._citation(best.id, language),),
            scores=found.features,
            candidates=found.candidates,
            why=found.why,
        )

    def shown(self, entry: str, language: str) -> Part:
        """An entry a shopper opened by its button."""
        return Part(
            question=self.title(entry, language),
            route=Route.FAQ,
            language=language,
            text=self.verbatim(entry, language),
            worded_by=WordedBy.OPERATOR,
            band=Band.CERTAIN,
            citations=(self._citation(entry, language),),
        )

    def verbatim(self, entry: str, language: str) -> str:
        """The operator's words; in another language only after a sentence that says so."""
        answers = self._entries[entry].answers
        if language in answers:
            return answers[language]
        known = self._default if self._default in answers else next(iter(answers))
        return f"{self._replies.text('language_fallback', language)}\n\n{answers[known]}"

    def title(self, entry: str, language: str) -> str:
        """An entry's title in the language, else in any."""
        titles = self._entries[entry].titles
        return titles.get(language) or titles.get(self._default) or next(iter(titles.values()), "")

    def passage(self, entry: str, language: str) -> Passage:
        """An entry as the model and the passage check see it, in the language where it has it."""
        answers = self._entries[entry].answers
        written = language if language in answers else next(iter(answers))
        title = self.title(entry, written)
        return Passage(f"entry:{entry}", SourceKind.ENTRY, title, answers[written], written)

    def _passages(self, found: Found, language: str) -> tuple[Passage, ...]:
        shown = [found.entries[0]]
        if len(found.entries) > 1 and found.logits[1] >= SECOND_PASSAGE_LOGIT:
            shown.append(found.entries[1])
        return tuple(self.passage(entry, language) for entry in shown)

    def _citation(self, entry: str, language: str) -> Citation:
        return Citation(f"entry:{entry}", self.title(entry, language))

    def _near(self, question: str, found: Found, language: str) -> Part:
        buttons = tuple(
            Button(self.title(entry, language)[:LABEL_LENGTH], f"{ActionKind.ENTRY}:{entry}")
            for entry in found.entries[:NEAR_ENTRIES]
        )
        return Part(
            question=question,
            route=Route.FAQ,
            language=language,
            text=self._replies.text("unsure_intro", language),
            worded_by=WordedBy.TEMPLATE,
            confidence=found.confidence,
            band=Band.UNSURE,
            buttons=(*buttons, human_button(self._replies, language)),
            scores=found.features,
            candidates=found.candidates,
            why=found.why,
        )
