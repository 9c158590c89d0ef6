"""The demo shop built once for all tests: what takes most of a minute each time is copied."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from engine.build import load_encoders
from engine.locks import held_in_turn
from engine.publish import publish
from engine.retrieval.snapshot import read_live
from engine.settings import Settings
from knowledge_base.store import DEMO_SHOP


@cache
def _built() -> Path:
    """A home with the demo shop live; SHOPDESK_TEST_DEMO names one that several runs share."""
    given = os.environ.get("SHOPDESK_TEST_DEMO")
    home = Path(given or tempfile.mkdtemp(prefix="shopdesk-demo-"))
    if not given:
        atexit.register(shutil.rmtree, home, ignore_errors=True)
    with held_in_turn(home / ".built.lock"):
        if not read_live(home):
            environ = {"SHOPDESK_HOME": str(home), "SHOPDESK_RERANKER": "off"}
            publish(DEMO_SHOP, home, load_encoders(Settings.load(environ, home / "no.env")))
    return home


def demo_home(home: Path) -> Path:
    """`home` as after a first publish of the demo shop; what is built there on top is its own."""
    built = _built()
    shutil.copytree(built / "snapshots", home / "snapshots", copy_function=_linked)
    shutil.copy(built / "live", home / "live")
    return home


def _linked(source: str, target: str) -> None:
    # A snapshot's files are never written again.
    try:
        Path(target).hardlink_to(source)
    except OSError:
        shutil.copy2(source, target)
