"""Drafts in the console: made by a process of their own, ticked by a person, saved by the form."""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from knowledge_base.console.shop_files import ShopFiles
from knowledge_base.store import DEMO_SHOP
from tests.knowledge_base.console.conftest import Console, csrf_of, post, served
from tests.knowledge_base.console.test_products import fields_of

LAMP = "nordic-desk-lamp"
SCRIPT = """
import json, sys
from engine.describing.draft import draft_description
from engine.describing.points import review_points
from pathlib import Path
from knowledge_base.store import load
import os
known = load(Path(os.environ["SHOPDESK_KB"]))
product = next(one for one in known.products if one.id == sys.argv[2])
class Written:
    name = "written"
    def stream(self, prompt, *, request_id, deadline_s, max_tokens):
        yield "It stands 48 cm tall. It is dimmable. "
    def cancel(self, request_id): ...
    def close(self): ...
draft = draft_description(product, known.reviews, "en", "plain", "short", Written())
from bot.cli.common import print_json
print("writing", file=sys.stderr)
print_json({"product": product.id, "language": "en", "sentences": draft.sentences,
            "points": [], "model": "written", "seconds": 0.1})
"""
"""What `shopdesk describe` does, with a generator whose words stand here."""


@pytest.fixture
async def drafting(tmp_path: Path) -> AsyncIterator[Console]:
    """A console over the demo shop whose `describe` needs no model."""
    folder = tmp_path / "shop"
    shutil.copytree(DEMO_SHOP, folder, ignore=shutil.ignore_patterns("images"))
    command = (sys.executable, "-W", "ignore", "-c", SCRIPT)
    async with served(tmp_path / "home", folder, command=command) as console:
        yield console


async def finished(client: httpx.AsyncClient) -> str:
    """The panel once the draft is made."""
    async with asyncio.timeout(60):
        while True:
            page = await client.get(f"/products/{LAMP}/draft", headers={"hx-request": "true"})
            if "every 1s" not in page.text:
                return page.text
            await asyncio.sleep(0.1)


async def test_what_is_ticked_comes_into_the_form_and_is_saved_by_a_person(
    drafting: Console,
) -> None:
    before = (drafting.folder / "catalogue.csv").read_bytes()
    async with drafting.stranger() as client:
        await drafting.sign_in(client, "editor")
        begun = await post(client, f"/products/{LAMP}/draft", f"/products/{LAMP}", language="en",
                           tone="plain", length="short")  # fmt: skip
        assert begun.status_code == 303
        panel = await finished(client)
        assert "It stands 48 cm tall." in panel and "height" in panel
        struck = re.search(r'class="said"[^>]*>([^<]*)<', panel)
        assert struck and struck.group(1) == "It is dimmable."
        taken = await client.post(
            f"/products/{LAMP}/draft/take",
            data={"csrf": csrf_of(panel), "taken": ["0", "1"], "text:0": "It is 48 cm tall."},
        )
        assert taken.status_code == 200 and "1 is left out" in taken.text
        assert (drafting.folder / "catalogue.csv").read_bytes() == before
        data: dict[str, list[str]] = {}
        for name, value in fields_of(taken.text):
            data.setdefault(name, []).append(value)
        assert data["description:en"] == ["It is 48 cm tall."]
        assert (await client.post("/products", data=data)).status_code == 303
    saved = ShopFiles(drafting.folder).catalogue().by_id[LAMP]
    assert saved.descriptions["en"] == "It is 48 cm tall."


async def test_a_sentence_is_struck_once_its_attribute_is_gone(drafting: Console) -> None:
    async with drafting.stranger() as client:
        await drafting.sign_in(client, "editor")
        await post(client, f"/products/{LAMP}/draft", f"/products/{LAMP}")
        await finished(client)
        path = drafting.folder / "catalogue.csv"
        path.write_text(path.read_text("utf-8").replace("height: 48 cm; ", ""), "utf-8")
        panel = await finished(client)
        assert 'name="taken"' not in panel
        assert "height" in panel and "what it rested on is gone" in panel


async def test_reviews_are_counted_on_the_page_of_a_product(drafting: Console) -> None:
    async with drafting.stranger() as client:
        await drafting.sign_in(client, "viewer")
        panel = await client.get("/products/fisherman-sweater/draft")
        assert "6 of 41 reviews say it runs small" in panel.text
        refused = await post(client, "/products/fisherman-sweater/draft")
        assert refused.status_code == 403


async def test_a_draft_that_cannot_be_made_is_told_without_a_traceback(
    console: Console,
) -> None:
    async with console.stranger() as client:
        await console.sign_in(client, "editor")
        await post(client, f"/products/{LAMP}/draft", f"/products/{LAMP}")
        panel = await finished(client)
        assert "No draft could be made" in panel and "Traceback" not in panel
