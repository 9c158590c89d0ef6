"""The behaviour model: plain attention, blind to what comes later and to padding."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from torch import Tensor

from engine.recommend.attention import AGES, BehaviourModel, SelfAttention, Shape
from engine.recommend.behaviour import Behaviour
from engine.recommend.histories import Histories
from engine.recommend.names import KINDS
from tests.engine.recommend.worlds import PRODUCTS, some_histories

EVENTS = 7


@pytest.fixture(scope="module")
def model() -> BehaviourModel:
    return random_model(Shape(PRODUCTS, width=8, blocks=2, events=EVENTS))


def random_model(shape: Shape, content: Tensor | None = None) -> BehaviourModel:
    torch.manual_seed(3)
    made = BehaviourModel(shape, content)
    with torch.no_grad():
        for weight in made.parameters():
            weight.add_(torch.randn_like(weight) * 0.3)
    return made.eval()


def drawn(rows: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    chance = torch.Generator().manual_seed(seed)
    kinds = (PRODUCTS, len(KINDS), AGES)
    product, kind, age = (torch.randint(n, (rows, EVENTS), generator=chance) for n in kinds)
    return product, kind, age


@pytest.mark.parametrize("heads", [1, 2, 4])
def test_attention_is_the_softmax_of_products_times_the_values(heads: int) -> None:
    torch.manual_seed(0)
    attention = SelfAttention(12, heads, 0.0).double().eval()
    x = torch.randn(3, 6, 12, dtype=torch.float64)
    found = []
    for row in x:
        q, k, v = (row @ attention.qkv.weight.T + attention.qkv.bias).split(12, dim=1)
        size = 12 // heads
        mixed = []
        for head in range(heads):
            mine = slice(head * size, (head + 1) * size)
            scores = q[:, mine] @ k[:, mine].T / size**0.5
            later = torch.triu(torch.ones(6, 6, dtype=torch.bool), diagonal=1)
            shares = torch.softmax(scores.masked_fill(later, float("-inf")), dim=1)
            mixed.append(shares @ v[:, mine])
        found.append(torch.cat(mixed, dim=1) @ attention.out.weight.T + attention.out.bias)
    assert torch.allclose(attention(x), torch.stack(found), rtol=0, atol=1e-12)


@pytest.mark.parametrize("place", range(EVENTS - 1))
def test_no_event_sees_those_after_it(model: BehaviourModel, place: int) -> None:
    items = model.items()
    events, others = drawn(4, 1), drawn(4, 2)
    changed = tuple(
        torch.cat([mine[:, : place + 1], theirs[:, place + 1 :]], dim=1)
        for mine, theirs in zip(events, others, strict=True)
    )
    before, after = model(items, *events), model(items, *changed)
    assert torch.allclose(before[:, : place + 1], after[:, : place + 1], atol=1e-5)
    assert not torch.allclose(before[:, place + 1 :], after[:, place + 1 :], atol=1e-2)


@settings(max_examples=40)
@given(some_histories)
def test_a_history_beside_longer_ones_is_as_if_alone(histories: Histories) -> None:
    behaviour = Behaviour.of(random_model(Shape(PRODUCTS, width=8, events=EVENTS)))
    parts = [histories.of(shopper) for shopper in range(len(histories))]
    together = behaviour.wanted(histories, parts)
    for row, part in enumerate(parts):
        alone = behaviour.wanted(histories, [part])
        assert torch.allclose(together[row], alone[0], atol=1e-5)


def test_a_product_without_events_is_its_content_alone() -> None:
    content = torch.randn(PRODUCTS, 4, generator=torch.Generator().manual_seed(1))
    model = random_model(Shape(PRODUCTS, width=8, content=4), content)
    model.seen[:3] = torch.tensor([1.0, 10.0, 1000.0])
    items, projected = model.items(), model.project(content)
    assert torch.allclose(items[3:], projected[3:])
    share = ((items - projected) / model.learned).mean(1)[:3]
    assert (share.diff() * model.gate[1].sign() > 0).all()
    assert torch.allclose(model.items(forget=1.0), projected)


@settings(max_examples=20)
@given(some_histories)
def test_only_the_last_events_of_a_long_history_count(histories: Histories) -> None:
    behaviour = Behaviour.of(random_model(Shape(PRODUCTS, width=8, events=3)))
    for shopper in range(len(histories)):
        whole = histories.of(shopper)
        last = slice(max(whole.stop - 3, whole.start), whole.stop)
        found = behaviour.wanted(histories, [whole]), behaviour.wanted(histories, [last])
        assert torch.equal(*found)
