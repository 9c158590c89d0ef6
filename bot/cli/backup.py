"""`shopdesk backup [FILE]` and `restore-backup FILE`: a shop's state in one file, and back."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path

from bot.cli.common import load_settings, print_json
from engine.progress import shown_steps

NOTE = (
    "It holds what shoppers said, bought and ordered, and the shop's keys: keep it as you keep "
    "those.\nWho asks to be forgotten is not forgotten in it; delete backups you need no more."
)


def run_command(arguments: argparse.Namespace) -> int:
    """Write a backup, or restore one."""
    return _restore(arguments) if arguments.command == "restore-backup" else _save(arguments)


def _save(arguments: argparse.Namespace) -> int:
    from engine.backup.saving import save
    from engine.valkey import connect, raw_client

    settings = load_settings(arguments)
    path = arguments.file or Path(f"shopdesk-backup-{datetime.now():%Y%m%d-%H%M%S}.zip")
    with connect(settings) as known, raw_client(known) as redis, shown_steps("backing up") as told:
        saved = save(settings, redis, path, told, all_snapshots=arguments.all_snapshots)
    if arguments.json:
        print_json(saved)
    else:
        print(f"{saved.path}: {saved.bytes >> 10:,} KiB, {saved.files} files, "
              f"{saved.snapshots} snapshots, {saved.keys} keys of the store\n{NOTE}")  # fmt: skip
    return 0


def _restore(arguments: argparse.Namespace) -> int:
    from bot.telegram.keys import INBOX
    from engine.backup.restoring import restore

    settings = load_settings(arguments)
    with shown_steps("restoring") as told:
        done = restore(
            settings, arguments.file, told, replace_home=arguments.replace, inboxes=(INBOX,)
        )
    if arguments.json:
        print_json(done)
        return 0
    print(
        f"{done.home} is as it was at {done.made_at}: {done.files} files, {done.rows} rows of the "
        f"journal, {done.keys} keys of the store; live is {done.live or 'nothing'}"
    )
    if done.aside:
        print(f"What stood there lies in {done.aside}; delete it once you need it no more.")
    if done.shop_was_elsewhere:
        print(f"The shop's folder lay outside the home; it is {done.home / 'shop'} now. Unset "
              "SHOPDESK_KB, or copy it to where that points.")  # fmt: skip
    print("Who asked to be forgotten since then is known again: for each of them run "
          "`shopdesk forget SHOPPER`.")  # fmt: skip
    return 0
