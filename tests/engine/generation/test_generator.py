"""What every generator holds to, in this process or at a URL."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.errors import GeneratorError
from engine.generation.generator import Generator
from engine.generation.http import HttpGenerator
from engine.generation.loading import LoadingGenerator
from tests.engine.generation.completion_server import CompletionServer
from tests.engine.generation.tiny import LINE_END, QUESTIONS, Judged, Tiny, asked, judge

MANY, SOME = 1000, 60
SOON_S = 10.0
"""Far less than the endless text takes, far more than it should."""


@pytest.fixture(scope="module")
def judged(tiny: Tiny) -> dict[str, Judged]:
    """What transformers writes and how that ends, by question."""
    return {question: judge(tiny.ending, asked(question), SOME) for question in QUESTIONS}


@pytest.fixture(scope="module")
def expected(judged: dict[str, Judged]) -> dict[str, str]:
    """What transformers writes, by question."""
    return {question: found.text for question, found in judged.items()}


@pytest.fixture(params=["local", "http", "loading"])
def generator(
    request: pytest.FixtureRequest, tiny: Tiny, server: CompletionServer
) -> Iterator[Generator]:
    """Each generator over the model whose texts end."""
    made = _made(request.param, tiny, server, endless=False)
    yield made
    made.close()


@pytest.fixture(params=["local", "http", "loading"])
def endless(
    request: pytest.FixtureRequest, tiny: Tiny, endless_server: CompletionServer
) -> Iterator[Generator]:
    """Each generator over the model whose texts go on, slowly."""
    made = _made(request.param, tiny, endless_server, endless=True)
    yield made
    made.close()


def _made(kind: str, tiny: Tiny, server: CompletionServer, *, endless: bool) -> Generator:
    if kind == "http":
        return HttpGenerator(server.url, "tiny")
    if kind == "local":
        return tiny.local(endless=endless)
    loading = LoadingGenerator("tiny", lambda: tiny.local(endless=endless))
    loading.start()
    return loading


def pieces(
    made: Generator, question: str, *, tokens: int = SOME, within_s: float = 60
) -> list[str]:
    return list(made.stream(asked(question), request_id=question, deadline_s=within_s,
                            max_tokens=tokens))  # fmt: skip


class TestGenerator:
    """The contract."""

    def test_it_writes_what_transformers_writes(
        self, generator: Generator, expected: dict[str, str]
    ) -> None:
        assert {q: "".join(pieces(generator, q)) for q in QUESTIONS} == expected

    def test_it_streams_in_pieces_none_empty(
        self, generator: Generator, expected: dict[str, str]
    ) -> None:
        question = max(expected, key=lambda q: len(expected[q]))
        got = pieces(generator, question)
        assert len(got) > 10
        assert all(got)

    def test_it_stops_at_the_end_of_the_line(
        self, generator: Generator, judged: dict[str, Judged]
    ) -> None:
        lines = {q: found.text for q, found in judged.items() if found.end == LINE_END}
        assert lines
        assert {q: "".join(pieces(generator, q, tokens=MANY)) for q in lines} == lines

    def test_it_writes_no_more_than_max_tokens(self, endless: Generator) -> None:
        assert len("".join(pieces(endless, QUESTIONS[0], tokens=5))) <= 5

    def test_parallel_texts_are_the_same_as_alone(
        self, generator: Generator, expected: dict[str, str]
    ) -> None:
        with ThreadPoolExecutor(8) as pool:
            texts = list(pool.map(lambda q: "".join(pieces(generator, q)), QUESTIONS))
        assert dict(zip(QUESTIONS, texts, strict=True)) == expected

    def test_at_the_deadline_it_ends_with_an_error_and_what_came_stays(
        self, endless: Generator
    ) -> None:
        pieces(endless, QUESTIONS[1], tokens=1)
        began, got = time.monotonic(), []
        stream = endless.stream(asked(QUESTIONS[0]), request_id="r", deadline_s=2.0,
                                max_tokens=MANY)  # fmt: skip
        with pytest.raises(GeneratorError, match="deadline"):
            for piece in stream:
                got.append(piece)
        assert time.monotonic() - began < SOON_S
        assert 0 < len(got) < MANY

    def test_cancelled_from_another_thread_it_ends_soon_without_error(
        self, endless: Generator
    ) -> None:
        stream = endless.stream(asked(QUESTIONS[0]), request_id="r", deadline_s=60,
                                max_tokens=MANY)  # fmt: skip
        got = [next(stream), next(stream)]
        began = time.monotonic()
        threading.Timer(0.1, endless.cancel, ["r"]).start()
        got += stream
        assert time.monotonic() - began < SOON_S
        assert len(got) < MANY // 2

    def test_left_by_its_reader_it_makes_room(self, endless: Generator) -> None:
        for number in range(20):
            stream = endless.stream(asked(QUESTIONS[0]), request_id=str(number), deadline_s=60,
                                    max_tokens=MANY)  # fmt: skip
            assert next(stream)
            stream.close()  # type: ignore[attr-defined]
        assert pieces(endless, QUESTIONS[1], tokens=3, within_s=SOON_S)

    def test_an_unknown_request_may_be_cancelled(self, generator: Generator) -> None:
        generator.cancel("nobody")
        assert pieces(generator, QUESTIONS[0])

    def test_closed_it_refuses(self, generator: Generator) -> None:
        generator.close()
        with pytest.raises(GeneratorError, match="closed"):
            pieces(generator, QUESTIONS[0])

    def test_closing_ends_what_is_under_way(self, endless: Generator) -> None:
        stream = endless.stream(asked(QUESTIONS[0]), request_id="r", deadline_s=60,
                                max_tokens=MANY)  # fmt: skip
        assert next(stream)
        threading.Timer(0.1, endless.close).start()
        with pytest.raises(GeneratorError, match="closed"):
            list(stream)

    def test_its_name_is_the_models(self, generator: Generator) -> None:
        assert generator.name == "tiny"
