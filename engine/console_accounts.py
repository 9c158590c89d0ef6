"""Who has an account in the console: what its sign-in by the bot needs to know, and no more."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

FILE = "console.sqlite"
"""The console's own file; only the console writes it."""
WAIT_S = 2.0


def has_account(home: Path, telegram_id: int) -> bool:
    """Whether somebody with this Telegram id may sign in to this home's console.

    False where the file is missing or cannot be read: nobody is let in by mistake.
    """
    path = home / FILE
    if not path.is_file():
        return False
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", WAIT_S, uri=True)
        ) as db:
            query = "select 1 from people where telegram = ?"
            return db.execute(query, (telegram_id,)).fetchone() is not None
    except (sqlite3.Error, OverflowError):
        return False
