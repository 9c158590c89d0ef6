"""`shopdesk bench console`: how fast the pages of a big shop are, in this process."""

from __future__ import annotations

import asyncio
import csv
import itertools
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from engine.benchmarks.many_entries import write_many
from engine.desk import QueueDesk
from engine.settings import Settings
from engine.sign_in_links import SETUP_TTL_S, make_link
from engine.valkey import connect_async
from knowledge_base.console.app import build_console
from knowledge_base.console.house import House, open_house

ADDRESS = "http://localhost"
PASSWORD = "only for this measurement"  # noqa: S105 - of a console that is gone after it
WORDS = ("lamp", "oak blanket", "returns", "zzz", "e7")
PAGES: Mapping[str, tuple[str, ...]] = {
    "list": ("/entries", "/entries?at=100", "/entries?state=untranslated"),
    "search": tuple(f"/entries?q={word}" for word in WORDS),
    "edit": ("/entries/e0-0-0", "/entries/e9-5-3", "/entries/new"),
    "products": ("/products", "/products?at=900", "/products?state=sold-out"),
    "products search": tuple(f"/products?q={word}" for word in ("mug", "zzz", "mug 777", "p-9")),
    "product edit": ("/products/p777", "/products/p99999", "/products/new"),
    "home": ("/",),
    "publish": ("/publish",),
}


async def bench_console(count: int, products: int, repeat: int) -> dict[str, Any]:
    """Percentiles of each kind of page, in ms, over a made-up shop. Raises ShopdeskError.

    `first_s`: the first page of all, which reads every file.
    """
    with tempfile.TemporaryDirectory(prefix="shopdesk-bench-") as folder:
        shop = write_many(Path(folder) / "shop", count)
        write_products(shop / "catalogue.csv", products)
        home = Path(folder) / "home"
        environ = {"SHOPDESK_HOME": str(home), "SHOPDESK_KB": str(shop)}
        settings = Settings.load(environ, home / "no.env")
        redis = connect_async(settings)
        house = open_house(settings, QueueDesk(redis))
        try:
            return {"entries": count, "products": products, **await _measured(house, repeat)}
        finally:
            house.close()
            await redis.aclose()


async def _measured(house: House, repeat: int) -> dict[str, Any]:
    transport = httpx.ASGITransport(build_console(house))
    headers = {"origin": ADDRESS}
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers=headers) as client:
        token = make_link(house.key, 0, time.time(), SETUP_TTL_S)
        await client.post(f"/setup/{token}", data={"name": "bench", "password": PASSWORD})
        first_s = await _took(client, "/")
        kinds = {}
        for kind, paths in PAGES.items():
            took = sorted([await _took(client, path) for path in paths * repeat])
            kinds[kind] = {"p50": _at(took, 0.50), "p95": _at(took, 0.95)}
        saves = sorted([await _save(client, number) for number in range(repeat)])
        kinds["save"] = {"p50": _at(saves, 0.50), "p95": _at(saves, 0.95)}
        return {"first_s": round(first_s, 2), "ms": kinds}


def _at(took: list[float], share: float) -> float:
    return round(1000 * took[min(len(took) - 1, int(share * len(took)))], 1)


async def _took(client: httpx.AsyncClient, path: str) -> float:
    began = time.perf_counter()
    answer = await client.get(path)
    took = time.perf_counter() - began
    answer.raise_for_status()
    return took


async def _save(client: httpx.AsyncClient, number: int) -> float:
    page = (await client.get("/account")).text
    csrf = page.split('name="csrf" value="')[1].split('"')[0]
    fields = {"id": f"made-{number}", "questions:en": "Is it fast?", "answer:en": f"{number}."}
    began = time.perf_counter()
    answer = await client.post("/entries", data=fields, headers={"x-csrf": csrf})
    took = time.perf_counter() - began
    if answer.status_code != httpx.codes.SEE_OTHER:
        answer.raise_for_status()
        raise AssertionError(f"a save was answered {answer.status_code}")
    return took


def write_products(path: Path, count: int) -> None:
    """A catalogue of that many products, made up."""
    with path.open(encoding="utf-8", newline="") as file:
        (columns, like, *_) = csv.reader(file)
    row = dict(zip(columns, like, strict=True))
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, columns)
        out.writeheader()
        for number in itertools.islice(itertools.count(), count):
            out.writerow({**row, "product": f"p{number}", "sku": f"P-{number}",
                          "name_en": f"Mug {number}"})  # fmt: skip


def run_bench(count: int, products: int, repeat: int) -> dict[str, Any]:
    """The same, from outside of a running loop."""
    return asyncio.run(bench_console(count, products, repeat))
