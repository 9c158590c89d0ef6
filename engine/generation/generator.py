"""The one interface behind which text is generated, and how settings choose its engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from engine.settings import Settings
from engine.types import Prompt

if TYPE_CHECKING:
    from engine.generation.loading import LoadingGenerator

MAX_TOKENS = 120


class Piece(str):
    """A piece of an answer, and how sure the model was of its tokens."""

    log_probs: tuple[float, ...]
    """Natural logarithms of their probabilities; empty where they are not known."""

    def __new__(cls, text: str, log_probs: Iterable[float] = ()) -> Piece:
        """A piece that says `text`."""
        made = super().__new__(cls, text)
        made.log_probs = tuple(log_probs)
        return made


class Generator(Protocol):
    """Text from prompts; the only door to a language model. Sync: callers use it in a thread.

    `name` goes into a reply's receipt.
    """

    @property
    def name(self) -> str:
        """The model's name, for receipts."""
        ...

    def stream(
        self, prompt: Prompt, *, request_id: str, deadline_s: float, max_tokens: int
    ) -> Iterator[str]:
        """Pieces of the answer as they are written, until it ends, `max_tokens`, or cancel.

        Each is a Piece where the model tells how sure it is. `deadline_s` is the time left in
        seconds. Raises GeneratorError when it passes or the model fails; what was yielded before
        stays good.
        """
        ...

    def cancel(self, request_id: str) -> None:
        """End that request's stream soon; unknown ids are ignored. Safe from any thread."""
        ...

    def close(self) -> None:
        """Give back threads, memory and connections."""
        ...


def build_generator(settings: Settings, progress: bool = True) -> Generator:
    """The generator of these settings: a server by URL, a model by setting, else the default.

    Prepares the default model where it is not prepared. Raises ModelError.
    """
    if settings.generator_url:
        from engine.generation.http import HttpGenerator

        return HttpGenerator(
            settings.generator_url, settings.generator_model or "", key=settings.generator_key
        )
    from engine.generation.local import LocalGenerator

    folder = _model_folder(settings, progress)
    return LocalGenerator.load(folder, threads=settings.threads, int8=settings.int8)


def load_later(settings: Settings, progress: bool = True) -> LoadingGenerator:
    """As `build_generator`; what can be seen to be wrong is, but loading begins with `start`."""
    from engine.generation.loading import LoadingGenerator

    if settings.generator_url:
        served = build_generator(settings)
        return LoadingGenerator(served.name, lambda: served)
    from engine.generation.local import LocalGenerator, check_folder

    folder = _model_folder(settings, progress)
    check_folder(folder)
    return LoadingGenerator(
        folder.name,
        lambda: LocalGenerator.load(folder, threads=settings.threads, int8=settings.int8),
    )


def _model_folder(settings: Settings, progress: bool) -> Path:
    if settings.model:
        from engine.generation.prepare import model_folder

        return model_folder(settings.model)
    from engine.generation.prepare import prepare_default_model

    return prepare_default_model(settings, progress)
