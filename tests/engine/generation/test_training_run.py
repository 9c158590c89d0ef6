"""The training run on a tiny Gemma 3: what is learnt, what is kept, and how it goes on."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from engine.errors import ModelError, ShopdeskError
from engine.generation.merge import CONFIG, WEIGHTS, merge_adapter
from engine.generation.training.encoding import Encoded, collate
from engine.generation.training.lora import LoraModel, read_adapter
from engine.generation.training.trainer import CHECKPOINT, Plan, Run, held_out_loss, train

VOCABULARY = 40
LEARN = [Encoded((2, 5 + n % 9, 7, 20 + n % 9, 1), ((3, 5),)) for n in range(36)]
HELD = [Encoded((2, 5 + n, 8, 20 + n, 1), ((3, 5),)) for n in range(9)]
PLAN = Plan(steps=24, seed=3, batch=4, rate=0.05, check_every=6, save_every=4)


def base() -> Any:
    """The same tiny random model every time."""
    from transformers import Gemma3ForCausalLM, Gemma3TextConfig

    torch.set_num_threads(1)
    torch.manual_seed(0)
    sizes: dict[str, Any] = {
        "hidden_size": 16,
        "intermediate_size": 24,
        "num_hidden_layers": 2,
        "head_dim": 8,
    }
    heads: dict[str, Any] = {"num_attention_heads": 2, "num_key_value_heads": 1}
    config = Gemma3TextConfig(vocab_size=VOCABULARY, sliding_window=8, initializer_range=0.4,
                                **sizes, **heads)  # fmt: skip
    model: Any = Gemma3ForCausalLM(config)
    return model.to(torch.bfloat16)


def run(out: Path, **changes: Any) -> Run:
    return train(LoraModel(base(), rank=4, alpha=8), LEARN, HELD, PLAN, out, **changes)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path]:
    out = tmp_path_factory.mktemp("whole")
    return run(out), out


def test_the_loss_falls(whole: tuple[Run, Path]) -> None:
    done, _ = whole
    assert sum(done.losses[-4:]) < 0.7 * sum(done.losses[:4])
    assert done.step == len(done.losses) == PLAN.steps


def test_the_adapter_kept_is_the_one_of_the_lowest_held_out_loss(whole: tuple[Run, Path]) -> None:
    done, out = whole
    assert [step for step, _ in done.held_out] == [0, 6, 12, 18, 24]
    assert done.best_step == min(done.held_out, key=lambda pair: pair[1])[0] > 0
    model = LoraModel(base(), rank=4, alpha=8)
    for name, weight in read_adapter(out).items():
        model.weights()[name].data.copy_(weight)
    assert held_out_loss(model, HELD) == pytest.approx(done.best_loss, rel=0.02)
    assert json.loads((out / CONFIG).read_text())["trained_steps"] == done.best_step


def test_only_low_rank_weights_change(whole: tuple[Run, Path]) -> None:
    model = LoraModel(base(), rank=4, alpha=8)
    before = {n: w.clone() for n, w in model._causal.state_dict().items() if "lora" not in n}
    train(model, LEARN, HELD, Plan(3, 0, batch=4), whole[1] / "other")
    after = model._causal.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert all("lora_" in name for name in model.weights())


def test_the_loss_counts_answer_tokens_only() -> None:
    """Against the whole sequence's loss, masked; tokens of a prompt are learnt from nowhere."""
    model = LoraModel(base(), rank=4, alpha=8)
    examples = [
        Encoded((2, 5, 6, 9, 11, 1), ((3, 6),)),
        Encoded((2, 7, 12, 1, 8, 13, 1), ((2, 4), (5, 7))),
    ]
    expected = 0.0
    for example in examples:
        ids = torch.tensor([example.ids])
        logits = model._causal(input_ids=ids).logits[0].float()
        each = torch.nn.functional.cross_entropy(logits[:-1], ids[0, 1:], reduction="none")
        expected += sum(float(each[a - 1 : b - 1].sum().detach()) for a, b in example.answers)
    batch = collate(examples)
    assert batch.targets.tolist() == [9, 11, 1, 12, 1, 13, 1]
    assert float(model.loss(batch).detach()) == pytest.approx(expected, rel=0.02)


def test_a_run_killed_goes_on_to_what_it_would_have_been(
    whole: tuple[Run, Path], tmp_path: Path
) -> None:
    """A child process is killed with -9 once it has saved; the same call ends the run."""
    code = (
        "import time, pathlib, sys; from tests.engine.generation import test_training_run as t;"
        "t.run(pathlib.Path(sys.argv[1]), tell=lambda *told: time.sleep(0.2))"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)])
    try:
        until = time.monotonic() + 120
        while not (tmp_path / CHECKPOINT).is_file() and time.monotonic() < until:
            assert child.poll() is None
            time.sleep(0.05)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    steps: list[int] = []
    again = run(tmp_path, tell=lambda done, whole, loss: steps.append(done))
    assert steps[0] > PLAN.save_every
    assert again.losses == whole[0].losses
    assert again.held_out == whole[0].held_out
    assert (tmp_path / WEIGHTS).read_bytes() == (whole[1] / WEIGHTS).read_bytes()


def test_a_finished_run_is_not_run_again(whole: tuple[Run, Path]) -> None:
    told: list[int] = []
    again = run(whole[1], tell=lambda done, whole, loss: told.append(done))
    assert told == []
    assert again.losses == whole[0].losses


def test_a_folder_with_another_run_is_refused_with_a_mend(whole: tuple[Run, Path]) -> None:
    model = LoraModel(base(), rank=4, alpha=8)
    with pytest.raises(ShopdeskError, match="other settings") as caught:
        train(model, LEARN, HELD, Plan(99, 3), whole[1])
    assert "--out" in str(caught.value)


def test_a_start_is_where_the_run_begins(whole: tuple[Run, Path], tmp_path: Path) -> None:
    done = run(tmp_path, start=read_adapter(whole[1]))
    assert done.held_out[0][1] == pytest.approx(whole[0].best_loss, rel=0.02)


def test_a_merged_adapter_says_what_the_trained_model_said(
    whole: tuple[Run, Path], tmp_path: Path
) -> None:
    model = LoraModel(base(), rank=4, alpha=8)
    for name, weight in read_adapter(whole[1]).items():
        model.weights()[name].data.copy_(weight)
    plain = base()
    plain.save_pretrained(tmp_path / "base")
    merge_adapter(tmp_path / "base" / "model.safetensors", whole[1], tmp_path / "merged")
    plain.load_state_dict(load_file(tmp_path / "merged"), strict=False)
    ids = torch.tensor([LEARN[0].ids])
    with torch.inference_mode():
        trained, merged = (m(input_ids=ids).logits.float() for m in (model._causal, plain))
    assert torch.nn.functional.cosine_similarity(trained, merged, dim=-1).min() > 0.995


def test_an_adapter_of_another_layout_is_refused(whole: tuple[Run, Path], tmp_path: Path) -> None:
    config = json.loads((whole[1] / CONFIG).read_text())
    (tmp_path / CONFIG).write_text(json.dumps({**config, "prompt_layout": 99}))
    with pytest.raises(ModelError, match="another layout"):
        merge_adapter(tmp_path / "base", tmp_path, tmp_path / "merged")


def test_an_adapter_names_its_layout_and_no_place_of_this_machine(
    whole: tuple[Run, Path],
) -> None:
    config = json.loads((whole[1] / CONFIG).read_text())
    assert config["prompt_layout"] == 1
    assert config["base_model_name_or_path"] == "gemma-3-270m"
    assert str(Path.home()) not in json.dumps(config)
