"""The generator of this process: a model folder, its tokenizer, and the scheduler."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import ModelError
from engine.generation.generator import Piece
from engine.generation.lookup import WIDTH
from engine.generation.prompts import STOP, render
from engine.types import Prompt

if TYPE_CHECKING:
    from engine.generation.head import Choice
    from engine.generation.scheduler import Counts

BOS = 2
END_TOKENS = ("<eos>", "<end_of_turn>")
TOKENIZER, WEIGHTS = "tokenizer.json", "model.safetensors"
UNFINISHED = "\ufffd"
"""What half a character decodes to; held back until the other half comes."""


def check_folder(folder: Path) -> None:
    """Look at a model folder without loading it. Raises ModelError where it would not load."""
    from safetensors import SafetensorError, safe_open

    from engine.gemma_parts import MEND_FOLDER, read_shape

    read_shape(folder)
    try:
        with safe_open(folder / WEIGHTS, "numpy"):
            pass
        (folder / TOKENIZER).stat()
    except (OSError, SafetensorError) as error:
        raise ModelError(
            f"a file is missing or cut short ({error})", where=str(folder), mend=MEND_FOLDER
        ) from error


class LocalGenerator:
    """Greedy text from a local Gemma 3 model, several requests at once."""

    def __init__(
        self, name: str, model: Any, tokenizer: Any, *, head: Any = None, width: int = WIDTH
    ) -> None:
        from engine.generation.scheduler import Scheduler

        self._name = name
        self._model = model
        self._tokenizer = tokenizer
        self._ends = {tokenizer.token_to_id(token) for token in END_TOKENS} - {None}
        self._stops: dict[int, bool] = {}
        self._scheduler = Scheduler(model, self._is_end, head=head, width=width)

    @classmethod
    def load(
        cls, folder: Path, *, threads: int, device: str = "cpu", int8: bool | None = None
    ) -> LocalGenerator:
        """Load a prepared model folder. `int8`: whether it writes with 8-bit weights, by default
        where the chip has the instructions. Raises ModelError."""
        import torch
        from tokenizers import Tokenizer

        from engine.gemma_parts import MEND_FOLDER
        from engine.generation.gemma import Gemma
        from engine.generation.head import Head, common_tokens
        from engine.int8 import multiplies_int8

        torch.set_num_threads(threads)
        try:
            tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        except Exception as error:
            raise ModelError(
                f"the tokenizer does not load ({error})", where=str(folder), mend=MEND_FOLDER
            ) from error
        can = device == "cpu" and multiplies_int8()
        if int8 and not can:
            raise ModelError("there are no instructions for 8-bit products here",
                             where="SHOPDESK_INT8", mend="unset it.")  # fmt: skip
        model = Gemma.load(folder, device=device, int8=can and int8 is not False)
        common = common_tokens(tokenizer.get_vocab())
        head = Head(model.embedding, common, model.like.dtype, model.int8)
        return cls(folder.name, model, tokenizer, head=head)

    @property
    def counts(self) -> Counts:
        """What was read, reused, written, and in how many steps, since it began."""
        return self._scheduler.counts

    @property
    def name(self) -> str:
        """The model's name, for receipts."""
        return self._name

    def stream(
        self, prompt: Prompt, *, request_id: str, deadline_s: float, max_tokens: int
    ) -> Iterator[Piece]:
        """See Generator."""
        from engine.generation.scheduler import Request

        until = time.monotonic() + deadline_s
        request = Request(request_id, self.prompt_ids(prompt), max_tokens, until)
        yield from self._pieces(self._scheduler.submit(request))

    def cancel(self, request_id: str) -> None:
        """See Generator."""
        self._scheduler.cancel(request_id)

    def close(self) -> None:
        """See Generator."""
        self._scheduler.close()

    def prompt_ids(self, prompt: Prompt) -> list[int]:
        """The tokens a prompt is read as."""
        text = render(prompt, count=self.count)
        return [BOS, *self._tokenizer.encode(text, add_special_tokens=False).ids]

    def count(self, text: str) -> int:
        """How many tokens a text has."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def undrafted(self) -> LocalGenerator:
        """The same weights, one token written a step."""
        head = self._scheduler.head
        return LocalGenerator(self._name, self._model, self._tokenizer, head=head, width=1)

    def plain(self) -> LocalGenerator:
        """The same weights without any short cut: all tokens looked at, one written a step."""
        from engine.generation.head import Head, every_token

        every = every_token(self._tokenizer.get_vocab())
        head = Head(self._model.embedding, every, self._model.like.dtype)
        return LocalGenerator(self._name, self._model, self._tokenizer, head=head, width=1)

    def _pieces(self, choices: Iterator[Choice]) -> Iterator[Piece]:
        ids: list[int] = []
        held: list[float] = []
        shown, begun = 0, False
        for choice in choices:
            ids.append(choice.token)
            held.append(choice.log_prob)
            text = self._tokenizer.decode(ids)
            if text.endswith(UNFINISHED):
                continue
            piece, shown = text[shown:], len(text)
            piece = piece if begun else piece.lstrip()
            if piece:
                begun = True
                yield Piece(piece, held)
                held = []

    def _is_end(self, token: int) -> bool:
        if token not in self._stops:
            ends = token in self._ends or STOP in self._tokenizer.decode([token])
            self._stops[token] = ends
        return self._stops[token]
