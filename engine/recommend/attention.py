"""The behaviour model: causal self-attention over what a shopper looked at and bought."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.recommend.names import KINDS

AGES = 10
"""Buckets of how long an event came after the one before: 0, 1–2, 3–6, 7–14, … days."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Of a model: products known, width of vectors, and of their content vectors (0: none)."""

    products: int
    width: int = 128
    content: int = 0
    blocks: int = 1
    heads: int = 2
    events: int = 50
    dropout: float = 0.5


class SelfAttention(nn.Module):
    """softmax(QKᵀ/√d)V in heads, every event seeing itself and those before it."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, events, width) to the same."""
        batch, events, width = x.shape
        q, k, v = (
            part.view(batch, events, self.heads, -1).transpose(1, 2)
            for part in self.qkv(x).chunk(3, dim=-1)
        )
        dropped = self.dropout if self.training else 0.0
        seen = functional.scaled_dot_product_attention(q, k, v, dropout_p=dropped, is_causal=True)
        mixed: Tensor = self.out(seen.transpose(1, 2).reshape(batch, events, width))
        return mixed


class Block(nn.Module):
    """Attention, then a two-layer network, each on normed input and added (pre-LN)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.before_attention = nn.LayerNorm(shape.width)
        self.attention = SelfAttention(shape.width, shape.heads, shape.dropout)
        self.before_network = nn.LayerNorm(shape.width)
        self.network = nn.Sequential(
            nn.Linear(shape.width, shape.width),
            nn.GELU(),
            nn.Dropout(shape.dropout),
            nn.Linear(shape.width, shape.width),
        )
        self.drop = nn.Dropout(shape.dropout)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, events, width) to the same."""
        x = x + self.drop(self.attention(self.before_attention(x)))
        added: Tensor = x + self.drop(self.network(self.before_network(x)))
        return added


class BehaviourModel(nn.Module):
    """Reads events, right-padded with the number `products`, and scores every product.

    A product's vector is its content, projected, and a learned part behind a gate: what was
    seldom touched leans on its content. Source: SASRec (Kang and McAuley, 2018) with the full
    cross-entropy of Klenitskiy and Vasilev (2023).
    """

    def __init__(self, shape: Shape, content: Tensor | None = None) -> None:
        """`content`: (products, shape.content) vectors of what the products are."""
        super().__init__()
        self.shape = shape
        self.learned = nn.Parameter(torch.zeros(shape.products, shape.width))
        self.seen: Tensor
        self.prior: Tensor
        self.register_buffer("seen", torch.zeros(shape.products))
        self.register_buffer("prior", torch.zeros(shape.products))
        self.content = content
        if content is not None:
            self.project = nn.Linear(shape.content, shape.width, bias=False)
            self.gate = nn.Parameter(torch.tensor([-1.0, 1.0]))
        self.place = nn.Embedding(shape.events, shape.width)
        self.kind = nn.Embedding(len(KINDS), shape.width)
        self.age = nn.Embedding(AGES, shape.width)
        for table in (self.place, self.kind, self.age):
            nn.init.normal_(table.weight, std=0.02)
        self.drop = nn.Dropout(shape.dropout)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.blocks))
        self.norm = nn.LayerNorm(shape.width)

    def items(self, forget: float = 0.0) -> Tensor:
        """The vector of every product: (products, width).

        `forget`: share of products whose learned part is left out, by chance.
        """
        if self.content is None:
            return self.learned
        gate = torch.sigmoid(self.gate[0] + self.gate[1] * torch.log1p(self.seen))
        gate = gate * (self.seen > 0)
        if forget:
            gate = gate * (torch.rand_like(gate) >= forget)
        projected: Tensor = gate[:, None] * self.learned + self.project(self.content)
        return projected

    def forward(self, items: Tensor, product: Tensor, kind: Tensor, age: Tensor) -> Tensor:
        """What is wanted after each event: (batch, events, width) for (batch, events) numbers."""
        # A padded event has the number after the last product: nothing is read for it.
        there = (product < len(items)).to(items.dtype)[..., None]
        vectors = functional.embedding(product.clamp(max=len(items) - 1), items) * there
        places = torch.arange(product.shape[1], device=product.device)
        scale = self.shape.width**0.5 * 0.5
        x = vectors * scale + self.place(places) + self.kind(kind) + self.age(age)
        x = self.drop(x)
        for block in self.blocks:
            x = block(x)
        wanted: Tensor = self.norm(x)
        return wanted
