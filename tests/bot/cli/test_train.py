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


def test_a_training_that_cannot_be_is_told_and_the_next_one_waited_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("bot.cli.train.time.sleep", sleep)
    words = ["train", "recommender", "--every", "24", "--home", str(tmp_path)]
    assert main(words) == 130
    assert waits == [24 * 3600] * 3
    assert capsys.readouterr().err.count("no shop is live yet") == 2


def test_training_every_no_hours_is_bad_input(tmp_path: Path) -> None:
    words = ["train", "recommender", "--every", "0", "--home", str(tmp_path)]
    assert main(words) == BAD_INPUT
