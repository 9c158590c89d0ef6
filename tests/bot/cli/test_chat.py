"""The terminal chat as a function: lines in, text out; and through a real terminal."""

from __future__ import annotations

import asyncio
import io
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cli.chat import chat
from bot.cli.screen import clean
from tests.bot.web.scripted_desk import NASTY, SHIPPING, VERBATIM, ScriptedDesk

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


async def shown(*lines: str, desk: ScriptedDesk | None = None, language: str = "en") -> str:
    """What a chat prints for these lines."""
    output = io.StringIO()
    await chat(
        desk or ScriptedDesk(),
        session="test",
        language=language,
        source=io.StringIO("".join(f"{line}\n" for line in lines)),
        output=output,
        now=lambda: AT,
    )
    return output.getvalue()


async def test_an_answer_is_shown_once_with_its_source() -> None:
    text = await shown("How much is shipping?")
    assert " ".join(SHIPPING) in text
    assert text.count(SHIPPING[0]) == 1
    assert "Source: What shipping costs" in text
    assert text.endswith("Goodbye!\n")


async def test_sentences_are_shown_while_the_rest_is_being_written() -> None:
    desk = ScriptedDesk(pause_s=0.2)
    output = io.StringIO()
    source = io.StringIO("shipping\n")
    task = asyncio.create_task(chat(desk, session="t", source=source, output=output))
    await asyncio.sleep(0.1)
    assert SHIPPING[0] in output.getvalue()
    assert SHIPPING[1] not in output.getvalue()
    await task


async def test_a_replaced_draft_is_followed_by_the_whole_answer() -> None:
    text = await shown("rejected")
    assert text.count(VERBATIM) == 1


async def test_a_number_presses_the_button_that_carries_it() -> None:
    desk = ScriptedDesk()
    text = await shown("a lamp", "1", "9", desk=desk)
    assert "[1] Tell me more   [2] Similar ones   [3] Not for me" in text
    assert "→ Tell me more" in text
    assert "ash wood" in text
    assert [message.action for message in desk.seen] == [None, "details:nordic-desk-lamp", None]
    assert desk.seen[2].text == "9"


async def test_cards_show_price_stock_reason_and_link() -> None:
    text = await shown("a lamp")
    assert "Nordic desk lamp  49.00 EUR  in stock" in text
    assert "out of stock" in text
    assert "Popular with our shoppers" in text
    assert "https://juniper-jade.example/p/harbour-desk-lamp" in text


async def test_commands_help_language_human() -> None:
    desk = ScriptedDesk()
    text = await shown("/help", "/language", "/language zh", "/human", "a lamp", desk=desk)
    assert "Type a number" in text
    assert "/language zh for Chinese" in text
    assert "好的" in text
    assert "有现货" in text
    assert [message.action for message in desk.seen] == ["language:zh", "human:", None]
    assert desk.seen[-1].language_hint == "zh"


async def test_a_link_is_opened_and_undone() -> None:
    desk = ScriptedDesk()
    text = await shown("/help", "/start _aW04qClydn6QQk6-XqwlM", "/unlink", desk=desk)
    assert "/unlink " in text
    actions = [message.action for message in desk.seen]
    assert actions == ["start:_aW04qClydn6QQk6-XqwlM", "unlink:"]


async def test_a_review_is_begun_with_or_without_its_product() -> None:
    desk = ScriptedDesk()
    text = await shown("/help", "/review", "/review Nordic desk lamp", desk=desk)
    assert "/review " in text
    sent = [(message.action, message.text) for message in desk.seen]
    assert sent == [("review:", ""), (None, "/review Nordic desk lamp")]


@pytest.mark.parametrize(("language", "words"), [("en", "your taste"), ("zh", "了解您什么")])
async def test_what_is_known_is_told_and_taken_back(language: str, words: str) -> None:
    desk = ScriptedDesk()
    text = await shown("/help", "/why", "1", "4", desk=desk, language=language)
    assert "/why " in text
    assert words in text
    # Labels that together are wider than the screen stand one below the other.
    lines = [line.rstrip() for line in text.splitlines()]
    assert "  [1] Forget: Nordic desk lamp" in lines
    assert "  [1] Tell me more   [2] Similar ones   [3] Not for me   [4] Forget this" in lines
    actions = ["why:", "forget:nordic-desk-lamp", "forget:canal-backpack"]
    assert [message.action for message in desk.seen] == actions


async def test_quit_leaves_and_empty_lines_are_no_messages() -> None:
    desk = ScriptedDesk()
    text = await shown("", "  ", "/quit", "never sent", desk=desk, language="zh-CN")
    assert desk.seen == []
    assert text.endswith("再见！\n")


async def test_a_message_is_whole() -> None:
    desk = ScriptedDesk()
    await shown("hello", desk=desk)
    message = desk.seen[0]
    assert (message.conversation, message.channel) == ("terminal:test", "terminal")
    assert (message.at, message.private, message.text) == (AT, True, "hello")


async def test_markup_and_control_codes_are_shown_as_text() -> None:
    text = await shown("nasty [bold red]x[/]")
    assert NASTY in text.replace("\n", "")
    assert clean("a\x1b]0;owned\x07b\u202ec\nd\te") == "a]0;ownedbc\nd\te"
    assert "\x1b" not in text


SETTLED_S = 1.0


@pytest.mark.parametrize("end", [b"\x04", b"\x03"], ids=["ctrl-d", "ctrl-c"])
def test_ctrl_d_and_ctrl_c_leave_a_real_terminal_cleanly(end: bytes) -> None:
    # A shell that runs the tests in the background has told us to ignore SIGINT.
    script = (
        "import signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from bot.cli.chat import talk\n"
        "from tests.bot.web.scripted_desk import ScriptedDesk\n"
        "raise SystemExit(talk(ScriptedDesk(), session='tty', language='en'))\n"
    )
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=Path(__file__).parents[3],
        env={**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"},
        start_new_session=True,
    )
    os.close(theirs)
    with ended(process):
        until(ours, "you ›")
        os.write(ours, b"How much is shipping?\r")
        assert "4.95 euro" in until(ours, "Not helpful", "you ›")
        # On a busy machine the prompt is drawn before the terminal hands over single keys.
        time.sleep(SETTLED_S)
        os.write(ours, end)
        until(ours, "Goodbye!")
        assert process.wait(10) == 0
    os.close(ours)


def test_ctrl_c_during_an_answer_leaves_at_once() -> None:
    # A shell that runs the tests in the background has told us to ignore SIGINT.
    script = (
        "import signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from bot.cli.chat import talk\n"
        "from tests.bot.web.scripted_desk import ScriptedDesk\n"
        "raise SystemExit(talk(ScriptedDesk(pause_s=60), session='pipe', language='en'))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    )
    with ended(process):
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b"shipping\n")
        process.stdin.flush()
        until(process.stdout.fileno(), "4.95 euro")
        process.send_signal(signal.SIGINT)
        assert process.wait(5) == 0
        assert process.stderr.read() == b""


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """A process that a failing test does not wait for for ever."""
    with process:
        try:
            yield
        finally:
            process.kill()


def until(terminal: int, *wanted: str) -> str:
    """What a terminal shows until all that is `wanted` stands there in order, in 20 seconds."""
    seen = b""
    give_up = time.monotonic() + 20
    in_order = re.compile(b".*".join(re.escape(text.encode()) for text in wanted), re.DOTALL)
    while not in_order.search(seen):
        ready, _, _ = select.select([terminal], [], [], give_up - time.monotonic())
        assert ready, f"no {wanted!r} in {seen.decode()}"
        seen += os.read(terminal, 4096)
    return seen.decode("utf-8", "replace")
