"""A trained model on disk: the same scores again, for whatever products the shop has now."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from engine.errors import ModelError
from engine.recommend.attention import Shape
from engine.recommend.behaviour import WEIGHTS, Behaviour
from engine.recommend.histories import Histories
from tests.engine.recommend.test_attention import random_model
from tests.engine.recommend.worlds import PRODUCTS, built

HISTORIES = built([[(1, [0, 1]), (9, [2])], [(1, [8])]])
CONTENT = torch.randn(PRODUCTS + 2, 4, generator=torch.Generator().manual_seed(7))


def model_of(content: Tensor | None) -> Behaviour:
    shape = Shape(PRODUCTS, width=8, content=0 if content is None else 4, events=5)
    model = random_model(shape, content)
    model.seen[:] = torch.arange(PRODUCTS) + 1.0
    model.prior[:] = torch.linspace(-1, 1, PRODUCTS)
    return Behaviour.of(model)


def scores(behaviour: Behaviour, histories: Histories = HISTORIES) -> Tensor:
    wanted = behaviour.wanted(histories, [histories.of(s) for s in range(len(histories))])
    return behaviour.logits(wanted)


@pytest.mark.parametrize("content", [None, CONTENT[:PRODUCTS]], ids=["plain", "content"])
def test_what_was_saved_gives_the_same_scores(tmp_path: Path, content: Tensor | None) -> None:
    behaviour = model_of(content)
    behaviour.save(tmp_path / "model", HISTORIES.products)
    again = Behaviour.load(tmp_path / "model", HISTORIES.products, content)
    assert torch.equal(scores(again), scores(behaviour))
    assert [path.name for path in (tmp_path / "model").iterdir()] == [WEIGHTS]


def test_products_in_another_order_keep_their_scores(tmp_path: Path) -> None:
    behaviour = model_of(CONTENT[:PRODUCTS])
    behaviour.save(tmp_path, HISTORIES.products)
    order = torch.arange(PRODUCTS).flip(0)
    products = [HISTORIES.products[i] for i in order]
    again = Behaviour.load(tmp_path, products, CONTENT[order])
    turned = built([[(1, [8, 7]), (9, [6])], [(1, [0])]])
    assert torch.allclose(scores(again, turned)[:, order], scores(behaviour), atol=1e-5)


def test_a_product_never_seen_is_scored_by_its_content(tmp_path: Path) -> None:
    behaviour = model_of(CONTENT[:PRODUCTS])
    behaviour.save(tmp_path, HISTORIES.products)
    products = [*HISTORIES.products, "new", "newer"]
    again = Behaviour.load(tmp_path, products, CONTENT)
    assert torch.allclose(again.items[PRODUCTS:], behaviour.model.project(CONTENT[PRODUCTS:]))
    assert torch.allclose(again.items[:PRODUCTS], behaviour.items)
    grown = built([[(1, [0, 1]), (9, [2])], [(1, [8])]], PRODUCTS + 2)
    assert torch.allclose(scores(again, grown)[:, :PRODUCTS], scores(behaviour), atol=1e-5)
    found = scores(again, grown)[:, PRODUCTS:]
    assert found.isfinite().all()
    assert (found[:, 0] != found[:, 1]).all()


@pytest.mark.parametrize("content", [None, CONTENT[:PRODUCTS, :3]], ids=["none", "narrower"])
def test_content_of_another_encoder_is_a_model_error(
    tmp_path: Path, content: Tensor | None
) -> None:
    model_of(CONTENT[:PRODUCTS]).save(tmp_path, HISTORIES.products)
    with pytest.raises(ModelError, match="another encoder") as told:
        Behaviour.load(tmp_path, HISTORIES.products, content)
    assert (told.value.where, "train recommender" in told.value.mend) == (str(tmp_path), True)


def broken(path: Path, how: str) -> None:
    with safe_open(path, framework="pt") as file:
        about = json.loads(file.metadata()["about"])
        state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    if how == "missing":
        path.unlink()
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "truncated":
        path.write_bytes(path.read_bytes()[:-9])
    elif how == "no about":
        save_file(state, path)
    else:
        if how == "no weights":
            del state["learned"]
        elif how == "other shape":
            about["shape"]["width"] = 16
        elif how == "odd shape":
            about["shape"]["colour"] = 3
        elif how == "fewer products":
            state["learned"] = state["learned"][:2].contiguous()
        save_file(state, path, metadata={"about": json.dumps(about)})


@pytest.mark.parametrize("how", [
    "missing", "empty", "truncated", "no about", "no weights", "other shape", "odd shape",
    "fewer products",
])  # fmt: skip
def test_a_broken_file_is_a_model_error(tmp_path: Path, how: str) -> None:
    model_of(None).save(tmp_path, HISTORIES.products)
    broken(tmp_path / WEIGHTS, how)
    with pytest.raises(ModelError, match="cannot be read") as told:
        Behaviour.load(tmp_path, HISTORIES.products, None)
    assert told.value.mend
