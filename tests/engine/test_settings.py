"""Settings: checked once, with the mend in every refusal."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import SettingsError
from engine.settings import TABLE, Settings

NO_FILE = Path("no-env-file")


def test_a_misspelt_name_is_refused_with_the_near_one() -> None:
    with pytest.raises(SettingsError, match="did you mean SHOPDESK_HOME"):
        Settings.load({"SHOPDESK_HOMEE": "x"}, NO_FILE)


def test_a_misspelt_name_in_the_file_is_refused_too(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("TELEGRAM_TOKE=123:abc\n")
    with pytest.raises(SettingsError, match="did you mean TELEGRAM_TOKEN"):
        Settings.load({}, file)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("WEB_PORT=1111\n")
    assert Settings.load({"WEB_PORT": "2222"}, file).web_port == 2222


@pytest.mark.parametrize(
    ("name", "value"),
    [("WEB_PORT", "99999"), ("OPERATOR_CHAT_ID", "staff"), ("REDIS_URL", "http://x"),
     ("SHOPDESK_LOG", "loud"), ("TELEGRAM_TOKEN", "nonsense"), ("SHOPDESK_THREADS", "0"),
     ("SHOPDESK_INT8", "maybe")],
)  # fmt: skip
def test_a_value_out_of_range_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.load({name: value}, NO_FILE)


def test_a_refused_secret_is_not_shown() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.load({"TELEGRAM_TOKEN": "my-secret-token"}, NO_FILE)
    assert "my-secret-token" not in str(refused.value)


def test_every_setting_has_a_field_and_a_meaning() -> None:
    assert {setting.field for setting in TABLE} == set(Settings.__slots__)
    assert all(setting.meaning for setting in TABLE)


@pytest.mark.parametrize(("text", "meant"), [("on", True), ("OFF", False), ("", None)])
def test_8_bits_are_on_or_off_or_left_to_the_chip(text: str, meant: bool | None) -> None:
    assert Settings.load({"SHOPDESK_INT8": text}, NO_FILE).int8 is meant
