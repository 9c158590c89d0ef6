"""What "Save and publish" does is what `kb publish` does, and it is told in a few words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.telegram.publishing import Command, Ended, kb_command, published, summary
from engine.replay.conversation import MUST_HOLD, Conversation, Expected, Step
from engine.replay.writing import write_conversation
from engine.retrieval.snapshot import read_live
from engine.settings import Settings
from knowledge_base.store import EMPTY_SHOP, copy_shop
from tests.bot.telegram.conftest import Bench
from tests.bot.telegram.test_fixes import PUBLISHER, answers, fixing, told_wrong

__all__ = ["fixing"]
ASKED = "How long does delivery take?"
ENTRY = """---
id: delivery-time
title: {en: Delivery time}
questions:
  en: ["How long does delivery take?", "When does my parcel come?"]
---
## en
Delivery takes 3 days.
"""


@pytest.mark.parametrize(
    ("changed", "broken", "words"),
    [(0, [], "0 answers change"), (1, [], "1 answer changes"),
     (3, ["a"], "3 answers change; 1 must-hold replay fails (a)"),
     (1, list("abcd"), "1 answer changes; 4 must-hold replays fail (a, b, c)")],
)  # fmt: skip
def test_the_blast_radius_is_told_in_a_few_words(
    changed: int, broken: list[str], words: str
) -> None:
    assert summary({"changed": [{}] * changed, "broken": broken}) == words


async def test_a_publish_is_wished_for_once_and_told(fixing: Bench) -> None:
    ran: list[Sequence[str]] = []

    async def command(words: Sequence[str]) -> Ended:
        ran.append(words)
        return Ended(0, json.dumps({"changed": [{}], "broken": []}), "")

    fixing.parts = replace(fixing.parts, command=command)
    paula = fixing.telegram.user(PUBLISHER, "Paula")
    async with fixing.running(look_for_wishes_every_s=0.05):
        await paula.send("/fix 5 euro.", reply_to=await told_wrong(paula))
        await paula.chat.wait_for_text("New:")
        await paula.press("Save and publish")
        await paula.chat.wait_for_text("1 answer changes: published.")
    assert answers(fixing)["en"] == "5 euro."
    assert ran == [("kb", "publish", "--json", "--because", f"/fix by Telegram {PUBLISHER}")]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Command]:
    """A home with a small shop, and what runs commands for it."""
    monkeypatch.setenv("GENERATOR_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    home = tmp_path / "h"
    copy_shop(EMPTY_SHOP, home / "shop")
    (home / "shop" / "faq" / "delivery-time.md").write_text(ENTRY, "utf-8")
    return home, kb_command(Settings.load({"SHOPDESK_HOME": str(home)}, tmp_path / "none"))


async def test_a_real_publish_goes_live_or_says_why_not(shop: tuple[Path, Command]) -> None:
    home, command = shop
    assert await published(command, "Paula") == "0 answers change: published."
    first = read_live(home)
    must = Conversation("must", (Step(say=ASKED, expected=Expected(must_say=("3 days",))),),
                        tags=(MUST_HOLD,))  # fmt: skip
    write_conversation(home / "shop" / "replays", must)
    entry = home / "shop" / "faq" / "delivery-time.md"
    entry.write_text(ENTRY.replace("3 days", "5 days"), "utf-8")
    told = await published(command, "Paula")
    assert told == (
        "1 answer changes; 1 must-hold replay fails (must): not published. It stays saved."
    )
    assert read_live(home) == first
    entry.write_text("no entry", "utf-8")
    told = await published(command, "Paula")
    assert told.startswith("Not published; it stays saved.")
    assert "delivery-time.md" in told
    assert "Traceback" not in told
