"""`shopdesk run` with the small assistant as its engine: `python -m … HOME PORT`."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from bot.cli.run import build_house, only_one
from engine.errors import ShopdeskError
from engine.settings import Settings


def main(home: str, port: str, *engine: str) -> int:
    """Run the house until told to stop."""
    logging.basicConfig(level="INFO")
    settings = Settings.load(
        {"SHOPDESK_HOME": home, "WEB_PORT": port, "SHOPDESK_RERANKER": "off"}, Path("no.env")
    )
    # The page reads its port from the environment, as every child does.
    os.environ["WEB_PORT"] = port
    small = engine or (sys.executable, "-m", "tests.engine.plain_assistant", home)
    try:
        with only_one(settings.home):
            return build_house(settings, engine=small).run()
    except ShopdeskError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
