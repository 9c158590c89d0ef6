"""`shopdesk link ACCOUNT`: the signed link by which a customer joins their account to a chat."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta

from bot.cli.common import load_settings, print_json
from engine.errors import ShopdeskError
from engine.link_payload import link_secret, sign_link

MOST_MINUTES = 7 * 24 * 60


def run_command(arguments: argparse.Namespace) -> int:
    """Print what the customer opens in each chat; each link works once, and for a while only."""
    minutes = arguments.minutes
    if not 1 <= minutes <= MOST_MINUTES:
        raise ShopdeskError(
            f"{minutes} minutes is no time for a link to be valid",
            where="--minutes",
            mend=f"give 1 to {MOST_MINUTES}; a quarter of an hour is enough for most.",
        )
    settings = load_settings(arguments)
    expires = (datetime.now(UTC) + timedelta(minutes=minutes)).replace(microsecond=0)
    payload = sign_link(link_secret(settings), arguments.account, expires)
    name = arguments.bot.removeprefix("@") or "YOUR_BOT"
    links = {
        "telegram": f"https://t.me/{name}?start={payload}",
        "web": f"http://{settings.web_host}:{settings.web_port}/#start={payload}",
        "terminal": f"/start {payload}",
    }
    if arguments.json:
        print_json({"payload": payload, "expires": expires, **links})
        return 0
    for place, link in links.items():
        print(f"{place.capitalize():<10}{link}")
    print(f"Valid until {expires:%Y-%m-%d %H:%M} UTC, once.")
    return 0
