"""The house's own laws: arrows between packages, sizes, and what starting up may load."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("bot", "engine", "knowledge_base")
MOST_LINES, MOST_FUNCTION_LINES = 300, 40
HEAVY = ("torch", "transformers", "sentence_transformers", "faiss", "sklearn", "peft")
ENGINE_OPEN_TO_KNOWLEDGE = ("engine.types", "engine.errors")
CONSOLE = ROOT / "knowledge_base" / "console"
"""A front: it may know the engine, and no other front."""


def python_files(*folders: str) -> list[Path]:
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if ".venv" not in path.parts)


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_the_engine_knows_no_front() -> None:
    wrong = [(p, name) for p in python_files("engine") for name in imports(p)
             if name.split(".")[0] == "bot"]  # fmt: skip
    assert wrong == []


def test_the_knowledge_base_knows_only_the_vocabulary_and_errors() -> None:
    wrong = [
        (path, name)
        for path in python_files("knowledge_base")
        if CONSOLE not in path.parents
        for name in imports(path)
        if name.split(".")[0] in ("bot", "engine") and not name.startswith(ENGINE_OPEN_TO_KNOWLEDGE)
    ]
    assert wrong == []


def test_the_console_knows_no_other_front_and_nothing_but_it_knows_the_console() -> None:
    wrong = [(p, name) for p in CONSOLE.rglob("*.py") for name in imports(p)
             if name.split(".")[0] == "bot"]  # fmt: skip
    others = [
        (path, name)
        for path in python_files("engine", "knowledge_base", "bot/telegram", "bot/web")
        if CONSOLE not in path.parents
        for name in imports(path)
        if name.startswith("knowledge_base.console")
    ]
    assert (wrong, others) == ([], [])


def test_a_shops_files_know_nothing_of_importers() -> None:
    wrong = [(path, name) for path in (ROOT / "knowledge_base").glob("*.py")
             for name in imports(path) if name.startswith("knowledge_base.importers")]  # fmt: skip
    assert wrong == []


def test_the_vocabulary_imports_nothing_of_ours() -> None:
    wrong = [(p, name) for p in python_files("engine/types") for name in imports(p)
             if name.split(".")[0] in OURS and not name.startswith("engine.types")]  # fmt: skip
    assert wrong == []


def test_no_file_is_over_300_lines() -> None:
    lengths = {p: len(p.read_text("utf-8").splitlines()) for p in python_files(*OURS, "tests")}
    assert {p: n for p, n in lengths.items() if n > MOST_LINES} == {}


def test_no_function_is_over_40_lines() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in python_files(*OURS, "tests")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > MOST_FUNCTION_LINES
    ]
    assert long == []


@pytest.mark.parametrize(
    "front",
    ["bot", "bot.telegram.app", "bot.web.app", "bot.cli.main", "knowledge_base.console.app"],
)
def test_importing_a_front_loads_no_model_library(front: str) -> None:
    code = f"import sys, {front}; print([m for m in {HEAVY!r} if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert (ran.returncode, ran.stdout.strip(), ran.stderr) == (0, "[]", "")


def test_help_loads_only_the_standard_library_and_ours() -> None:
    code = (
        "import sys\nbefore = set(sys.modules)\nfrom bot.cli.main import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "new = {m.split('.')[0] for m in set(sys.modules) - before}\n"
        "print('FOREIGN', sorted(new - set(sys.stdlib_module_names) - {'bot', 'engine'}))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert ran.stdout.strip().endswith("FOREIGN []"), ran.stdout + ran.stderr


def test_no_file_names_a_place_of_one_machine() -> None:
    marks = ("/" + "work/", "/" + "tmp/lab", "/" + "root/")
    texts = {p: p.read_text("utf-8") for p in python_files(*OURS, "tests", "docs")}
    assert [p for p, text in texts.items() if any(mark in text for mark in marks)] == []
