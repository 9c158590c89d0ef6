"""A generator that is still being loaded: what waits, what does not, what is said."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.errors import GeneratorError, ModelError
from engine.generation.generator import Generator, load_later
from engine.generation.loading import LoadingGenerator
from engine.generation.local import check_folder
from engine.settings import Settings
from tests.engine.generation.tiny import QUESTIONS, Tiny, asked


def settings(**environ: str) -> Settings:
    return Settings.load(environ, Path("no-env-file"))


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Set, it lets the load go on; it always ends set."""
    made = threading.Event()
    yield made
    made.set()


@pytest.fixture
def loading(tiny: Tiny, gate: threading.Event) -> Iterator[LoadingGenerator]:
    def load() -> Generator:
        gate.wait()
        return tiny.local()

    made = LoadingGenerator("tiny", load)
    made.start()
    yield made
    gate.set()
    made.close()


def text(made: Generator, *, within_s: float = 30) -> str:
    return "".join(
        made.stream(asked(QUESTIONS[0]), request_id="r", deadline_s=within_s, max_tokens=60)
    )


def test_a_request_waits_for_the_load(loading: LoadingGenerator, gate: threading.Event) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(text, loading)
        time.sleep(0.1)
        assert not waiting.done()
        gate.set()
        assert waiting.result()


def test_a_request_waits_no_longer_than_its_deadline(loading: LoadingGenerator) -> None:
    with pytest.raises(GeneratorError, match="deadline passed while the model was being loaded"):
        text(loading, within_s=0.1)


def test_a_waiting_request_can_be_cancelled(loading: LoadingGenerator) -> None:
    threading.Timer(0.1, loading.cancel, ["r"]).start()
    assert text(loading) == ""


def test_a_load_that_fails_is_told_once_and_kept() -> None:
    told: list[str] = []

    def load() -> Generator:
        raise ModelError("cut short", where="a folder", mend="get it again")

    made = LoadingGenerator("tiny", load)
    made.start(on_failure=lambda: told.append("failed"))
    with pytest.raises(GeneratorError, match="cut short"):
        text(made)
    made.close()
    assert told == ["failed"]
    assert made.failure is not None
    assert made.failure.mend == "get it again"


def test_a_model_by_setting_is_looked_at_before_anything_is_loaded(tiny: Tiny) -> None:
    made = load_later(settings(SHOPDESK_MODEL=str(tiny.ending), SHOPDESK_THREADS="1"))
    assert made.name == "ending"
    made.start()
    assert text(made)
    made.close()


@pytest.mark.parametrize(("name", "bytes_left"), [
    ("model.safetensors", None), ("model.safetensors", 700), ("model.safetensors", 20_000),
    ("config.json", None), ("config.json", 700), ("tokenizer.json", None),
])  # fmt: skip
def test_a_model_file_missing_or_cut_short_is_said_before_it_is_loaded(
    tiny: Tiny, tmp_path: Path, name: str, bytes_left: int | None
) -> None:
    for path in tiny.ending.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    broken = tmp_path / name
    if bytes_left is None:
        broken.unlink()
    else:
        broken.write_bytes(broken.read_bytes()[:bytes_left])
    with pytest.raises(ModelError) as caught:
        load_later(settings(SHOPDESK_MODEL=str(tmp_path)))
    assert caught.value.where == str(tmp_path)
    assert "SHOPDESK_MODEL" in caught.value.mend


def test_a_tokenizer_cut_short_fails_the_load(tiny: Tiny, tmp_path: Path) -> None:
    for path in tiny.ending.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "tokenizer.json").write_bytes(b'{"version": "1.0", "trunc')
    made = load_later(settings(SHOPDESK_MODEL=str(tmp_path)))
    made.start()
    made.close()
    assert made.failure is not None
    assert "tokenizer does not load" in made.failure.what


def test_another_architecture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    with pytest.raises(ModelError, match="not a Gemma 3 text model") as caught:
        check_folder(tmp_path)
    assert "GENERATOR_URL" in caught.value.mend
