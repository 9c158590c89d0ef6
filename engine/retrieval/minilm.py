"""The packaged all-MiniLM-L6-v2 in plain torch: ready seconds before sentence-transformers is.

Equal to what sentence-transformers makes of the same package, as a test holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional as f

BATCH = 64
PADDED = 1.5
"""How much longer than its shortest the longest text of a batch may be."""


class MiniLm:
    """A BERT encoder: embeddings, post-norm layers, the mean of the last states."""

    def __init__(self, folder: Path) -> None:
        """Read a sentence-transformers folder. Raises OSError, ValueError, LookupError."""
        config = json.loads((folder / "config.json").read_text("utf-8"))
        limits = json.loads((folder / "sentence_bert_config.json").read_text("utf-8"))
        weights = load_file(folder / "model.safetensors")
        self.size = int(config["hidden_size"])
        self._eps = float(config["layer_norm_eps"])
        self._weights = {n: w for n, w in weights.items() if n.startswith("embeddings.")}
        self._layers = [
            _layer(weights, f"encoder.layer.{number}.", config)
            for number in range(config["num_hidden_layers"])
        ]
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(limits["max_seq_length"])
        self.tokenizer.no_padding()
        self._pad = int(config["pad_token_id"])

    @torch.inference_mode()
    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Unit vectors, shape (texts, size), float32."""
        result = torch.empty((len(texts), self.size))
        tokens = [encoded.ids for encoded in self.tokenizer.encode_batch(list(texts))]
        for batch in _of_like_length([len(ids) for ids in tokens]):
            result[batch] = self._vectors([tokens[i] for i in batch])
        return np.asarray(result.numpy(), dtype=np.float32)

    def _vectors(self, tokens: Sequence[Sequence[int]]) -> Tensor:
        lengths = torch.tensor([len(ids) for ids in tokens])
        longest = int(lengths.max())
        padded = torch.arange(longest) >= lengths.unsqueeze(1)
        x = self._embedded(
            torch.tensor([[*ids, *[self._pad] * (longest - len(ids))] for ids in tokens])
        )
        mask = padded if bool(padded.any()) else None
        for layer in self._layers:
            x = layer(x, src_key_padding_mask=mask)
        kept = (~padded).unsqueeze(-1).float()
        return f.normalize((x * kept).sum(1) / kept.sum(1), dim=1)

    def _embedded(self, tokens: Tensor) -> Tensor:
        def weight(name: str) -> Tensor:
            return self._weights[f"embeddings.{name}"]

        x = weight("word_embeddings.weight")[tokens]
        x = x + weight("position_embeddings.weight")[: tokens.shape[1]]
        x = x + weight("token_type_embeddings.weight")[0]
        return f.layer_norm(
            x, (self.size,), weight("LayerNorm.weight"), weight("LayerNorm.bias"), self._eps
        )


_NAMES = {
    "self_attn.out_proj": "attention.output.dense",
    "norm1": "attention.output.LayerNorm",
    "linear1": "intermediate.dense",
    "linear2": "output.dense",
    "norm2": "output.LayerNorm",
}
"""Torch's names of a layer's parts, and BERT's."""


def _of_like_length(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Indices in batches, shortest first: padding costs more time than a batch more does."""
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        if batch and (lengths[i] > PADDED * lengths[batch[0]] + 3 or len(batch) == BATCH):
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def _layer(
    weights: Mapping[str, Tensor], prefix: str, config: Mapping[str, int]
) -> nn.TransformerEncoderLayer:
    with torch.device("meta"):
        layer = nn.TransformerEncoderLayer(
            config["hidden_size"],
            config["num_attention_heads"],
            config["intermediate_size"],
            activation="gelu",
            layer_norm_eps=config["layer_norm_eps"],
            batch_first=True,
        )
    state = {
        f"{ours}.{kind}": weights[f"{prefix}{bert}.{kind}"]
        for ours, bert in _NAMES.items()
        for kind in ("weight", "bias")
    }
    for kind in ("weight", "bias"):
        parts = [weights[f"{prefix}attention.self.{n}.{kind}"] for n in ("query", "key", "value")]
        state[f"self_attn.in_proj_{kind}"] = torch.cat(parts)
    layer.load_state_dict(state, assign=True)
    return layer.eval()
