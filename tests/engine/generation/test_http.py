"""The generator at a URL: what a server may do wrong, and what never leaks."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from engine.errors import GeneratorError, SettingsError
from engine.generation.breaker import Breaker
from engine.generation.http import TRIES, HttpGenerator
from engine.generation.prompts import render
from tests.engine.generation.completion_server import CompletionServer, serving
from tests.engine.generation.test_breaker import Clock
from tests.engine.generation.tiny import QUESTIONS, Tiny, asked

KEY = "sk-very-secret"
LONG = QUESTIONS[3]
SOON_S = 10.0


def stream(made: HttpGenerator, *, within_s: float = 30, tokens: int = 60) -> Iterator[str]:
    return made.stream(asked(LONG), request_id="r", deadline_s=within_s, max_tokens=tokens)


def text(made: HttpGenerator, *, within_s: float = 30) -> str:
    return "".join(stream(made, within_s=within_s))


def until(condition: object, within_s: float = SOON_S) -> bool:
    ends = time.monotonic() + within_s
    while time.monotonic() < ends:
        if callable(condition) and condition():
            return True
        time.sleep(0.02)
    return False


@contextmanager
def dumb_server(answer: bytes = b"") -> Iterator[str]:
    """Takes connections, says `answer` and then nothing."""
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            while True:
                try:
                    kept.append(listening.accept()[0])
                    kept[-1].sendall(answer)
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
    for connection in kept:
        connection.close()


def test_it_asks_for_a_greedy_streamed_line(http: HttpGenerator, server: CompletionServer) -> None:
    text(http)
    assert server.requests == [{
        "model": "tiny", "prompt": render(asked(LONG)), "max_tokens": 60, "temperature": 0,
        "stop": ["\n"], "stream": True, "logprobs": 1,
    }]  # fmt: skip
    assert server.keys == [f"Bearer {KEY}"]


@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/"])
def test_the_address_may_end_with_v1(server: CompletionServer, expected: str, path: str) -> None:
    made = HttpGenerator(server.url + path)
    assert text(made) == expected
    assert "model" not in server.requests[0]
    assert made.name == "tiny"
    made.close()


def test_a_long_passage_is_cut_to_the_budget(http: HttpGenerator, server: CompletionServer) -> None:
    prompt = asked(LONG)
    prompt = replace(prompt, passages=(replace(prompt.passages[0], text="long text " * 2000),))
    server.faults.append("plain")
    with pytest.raises(GeneratorError):
        list(http.stream(prompt, request_id="r", deadline_s=30, max_tokens=1))
    assert len(server.requests[0]["prompt"]) < 4096
    assert server.requests[0]["prompt"].endswith("Assistant:")


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_busy_or_broken_server_is_asked_again(
    http: HttpGenerator, server: CompletionServer, expected: str, status: int
) -> None:
    server.faults.extend([status] * (TRIES - 1))
    assert text(http) == expected
    assert len(server.requests) == TRIES


def test_a_server_that_stays_broken_is_given_up(
    http: HttpGenerator, server: CompletionServer
) -> None:
    server.faults.extend([503] * 10)
    with pytest.raises(GeneratorError, match=rf"answered 503, {TRIES} times") as caught:
        text(http)
    assert len(server.requests) == TRIES
    assert caught.value.where == f"{server.url}/v1/completions"
    assert caught.value.mend


def test_a_server_that_comes_up_meanwhile_is_reached(tiny: Tiny, expected: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    made = HttpGenerator(f"http://127.0.0.1:{port}", "tiny")
    model = tiny.local()
    got: list[str] = []
    asking = threading.Thread(target=lambda: got.append(text(made)))
    asking.start()
    with serving(model, port):
        asking.join()
    assert got == [expected]
    made.close()
    model.close()


def test_a_server_that_is_not_there_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    made = HttpGenerator(f"http://127.0.0.1:{port}", "tiny")
    with pytest.raises(GeneratorError, match=rf"cannot be reached.*{TRIES} times") as caught:
        text(made)
    assert "GENERATOR_URL" in caught.value.mend
    made.close()


@pytest.mark.parametrize(("status", "mend", "asked_times"), [
    (400, "context", 2), (401, "GENERATOR_KEY", 1), (404, "GENERATOR_MODEL", 1),
    (422, "GENERATOR_URL", 2),
])  # fmt: skip
def test_a_refusal_is_asked_again_only_without_what_it_may_be_about(
    http: HttpGenerator, server: CompletionServer, status: int, mend: str, asked_times: int
) -> None:
    server.faults.extend([status] * 2)
    with pytest.raises(GeneratorError, match=f"answered {status}") as caught:
        text(http)
    assert ["logprobs" in asked for asked in server.requests] == [True, False][:asked_times]
    assert mend in caught.value.mend


@pytest.mark.parametrize("fault", ["cut", "unfinished"])
def test_a_cut_after_the_first_piece_is_an_error_and_what_came_stays(
    http: HttpGenerator, server: CompletionServer, expected: str, fault: str
) -> None:
    server.faults.append(fault)
    got: list[str] = []
    with pytest.raises(GeneratorError, match=r"cut off|broke the connection off"):
        for piece in stream(http):
            got.append(piece)
    assert got
    assert expected.startswith("".join(got))
    assert len(server.requests) == 1


@pytest.mark.parametrize(("fault", "said"), [
    ("garbage", "not a piece of a completion"),
    ("no completion", "not a piece of a completion"),
    ("error event", "out of memory"),
    ("no end", "a line without end"),
    ("nothing", "no streamed answer came, but text/event-stream"),
    ("plain", "no streamed answer came, but application/json"),
])  # fmt: skip
def test_what_is_no_completion_is_refused_clearly(
    http: HttpGenerator, server: CompletionServer, fault: str, said: str
) -> None:
    server.faults.append(fault)
    with pytest.raises(GeneratorError, match=said):
        text(http)


@pytest.mark.parametrize("fault", ["comments", "no done"])
def test_comments_other_fields_and_a_missing_done_are_borne(
    http: HttpGenerator, server: CompletionServer, expected: str, fault: str
) -> None:
    server.faults.append(fault)
    assert text(http) == expected


@pytest.mark.parametrize("fault", ["hang", "hang later", "drip"])
def test_the_deadline_holds_whatever_the_server_does(
    http: HttpGenerator, server: CompletionServer, fault: str
) -> None:
    server.faults.append(fault)
    began = time.monotonic()
    with pytest.raises(GeneratorError, match="the deadline passed"):
        text(http, within_s=1)
    assert time.monotonic() - began < SOON_S


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\n"])
def test_a_server_that_never_speaks_meets_the_deadline_and_cancel(answer: bytes) -> None:
    with dumb_server(answer) as url:
        made = HttpGenerator(url, "tiny")
        began = time.monotonic()
        with pytest.raises(GeneratorError, match="the deadline passed"):
            text(made, within_s=0.5)
        threading.Timer(0.3, made.cancel, ["r"]).start()
        assert text(made) == ""
        assert time.monotonic() - began < SOON_S
        made.close()


def test_a_cancel_closes_the_connection(tiny: Tiny, endless_server: CompletionServer) -> None:
    made = HttpGenerator(endless_server.url, "tiny")
    running = stream(made, tokens=1000)
    assert next(running)
    assert endless_server.streaming == 1
    made.cancel("r")
    assert until(lambda: endless_server.streaming == 0)
    made.close()


def test_failures_in_a_row_are_not_waited_for_and_one_probe_mends(
    server: CompletionServer, expected: str
) -> None:
    clock = Clock()
    made = HttpGenerator(server.url, "tiny", breaker=Breaker(2, open_s=5, clock=clock))
    server.faults.extend([401, 401, 401])
    for _ in range(2):
        with pytest.raises(GeneratorError, match="answered 401"):
            text(made)
    with pytest.raises(GeneratorError, match="several times in a row"):
        text(made)
    assert len(server.requests) == 2
    clock.now += 5
    with pytest.raises(GeneratorError, match="answered 401"):
        text(made)
    with pytest.raises(GeneratorError, match="several times in a row"):
        text(made)
    clock.now += 5
    assert [text(made), text(made)] == [expected, expected]
    made.close()


def test_a_request_the_server_will_not_take_does_not_open_the_breaker(
    server: CompletionServer, expected: str
) -> None:
    made = HttpGenerator(server.url, "tiny", breaker=Breaker(2))
    server.faults.extend([400] * 10)
    for _ in range(5):
        with pytest.raises(GeneratorError, match="answered 400"):
            text(made)
    assert text(made) == expected
    made.close()


def test_the_key_is_in_no_error_and_no_log(
    http: HttpGenerator, server: CompletionServer, caplog: pytest.LogCaptureFixture
) -> None:
    said = []
    with caplog.at_level(logging.DEBUG):
        text(http)
        for fault in (400, 401, 503, 503, 503, "garbage", "cut", "error event"):
            server.faults.append(fault)
        for _ in range(6):
            with pytest.raises(GeneratorError) as caught:
                text(http)
            said.append(str(caught.value))
    assert server.keys == [f"Bearer {KEY}"] * len(server.keys)
    assert len(said) == 6
    assert KEY not in "\n".join(said) + caplog.text
    assert "Bearer ***" in said[0]


@pytest.mark.parametrize("address", ["http://user:pass@host", "http://host/?key=1", "http://h:x"])
def test_an_address_that_holds_a_secret_or_is_none_is_refused(address: str) -> None:
    with pytest.raises(SettingsError) as caught:
        HttpGenerator(address)
    assert caught.value.where == "GENERATOR_URL"
    assert "pass" not in caught.value.mend
