"""What docs/accounts.md tells a web shop to write makes the links that we read."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.link_payload import read_link

DOCS = (Path(__file__).parents[2] / "docs" / "accounts.md").read_text("utf-8")
SECRET, CUSTOMER, EXPIRES = "0123456789abcdef0123456789abcdef", "7301842290", 1_796_029_200
CASES = [(CUSTOMER, EXPIRES), ("顾客-7@例.com", EXPIRES + 1), ("a" * 32, EXPIRES)]
NODE = shutil.which("node")


def example(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", DOCS, re.S)
    assert found
    return found[1]


def read(payload: str) -> tuple[str, int]:
    link = read_link(SECRET.encode(), payload, datetime(2026, 11, 30, tzinfo=UTC))
    return link.account, int(link.expires.timestamp())


def test_the_payload_to_try_is_the_one_of_its_secret_id_and_time() -> None:
    told = re.search(rf"`{SECRET}`.*?`{CUSTOMER}`.*?`{EXPIRES}` give\n`(\S+)`", DOCS, re.S)
    assert told
    assert read(told[1]) == (CUSTOMER, EXPIRES)


@pytest.mark.parametrize(("customer", "expires"), CASES)
def test_the_python_example_is_read(customer: str, expires: int) -> None:
    names: dict[str, Any] = {}
    exec(example("python"), names)
    assert read(names["link_payload"](SECRET, customer, expires)) == (customer, expires)


@pytest.mark.skipif(NODE is None, reason="no node here")
@pytest.mark.parametrize(("customer", "expires"), CASES)
def test_the_javascript_example_is_read(customer: str, expires: int) -> None:
    given = json.dumps([SECRET, customer, expires])
    code = f"{example('js')}\nconsole.log(linkPayload(...{given}))"
    ran = subprocess.run([NODE or "node", "-e", code], capture_output=True, text=True, check=True)
    assert read(ran.stdout.strip()) == (customer, expires)
