"""The adapter that ships: whole, small, of this layout, and part of the prepared model's name."""

from __future__ import annotations

import json
from pathlib import Path

from safetensors import safe_open

from engine.generation.merge import ADAPTER_FOLDER, CONFIG, PREFIX, WEIGHTS, shipped_adapter
from engine.generation.prepare import _folder_name
from engine.generation.prompts import LAYOUT_VERSION
from engine.generation.training.lora import TARGETS

LARGEST = 20_000_000


def test_the_adapter_ships_and_is_small() -> None:
    assert shipped_adapter() == ADAPTER_FOLDER
    assert (ADAPTER_FOLDER / WEIGHTS).stat().st_size < LARGEST


def test_it_is_of_the_layout_that_prompts_have() -> None:
    config = json.loads((ADAPTER_FOLDER / CONFIG).read_text(encoding="utf-8"))
    assert config["prompt_layout"] == LAYOUT_VERSION


def test_it_changes_every_target_of_every_layer_and_nothing_else() -> None:
    with safe_open(ADAPTER_FOLDER / WEIGHTS, framework="pt") as file:
        names = list(file.keys())
    found = {n.removeprefix(PREFIX).partition(".lora_")[0].rpartition(".")[2] for n in names}
    assert found == set(TARGETS)
    assert len(names) == 18 * len(TARGETS) * 2


def test_its_card_tells_the_command_and_names_no_place_of_a_machine() -> None:
    card = (ADAPTER_FOLDER / "README.md").read_text(encoding="utf-8")
    assert "shopdesk train adapter --out DIR --seed" in card
    assert "held-out loss" in card
    assert "/tmp/" not in card
    assert str(Path.home()) not in card


def test_another_adapter_is_another_prepared_model(tmp_path: Path) -> None:
    (tmp_path / CONFIG).write_text("{}")
    names = []
    for weights in (b"one", b"two"):
        (tmp_path / WEIGHTS).write_bytes(weights)
        names.append(_folder_name(tmp_path))
    assert len({*names, _folder_name(ADAPTER_FOLDER), _folder_name(None)}) == 4
