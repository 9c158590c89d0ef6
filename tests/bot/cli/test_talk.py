"""`ask` and `chat` are two ways into the same conversation."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.cli.main import main
from engine.types import Delta, Message, Reply
from tests.bot.web.scripted_desk import ScriptedDesk


class Listening(ScriptedDesk):
    """Notes who talks."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[str, str]] = []

    async def stream(self, message: Message) -> AsyncIterator[Delta | Reply]:
        self.heard.append((message.conversation, message.shopper))
        async for part in super().stream(message):
            yield part


def test_ask_and_chat_of_one_session_are_one_shopper(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Listening()
    monkeypatch.setattr("bot.cli.talk.open_desk", lambda *_, **__: desk)
    monkeypatch.setattr("sys.stdin", io.StringIO("shipping\n"))
    monkeypatch.setenv("SHOPDESK_HOME", str(tmp_path))
    assert main(["chat", "--session", "walk"]) == 0
    assert main(["ask", "shipping", "--session", "walk"]) == 0
    assert desk.heard == [("terminal:walk", "terminal:walk")] * 2
    assert "walk" in capsys.readouterr().out
