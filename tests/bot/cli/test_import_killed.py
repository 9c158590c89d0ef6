"""An import killed with -9 at any moment leaves the shop as it was, or with all of the file."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from knowledge_base.store import EMPTY_SHOP, copy_shop, load
from knowledge_base.working_copy import WorkingCopy

ROUNDS = int(os.environ.get("SHOPDESK_TEST_KILLS", "8"))
GOODS = 2_000


def catalogue(number: int) -> str:
    """Many products of one category, all with the same number in price and category."""
    rows = (f"p{n},S{n},Stool {n},kind-{number},{number},1" for n in range(GOODS))
    return "\n".join(["product,sku,name_en,category,price,stock", *rows])


@pytest.mark.kill
def test_a_killed_import_leaves_all_or_nothing(tmp_path: Path) -> None:
    shop, file = tmp_path / "shop", tmp_path / "goods.csv"
    copy_shop(EMPTY_SHOP, shop)
    words = [sys.executable, "-m", "bot.cli.main", "kb", "import", str(file), "--kb", str(shop)]
    environ = {**os.environ, "SHOPDESK_HOME": str(tmp_path / "home")}

    def started() -> subprocess.Popen[bytes]:
        return subprocess.Popen(words, env=environ, stdout=subprocess.DEVNULL)

    file.write_text(catalogue(1), "utf-8")
    begun = time.monotonic()
    assert started().wait() == 0
    whole = time.monotonic() - begun
    seen, after_s = {1}, whole
    for number in range(2, ROUNDS + 2):
        file.write_text(catalogue(number), "utf-8")
        process = started()
        time.sleep(after_s)
        process.kill()
        process.wait()
        with WorkingCopy(shop).still():
            known = load(shop)
        found = {int(one.price.amount) for one in known.products if one.id != "example-mug"}
        kinds = {one.category for one in known.products if one.id != "example-mug"}
        assert len(found) == 1
        assert kinds == {f"kind-{n}" for n in found} <= set(known.shop.categories)
        seen |= found
        # Closer and closer to the moment at which it writes.
        after_s *= 0.8 if number in found else 1.15
    assert 1 < len(seen) <= ROUNDS  # Some were in time, some were not.
