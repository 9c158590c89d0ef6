"""A server is asked how sure the model is, where it will tell."""

from __future__ import annotations

import json

import pytest

import engine.generation.http
from engine.errors import GeneratorError
from engine.generation.generator import Piece
from engine.generation.http import HttpGenerator
from engine.generation.sse import read_event
from tests.engine.generation.completion_server import CompletionServer
from tests.engine.generation.test_http import LONG, stream, text
from tests.engine.generation.tiny import asked


def test_a_server_tells_how_sure_the_model_is(
    http: HttpGenerator, server: CompletionServer
) -> None:
    here = server.model.stream(asked(LONG), request_id="r", deadline_s=30, max_tokens=60)
    expected = [log_prob for piece in here for log_prob in _log_probs(piece)]
    found = [log_prob for piece in stream(http) for log_prob in _log_probs(piece)]
    assert found == pytest.approx(expected, abs=1e-4)
    assert len(found) > 3


def test_a_server_that_will_not_tell_is_asked_for_the_words_alone(
    http: HttpGenerator, server: CompletionServer, expected: str
) -> None:
    server.tells_sureness = False
    pieces = [piece for _ in range(2) for piece in stream(http)]
    assert "".join(pieces) == 2 * expected
    assert ["logprobs" in asked for asked in server.requests] == [True, False, False]
    assert not any(_log_probs(piece) for piece in pieces)


def test_a_refused_request_does_not_end_the_asking_for_sureness(
    http: HttpGenerator, server: CompletionServer, expected: str
) -> None:
    server.faults.extend([400, 400])
    with pytest.raises(GeneratorError):
        text(http)
    assert text(http) == expected
    assert ["logprobs" in asked for asked in server.requests] == [True, False, True]


@pytest.mark.parametrize("told", [
    -0.1, [-0.1], {"content": [{"token": "a"}]}, {"token_logprobs": ["x"]}, "no", True,
    {"token_logprobs": [float("nan")]}, {"token_logprobs": [None]}, {},
])  # fmt: skip
def test_sureness_told_in_another_way_costs_no_word(told: object) -> None:
    event = {"choices": [{"text": "Within 30 days.", "logprobs": told}]}
    found = read_event(json.dumps(event))
    assert (found.text, found.log_probs) == ("Within 30 days.", ())


def test_sureness_is_read_as_a_chat_tells_it() -> None:
    content = [{"token": "a", "logprob": -0.5}, {"token": "b", "logprob": -1}]
    event = {"choices": [{"text": "ab", "logprobs": {"content": content}}]}
    assert read_event(json.dumps(event)).log_probs == (-0.5, -1.0)


def test_a_server_that_would_not_tell_is_asked_again_later(
    http: HttpGenerator, server: CompletionServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.generation.http, "SILENT_S", 0.0)
    server.tells_sureness = False
    text(http)
    server.tells_sureness = True
    assert all(_log_probs(piece) for piece in stream(http))


def test_asking_for_the_words_alone_is_no_try(
    http: HttpGenerator, server: CompletionServer, expected: str
) -> None:
    server.faults.extend([503, 503, 400])
    assert text(http) == expected


def _log_probs(piece: str) -> tuple[float, ...]:
    assert isinstance(piece, Piece)
    return piece.log_probs
