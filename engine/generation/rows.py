"""Rows of the key/value cache: who uses which, and what each still holds of earlier prompts."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.generation.gemma import KeyValues


@dataclass(slots=True)
class _Row:
    prompt: list[int] = field(default_factory=list)
    """Tokens whose keys and values are there."""
    answer: list[int] = field(default_factory=list)
    free: bool = True
    used: int = 0


class Rows:
    """Gives rows out. A prompt that begins as an earlier one did is not read again there."""

    def __init__(self, cache: KeyValues, count: int, chunk: int = 1) -> None:
        """`chunk`: tokens are used again in whole chunks of so many."""
        self._cache = cache
        self._chunk = chunk
        self._rows = [_Row() for _ in range(count)]
        self._clock = 0

    @property
    def any_free(self) -> bool:
        """Whether a row may be taken."""
        return any(row.free for row in self._rows)

    def take(self, prompt: list[int]) -> tuple[int, int, list[int]]:
        """A row, how many tokens of `prompt` it holds, and an earlier text that began alike.

        The last token of a prompt is always read anew: what follows it is wanted.
        """
        self._clock += 1
        shared = [self._whole(min(_alike(row.prompt, prompt), len(prompt) - 1))
                  for row in self._rows]  # fmt: skip
        donor = max(range(len(shared)), key=lambda i: shared[i])
        number = min((i for i, row in enumerate(self._rows) if row.free),
                     key=lambda i: self._rows[i].used)  # fmt: skip
        kept, given = shared[donor], self._rows[donor]
        before = [*given.prompt, *given.answer] if 2 * kept > len(prompt) else []
        if donor != number and kept:
            self._cache.copy(donor, number, kept)
        self._rows[number] = _Row(prompt[:kept], [], False, self._clock)
        return number, kept, before

    def _whole(self, count: int) -> int:
        return count - count % self._chunk

    def read(self, number: int, tokens: list[int]) -> None:
        """More of the prompt is in the row."""
        self._rows[number].prompt.extend(tokens)

    def give_back(self, number: int, answer: list[int]) -> None:
        """The row may be taken again; until then it holds its prompt."""
        self._rows[number].free, self._rows[number].answer = True, answer


def _alike(first: list[int], second: list[int]) -> int:
    """How many tokens both begin with."""
    most = min(len(first), len(second))
    return next((i for i in range(most) if first[i] != second[i]), most)
