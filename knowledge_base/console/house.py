"""All that the console's pages stand on, opened once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from engine.desk import Desk
from engine.journal import Journal
from engine.locks import is_held
from engine.settings import Settings
from engine.sign_in_links import console_key
from knowledge_base.console.audit import Audit
from knowledge_base.console.jobs import Jobs
from knowledge_base.console.pending import PendingChanges
from knowledge_base.console.people import People
from knowledge_base.console.sessions import Sessions
from knowledge_base.console.shop_files import ShopFiles
from knowledge_base.console.store import ConsoleStore
from knowledge_base.store import ensure_shop
from knowledge_base.working_copy import WorkingCopy


@dataclass(frozen=True, slots=True)
class House:
    """One shop's console. `clock`: for tests. `command`: how our own commands are called."""

    settings: Settings
    desk: Desk
    journal: Journal
    store: ConsoleStore
    people: People
    sessions: Sessions
    audit: Audit
    files: ShopFiles
    working_copy: WorkingCopy
    pending: PendingChanges
    jobs: Jobs
    key: bytes
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    engines: Callable[[], bool] = field(default=lambda: False)
    """Whether any engine answers, wherever it runs."""

    @property
    def folder(self) -> Path:
        """The shop's files."""
        return self.working_copy.folder

    @property
    def is_running(self) -> bool:
        """Whether shoppers are answered now."""
        return is_held(self.settings.home / "run.lock") or self.engines()

    def close(self) -> None:
        """End jobs, close what is open."""
        self.jobs.close()
        self.journal.close()


def open_house(
    settings: Settings,
    desk: Desk,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    command: tuple[str, ...] = (sys.executable, "-m", "bot.cli.main"),
    engines: Callable[[], bool] = lambda: False,
) -> House:
    """Open a home's. Raises SettingsError, StoreError, KnowledgeError for a broken shop.yaml."""
    folder = ensure_shop(settings.home, settings.kb)
    store = ConsoleStore(settings.home)
    people = People(store, settings.operators, clock)
    working_copy, files = WorkingCopy(folder, clock), ShopFiles(folder)
    return House(
        settings, desk, Journal.open(settings, later=True), store, people,
        Sessions(store, people, lambda: clock().timestamp()), Audit(store, clock),
        files, working_copy, PendingChanges(settings.home, files), Jobs(settings, folder, command),
        console_key(settings.home), clock, engines,
    )  # fmt: skip
