"""The best next tokens, looked for among those a shop's languages use and those of the prompt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.generation.prompts import DECLINED
from engine.int8 import int8_linear
from engine.linear import linear

COMMON = 64_000
"""Token ids are merge ranks: lower ones are more frequent."""
FIRST = 600
"""Control tokens, line ends and bytes."""
CLOSE, CLOSE_INT8 = 8, 32
"""So many are scored again."""
LATIN = re.compile(r"[\x20-\x7e▁]+")
CHINESE = re.compile(r"[▁\u3000-\u303f\u4e00-\u9fff\uff00-\uffef·—–‘’“”…€£¥°×²³½]+")


def common_tokens(vocabulary: Mapping[str, int]) -> list[int]:
    """Ids of bytes, single characters, frequent Latin tokens and all of Chinese, in order."""
    return sorted(
        number
        for text, number in vocabulary.items()
        if text != DECLINED
        and (
            number < FIRST
            or len(text) == 1
            or (number < COMMON and LATIN.fullmatch(text))
            or CHINESE.fullmatch(text)
        )
    )


def every_token(vocabulary: Mapping[str, int]) -> list[int]:
    """Ids of all that an answer may be written with, in order."""
    return sorted(number for text, number in vocabulary.items() if text != DECLINED)


@dataclass(frozen=True, slots=True)
class Choice:
    """A token, and the natural logarithm of its probability among those looked at."""

    token: int
    log_prob: float


class Head:
    """Greedy choice. With `kept` None every token of the vocabulary is looked at."""

    def __init__(
        self,
        embedding: Tensor,
        kept: Iterable[int] | None = None,
        dtype: torch.dtype | None = None,
        int8: bool = False,
    ) -> None:
        """`dtype`: of the states it is asked about, by default the embedding's own; `int8`: looked
        through in whole numbers, the best few of them scored as without."""
        self._embedding = embedding
        self._ids: Tensor | None = None
        rows, self._known = embedding, frozenset[int]()
        if kept is not None:
            self._ids = torch.tensor(sorted(kept), device=embedding.device)
            rows, self._known = embedding[self._ids], frozenset(self._ids.tolist())
        self._scores = int8_linear(rows) if int8 else linear(rows.to(dtype or embedding.dtype))
        self._close = min(CLOSE_INT8 if int8 else CLOSE, len(rows))

    def also(self, prompt: Iterable[int]) -> Tensor | None:
        """The tokens of a prompt that are not kept anyway, for `best`."""
        if self._ids is None:
            return None
        more = sorted(set(prompt) - self._known)
        return torch.tensor(more, device=self._ids.device) if more else None

    @torch.inference_mode()
    def best(self, hidden: Tensor, also: list[Tensor | None]) -> list[list[Choice]]:
        """The best token after every state, shape (rows, new, hidden); `also`: one a row."""
        scores = self._scores(hidden)
        whole = scores.float().logsumexp(-1)
        # bfloat16 scores are equal too often: the best few are scored again.
        near = scores.topk(self._close, -1).indices
        tokens = near if self._ids is None else self._ids[near]
        chosen = []
        for row, more in enumerate(also):
            candidates = tokens[row]
            together = whole[row]
            if more is not None:
                candidates = torch.cat([candidates, more.expand(len(candidates), -1)], -1)
                others = hidden[row].float() @ self._embedding[more].float().T
                together = torch.logaddexp(together, others.logsumexp(-1))
            chosen.append(self._best_of(hidden[row], candidates, together))
        return chosen

    def _best_of(self, hidden: Tensor, candidates: Tensor, whole: Tensor) -> list[Choice]:
        """The best candidate after every state; of equal ones the lowest id."""
        candidates = candidates.sort(-1).values
        scores = (self._embedding[candidates].float() @ hidden.float()[:, :, None])[..., 0]
        best = scores.argmax(-1, keepdim=True)
        tokens = candidates.gather(-1, best)[:, 0].tolist()
        # Rounded sums may end a hair below their greatest part.
        sure = (scores.gather(-1, best)[:, 0] - whole).clamp(max=0.0).tolist()
        return [Choice(token, log_prob) for token, log_prob in zip(tokens, sure, strict=True)]
