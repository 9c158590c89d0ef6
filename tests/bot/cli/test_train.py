"""`shopdesk train adapter`: what is refused before anything heavy begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.main import BAD_INPUT, main


def test_no_steps_are_bad_input_and_leave_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "adapter"
    assert main(["train", "adapter", "--out", str(out), "--steps", "0"]) == BAD_INPUT
    assert "--steps" in capsys.readouterr().err
    assert not out.exists()


def test_a_start_that_is_no_adapter_is_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "adapter", "--out", str(tmp_path / "out"), "--steps", "1"]
    assert main([*words, "--start", str(tmp_path)]) == BAD_INPUT
    told = capsys.readouterr().err
    assert str(tmp_path) in told
    assert "adapter_model.safetensors" in told
