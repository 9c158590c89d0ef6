"""`shopdesk run` whose engine answers by plain rules: python -m tests.end_to_end.small run."""

from __future__ import annotations

import logging
import sys

from bot.cli.run import build_house, only_one
from bot.cli.serve import set_up_logging
from engine.serving import run_worker
from engine.settings import Settings
from tests.engine.plain_assistant import PlainAssistant


def main(what: str) -> int:
    """Be the house or its engine until told to stop."""
    settings = Settings.load()
    if what == "engine":
        set_up_logging(settings.log_level)
        run_worker(settings, assistant=PlainAssistant())
        return 0
    logging.basicConfig(level=settings.log_level)
    engine = (sys.executable, "-m", "tests.end_to_end.small", "engine")
    with only_one(settings.home):
        return build_house(settings, engine=engine).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
