"""`shopdesk run` with the small assistant as its engine: `python -m … HOME PORT`."""

from __future__ import annotations

import logging
import os
import socket
import sys
from pathlib import Path

from bot.cli.run import build_house, only_one
from engine.errors import ShopdeskError
from engine.settings import Settings


def main(home: str, port: str, *engine: str) -> int:
    """Run the house until told to stop."""
    logging.basicConfig(level="INFO")
    with socket.create_server(("127.0.0.1", 0)) as free:
        console = str(free.getsockname()[1])
    # The pages read their ports from the environment, as every child does.
    ports = {"WEB_PORT": port, "CONSOLE_PORT": console}
    os.environ.update(ports)
    settings = Settings.load(
        {"SHOPDESK_HOME": home, "SHOPDESK_RERANKER": "off", **ports}, Path("no.env")
    )
    small = engine or (sys.executable, "-m", "tests.engine.plain_assistant", home)
    try:
        with only_one(settings.home):
            return build_house(settings, engine=small).run()
    except ShopdeskError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
