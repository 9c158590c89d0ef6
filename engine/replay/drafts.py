"""What a generator wrote, kept in a file and said again: the same prompt gets the same draft."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from engine import wire
from engine.errors import GeneratorError, ShopdeskError
from engine.generation.generator import Generator, Piece
from engine.types import Prompt


class Drafts:
    """A generator that says what is kept of each prompt, and asks the model where nothing is.

    Without a model a prompt that is not kept fails, and the passage is said as it stands.
    """

    def __init__(self, path: Path | None, model: Generator | None) -> None:
        self._path, self._model = path, model
        self._kept = _read(path)

    @property
    def name(self) -> str:
        """The model's name, for receipts."""
        return self._model.name if self._model else "kept drafts"

    def stream(
        self, prompt: Prompt, *, request_id: str, deadline_s: float, max_tokens: int
    ) -> Iterator[str]:
        """See Generator."""
        key = prompt_key(prompt, max_tokens)
        kept = self._kept.get(key)
        if kept is not None:
            yield from kept
            return
        if self._model is None:
            raise GeneratorError("no draft is kept of this prompt", where=str(self._path))
        pieces = []
        for piece in self._model.stream(
            prompt, request_id=request_id, deadline_s=deadline_s, max_tokens=max_tokens
        ):
            pieces.append(piece if isinstance(piece, Piece) else Piece(piece))
            yield piece
        # Only what was written to its end is kept: a draft cut off says nothing of the model.
        self._keep(key, tuple(pieces))

    def cancel(self, request_id: str) -> None:
        """See Generator."""
        if self._model is not None:
            self._model.cancel(request_id)

    def close(self) -> None:
        """See Generator."""
        if self._model is not None:
            self._model.close()

    def _keep(self, key: str, pieces: tuple[Piece, ...]) -> None:
        self._kept[key] = pieces
        if self._path is None:
            return
        line = {"prompt": key, "pieces": [[str(p), list(p.log_probs)] for p in pieces]}
        # One write of one line: several processes append to the same file.
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def prompt_key(prompt: Prompt, max_tokens: int) -> str:
    """What names a prompt: a hash of all that the model is given."""
    whole = f"{max_tokens}\n{wire.dumps(prompt)}"
    return hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()[:32]


def _read(path: Path | None) -> dict[str, tuple[Piece, ...]]:
    if path is None or not path.is_file():
        return {}
    kept: dict[str, tuple[Piece, ...]] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            values = json.loads(line)
            kept[values["prompt"]] = tuple(Piece(text, probs) for text, probs in values["pieces"])
        except (ValueError, KeyError, TypeError):
            raise ShopdeskError(
                "not a kept draft", where=f"{path}:{number}",
                mend="delete this line, or the file: its drafts are then written anew.",
            ) from None  # fmt: skip
    return kept
