"""The passage check: what answers scores high, and a change of EmbeddingGemma is what it says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from engine.build import LiveAssistant
from engine.errors import ModelError
from engine.retrieval.answerable import PassageCheck
from engine.retrieval.cross_encoder import CHANGED, CrossEncoder
from engine.retrieval.embedding_gemma import EmbeddingGemma
from engine.types import Passage, Route, SourceKind

PAIRS = (("How much is it?", "It is 5 euro."), ("Can I return a lamp, please?", "Within 14 days."))
NEAR = 5e-2
"""Of numbers about 1, where one side may multiply in bfloat16."""
RETURNS = Passage("entry:r", SourceKind.ENTRY, "Returns",
                  "You may return an unused lamp in 14 days, for free.", "en")  # fmt: skip
PARKING = Passage("entry:p", SourceKind.ENTRY, "Parking", "Cars stand in the yard.", "en")
WRAPPED = "礼品包装每件3欧元,可以附一张手写的贺卡。"
GIFTS = Passage("entry:g", SourceKind.ENTRY, "礼品包装", WRAPPED, "zh")


def change(encoder: EmbeddingGemma, *, size: float) -> dict[str, Tensor]:
    """A random change of the last two blocks."""
    torch.manual_seed(1)
    weights = {"head": torch.randn(36), "bias": torch.tensor([0.5])}
    for block in (1, 2):
        for name in CHANGED:
            rows, columns = encoder.sizes[name]
            weights[f"{block}.{name}.down"] = torch.randn(2, columns)
            weights[f"{block}.{name}.up"] = size * torch.randn(rows, 2)
    return weights


def merged(encoder: EmbeddingGemma, weights: dict[str, Tensor]) -> None:
    """The change put into the encoder's own weights."""
    for block in (1, 2):
        layer = encoder._layers[block]
        for name in CHANGED:
            added = weights[f"{block}.{name}.up"] @ weights[f"{block}.{name}.down"]
            whole = getattr(layer, name).float() + added
            layer = replace(layer, **{name: whole.to(getattr(layer, name).dtype)})
        encoder._layers[block] = layer


def test_a_change_is_its_product_added_to_the_weights(embedder: Path) -> None:
    encoder, other = EmbeddingGemma(embedder), EmbeddingGemma(embedder)
    weights = change(encoder, size=0.02)
    merged(other, weights)
    plain = {"head": weights["head"], "bias": weights["bias"]}
    found = CrossEncoder(encoder, weights).logits(PAIRS)
    expected = CrossEncoder(other, plain).logits(PAIRS)
    unchanged = CrossEncoder(encoder, plain).logits(PAIRS)
    assert abs(found - expected).max() < NEAR
    assert abs(found - unchanged).max() > 3 * NEAR


def test_a_pair_is_judged_alone(embedder: Path) -> None:
    encoder = EmbeddingGemma(embedder)
    cross = CrossEncoder(encoder, change(encoder, size=0.02))
    together = cross.forward(PAIRS).numpy()
    assert abs(cross.logits(PAIRS) - together).max() < NEAR
    assert cross.logits(PAIRS[:1])[0] == cross.logits(PAIRS)[0]


def test_a_long_passage_is_read_from_its_beginning(embedder: Path) -> None:
    encoder = EmbeddingGemma(embedder)
    cross = CrossEncoder(encoder, change(encoder, size=0.02))
    first, second = cross.logits([("a?", "b " * 2000), ("a?", "b " * 3000)])
    assert first == second


def test_a_broken_file_is_a_clear_error(embedder: Path, tmp_path: Path) -> None:
    encoder = EmbeddingGemma(embedder)
    weights = change(encoder, size=0.1)
    weights.pop("2.down.up")
    save_file(weights, tmp_path / "cut.safetensors")
    for file in ("cut.safetensors", "missing.safetensors"):
        with pytest.raises(ModelError, match="passage check"):
            CrossEncoder.load(encoder, tmp_path / file)


@pytest.fixture(scope="module")
def check(shop: LiveAssistant) -> PassageCheck:
    """The check of a shop whose re-ranking encoder is not prepared."""
    return PassageCheck(shop.encoders)


def test_what_answers_is_likelier_than_what_does_not(check: PassageCheck) -> None:
    asked = "can i return an unused lamp?"
    assert check.answerable(asked, RETURNS, "en") > check.least("en")
    assert check.answerable(asked, PARKING, "en") < check.least("en")
    assert check.answerable("礼品包装多少钱", GIFTS, "zh") > check.answerable(
        "能停车吗", GIFTS, "zh"
    )


def test_the_best_passage_comes_first_and_a_poor_one_not_at_all(check: PassageCheck) -> None:
    asked = "can i return an unused lamp?"
    scores = check.scores(asked, "en", (PARKING, RETURNS), Route.FAQ)
    assert check.chosen((PARKING, RETURNS), scores, Route.FAQ, "en") == (RETURNS,)
    scores = check.scores("will it rain tomorrow", "en", (PARKING,), Route.FAQ)
    assert check.chosen((PARKING,), scores, Route.FAQ, "en") == ()


def test_goods_that_code_chose_are_all_shown_in_order(check: PassageCheck) -> None:
    scores = check.scores("a gift", "en", (PARKING, RETURNS), Route.RECOMMEND)
    assert check.chosen((PARKING, RETURNS), scores, Route.RECOMMEND, "en") == (PARKING, RETURNS)
