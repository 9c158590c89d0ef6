"""The real assistant of a small part of the demo shop, behind the front of a bench."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from engine.build import build_assistant
from engine.desk import LocalDesk
from engine.journal import Journal
from engine.link_payload import LinkKeys
from engine.live import LiveAssistant
from engine.privacy import mask
from engine.sessions import MemorySessions, SessionStore
from engine.settings import Settings
from knowledge_base.store import DEMO_SHOP
from tests.bot.telegram.conftest import Bench

ENTRIES = ("shipping-cost", "shipping-time", "returns-window", "payment-methods", "gift-wrap",
           "payment-currency", "shop-contact")  # fmt: skip
PRODUCTS = ("nordic-desk-lamp", "harbour-desk-lamp", "linden-wall-lamp", "canal-backpack",
            "speckled-mug")  # fmt: skip


def small_assistant(folder: Path, home: Path) -> LiveAssistant:
    """Real encoders and retrieval, no generator."""
    (folder / "faq").mkdir()
    for name in ("shop.yaml", "replies.yaml"):
        shutil.copy(DEMO_SHOP / name, folder)
    for name in ENTRIES:
        shutil.copy(DEMO_SHOP / "faq" / f"{name}.md", folder / "faq")
    rows = (DEMO_SHOP / "catalogue.csv").read_text("utf-8").splitlines(keepends=True)
    kept = [row for row in rows[1:] if row.split(",")[0] in PRODUCTS]
    (folder / "catalogue.csv").write_text("".join([rows[0], *kept]), "utf-8")
    rows = (DEMO_SHOP / "orders.csv").read_text("utf-8").splitlines(keepends=True)
    (folder / "orders.csv").write_text("".join(rows[:2]), "utf-8")
    environ = {
        "SHOPDESK_HOME": str(home),
        "SHOPDESK_KB": str(folder),
        "SHOPDESK_RERANKER": "off",
    }
    return build_assistant(Settings.load(environ, home / "no.env"))


@asynccontextmanager
async def answering(
    bench: Bench,
    assistant: LiveAssistant,
    journal: Journal,
    operator: int | None = None,
    link_keys: LinkKeys | None = None,
    sessions: SessionStore | None = None,
) -> AsyncIterator[None]:
    """The bench's front with that assistant behind it."""
    desk = LocalDesk(
        assistant, sessions or MemorySessions(), journal, bench.parts.replies, link_keys=link_keys
    )
    last_turns = journal.last_turns
    parts = replace(bench.parts, desk=desk, last_turns=last_turns, mask=lambda t: mask(t, {})[0])
    bench.parts = parts
    async with bench.running(operator=operator):
        yield
    desk.close()
