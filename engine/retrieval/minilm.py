"""The packaged all-MiniLM-L6-v2 in plain torch: ready seconds before sentence-transformers is.

Equal to what sentence-transformers makes of the same package, as a test holds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional as f

BATCH = 64


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
        self.tokenizer.enable_padding(pad_id=config["pad_token_id"])

    @torch.inference_mode()
    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Unit vectors, shape (texts, size), float32."""
        result = torch.empty((len(texts), self.size))
        # Texts of one length together: less padding to compute.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            result[batch] = self._vectors([texts[i] for i in batch])
        return np.asarray(result.numpy(), dtype=np.float32)

    def _vectors(self, texts: Sequence[str]) -> Tensor:
        encoded = self.tokenizer.encode_batch(list(texts))
        tokens = torch.tensor([e.ids for e in encoded])
        padded = torch.tensor([e.attention_mask for e in encoded]) == 0
        x = self._embedded(tokens)
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
