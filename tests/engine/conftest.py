"""Equipment of the engine's tests: the demo shop's assistant, built once, without a generator."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from engine.build import build_assistant
from engine.journal_tables import TABLES
from engine.live import LiveAssistant
from engine.privacy import mask
from engine.settings import Settings
from engine.types import Message, Plan, Session
from knowledge_base.store import DEMO_SHOP
from tests.built_demo import demo_home

Ask = Callable[..., tuple[Plan, Session]]


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind that the journal can use; PostgreSQL where there is one."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/journal.sqlite3"
    given = os.environ.get("SHOPDESK_TEST_DATABASE_URL")
    if not given:
        pytest.skip("SHOPDESK_TEST_DATABASE_URL is not set")
    engine = create_engine(given.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        names = ", ".join(table.name for table in TABLES)
        connection.execute(text(f"drop table if exists {names}"))
    engine.dispose()
    return given


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> LiveAssistant:
    """The assistant of the demo shop; real encoders, no generator."""
    home = demo_home(tmp_path_factory.mktemp("home"))
    environ = {
        "SHOPDESK_HOME": str(home),
        "SHOPDESK_KB": str(DEMO_SHOP),
        "SHOPDESK_RERANKER": "off",
    }
    return build_assistant(Settings.load(environ, Path("no-env-file")))


@pytest.fixture
def ask(shop: LiveAssistant) -> Ask:
    """Plan one message of a conversation: (text, session) to (plan, session after it)."""

    def plan(text: str, session: Session | None = None, **changes: Any) -> tuple[Plan, Session]:
        before = session or Session("c")
        masked, vault = mask(text, before.vault)
        message = Message("m", "c", "shopper", masked, datetime(2026, 11, 24, tzinfo=UTC),
                          **changes)  # fmt: skip
        before = Session(**{**_fields(before), "vault": vault})
        made = shop.plan(message, before)
        return made, made.session

    return plan


def _fields(session: Session) -> dict[str, Any]:
    return {name: getattr(session, name) for name in session.__slots__}
