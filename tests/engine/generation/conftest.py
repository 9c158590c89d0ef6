"""Equipment of the generator tests: a tiny model, and a server of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.generation.http import HttpGenerator
from tests.engine.generation.completion_server import CompletionServer, serving
from tests.engine.generation.first_preparation import FirstPreparation, prepared_first
from tests.engine.generation.tiny import QUESTIONS, Tiny, asked, judge, make_folder


@pytest.fixture(scope="session")
def first_preparation() -> FirstPreparation:
    """The real default model, prepared once; see prepared_first."""
    return prepared_first()


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """Two model folders."""
    folder = tmp_path_factory.mktemp("models")
    return Tiny(
        make_folder(folder / "ending", endless=False), make_folder(folder / "endless", endless=True)
    )


@pytest.fixture(scope="session")
def expected(tiny: Tiny) -> str:
    """What the model whose texts end writes to the longest question."""
    return judge(tiny.ending, asked(QUESTIONS[3]), 60).text


@pytest.fixture
def server(tiny: Tiny) -> Iterator[CompletionServer]:
    """A server whose texts end."""
    model = tiny.local()
    with serving(model) as made:
        yield made
    model.close()


@pytest.fixture
def endless_server(tiny: Tiny) -> Iterator[CompletionServer]:
    """A server whose texts go on, slowly."""
    model = tiny.local(endless=True)
    with serving(model) as made:
        yield made
    model.close()


@pytest.fixture
def http(server: CompletionServer) -> Iterator[HttpGenerator]:
    """A generator that asks the server whose texts end."""
    made = HttpGenerator(server.url, "tiny", key="sk-very-secret")
    yield made
    made.close()
