"""The HTTP generator against a server that others wrote: `transformers serve` on loopback."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tokenizers import Tokenizer, processors

from engine.generation.http import HttpGenerator
from engine.generation.local import BOS
from tests.engine.generation.tiny import QUESTIONS, Tiny, asked, judge

READY_S = 120.0
TOKENS = 40
PROGRAM = Path(sys.executable).with_name("transformers")


def _whole_folder(tiny: Path, folder: Path) -> Path:
    """A copy with what transformers' own tokenizer wants: its settings, and <bos> first."""
    shutil.copytree(tiny, folder)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<bos> $A", special_tokens=[("<bos>", BOS)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(
        '{"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<bos>",'
        ' "eos_token": "<eos>", "pad_token": "<pad>", "unk_token": "<unk>"}',
        encoding="utf-8",
    )
    return folder


@pytest.fixture(scope="module")
def url(tiny: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = _whole_folder(tiny.ending, tmp_path_factory.mktemp("serve") / "tiny")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "ignore"}
    server = subprocess.Popen(
        [PROGRAM, "serve", str(folder), "--host", "127.0.0.1", "--port", str(port),
         "--device", "cpu", "--dtype", "float32"],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(server, address)
        yield address
    finally:
        server.kill()
        server.wait()


def _wait(server: subprocess.Popen[bytes], address: str) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        assert server.poll() is None, "transformers serve ended"
        try:
            httpx.get(f"{address}/v1/models")
            return
        except httpx.HTTPError:
            time.sleep(0.2)
    pytest.fail("transformers serve did not start")


def test_its_words_come_through_as_transformers_writes_them(url: str, tiny: Tiny) -> None:
    made = HttpGenerator(url)
    for question in QUESTIONS[:3]:
        prompt = asked(question)
        pieces = made.stream(prompt, request_id="r", deadline_s=60, max_tokens=TOKENS)
        assert "".join(pieces) == judge(tiny.ending, prompt, TOKENS).text
    made.close()


def test_a_stream_left_half_way_leaves_the_server_well(url: str) -> None:
    made = HttpGenerator(url)
    for _ in range(3):
        left = made.stream(asked(QUESTIONS[3]), request_id="a", deadline_s=60, max_tokens=TOKENS)
        assert next(left)
        left.close()  # type: ignore[attr-defined]
    whole = made.stream(asked(QUESTIONS[3]), request_id="b", deadline_s=60, max_tokens=TOKENS)
    assert len("".join(whole)) > 1
    made.close()
