"""The compose file and the Dockerfile say what the code can do."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft201909Validator

from bot.cli.main import COMMANDS
from engine.generation.generator import MAX_TOKENS
from engine.generation.merge import ADAPTER_FOLDER, CONFIG
from engine.generation.prompts import BUDGET_TOKENS
from engine.settings import TABLE
from tests.containers.dockerfile import REPOSITORY, steps

SCHEMA = Path(__file__).parent / "vendor" / "compose-spec.json"
Compose = dict[str, Any]


@pytest.fixture(scope="module")
def compose() -> Compose:
    found = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def faults(compose: Compose) -> list[str]:
    judge = Draft201909Validator(json.loads(SCHEMA.read_text("utf-8")))
    return [f"{error.json_path}: {error.message}" for error in judge.iter_errors(compose)]


def test_the_compose_file_keeps_the_compose_specification(compose: Compose) -> None:
    assert faults(compose) == []


@pytest.mark.parametrize("key", ["comand", "enviroment", "dependson"])
def test_a_misspelt_key_would_be_seen(compose: Compose, key: str) -> None:
    broken = copy.deepcopy(compose)
    broken["services"]["engine"][key] = ["x"]
    assert faults(broken)


def test_the_services_are_the_store_the_engine_the_fronts_and_the_trainer(compose: Compose) -> None:
    always = {n for n, service in compose["services"].items() if "profiles" not in service}
    assert always == {"valkey", "engine", "bot", "trainer"}
    assert set(compose["services"]) - always == {"web", "console", "vllm"}


def test_a_gpu_serves_the_adapter_that_ships_as_the_settings_name_it(compose: Compose) -> None:
    served = compose["services"]["vllm"]
    adapter = json.loads((ADAPTER_FOLDER / CONFIG).read_text("utf-8"))
    folder, inside = served["volumes"][0].split(":")[:2]
    assert (REPOSITORY / folder).resolve() == ADAPTER_FOLDER.resolve()
    options = dict(option.split("=", 1) for option in served["command"] if "=" in option)
    assert options["--lora-modules"] == f"shopdesk={inside}"
    assert int(options["--max-lora-rank"]) >= adapter["r"]
    assert options["--model"].endswith(f"/{adapter['base_model_name_or_path']}")
    assert int(options["--max-model-len"]) >= BUDGET_TOKENS + MAX_TOKENS


def test_every_service_of_ours_runs_a_command_that_exists(compose: Compose) -> None:
    for service in compose["services"].values():
        if "build" in service:
            program, command = service["command"][:2]
            assert program == "shopdesk"
            assert command in COMMANDS


def test_every_variable_a_service_gets_is_a_setting(compose: Compose) -> None:
    known = {setting.variable for setting in TABLE}
    for service in compose["services"].values():
        if "build" in service:
            assert set(service.get("environment", {})) <= known


def test_every_variable_asked_of_the_operator_is_a_setting() -> None:
    text = (REPOSITORY / "docker-compose.yml").read_text("utf-8")
    asked = set(re.findall(r"\$\{([A-Z_]+)", text))
    assert asked - {"HF_TOKEN"} <= {setting.variable for setting in TABLE}


def test_the_store_writes_every_change_before_it_says_yes(compose: Compose) -> None:
    command = " ".join(compose["services"]["valkey"]["command"])
    assert "--appendonly yes" in command
    assert "--appendfsync always" in command


def test_every_file_the_dockerfile_copies_is_there() -> None:
    dockerfile = (REPOSITORY / "Dockerfile").read_text("utf-8")
    copied = [step.words.split()[:-1] for step in steps(dockerfile) if step.name == "COPY"]
    assert copied
    for name in (name for names in copied for name in names):
        assert (REPOSITORY / name).exists()


def test_the_image_runs_as_a_user_without_rights() -> None:
    dockerfile = (REPOSITORY / "Dockerfile").read_text("utf-8")
    users = [step.words for step in steps(dockerfile) if step.name == "USER"]
    assert users and users[-1] != "root"
