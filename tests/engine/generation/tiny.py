"""A tiny random Gemma 3 in a folder, and what transformers writes with it."""

from __future__ import annotations

import string
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import Gemma3ForCausalLM, Gemma3TextConfig

from engine.generation.gemma import Gemma, KeyValues
from engine.generation.local import BOS, LocalGenerator
from engine.generation.prompts import render
from engine.types import Passage, Prompt, Route, SourceKind

SPECIAL = ("<pad>", "<eos>", "<bos>", "<unk>", "<end_of_turn>")
NEWLINE = "\u010a"
"""A newline as byte-level tokenizers write it; a space likewise."""
SPACE = "\u0120"
LINE_END = 5
ENDS = (1, 4, LINE_END)
STEP_S = 0.01
EMBEDDING = 0.1


def asked(question: str) -> Prompt:
    """A prompt of a few lines about one question."""
    passage = Passage("entry:returns", SourceKind.ENTRY, "Returns", "Within 30 days.", "en")
    return Prompt(Route.FAQ, "en", question, (passage,))


WORDS = ("red", "in stock", "new", "made of oak", "warm", "for sale", "washable", "heavy")
QUESTIONS = tuple(f"Is number {number} {word}?" for number, word in enumerate(WORDS))


def make_tokenizer() -> Tokenizer:
    """One token a character."""
    letters = [*SPECIAL, NEWLINE, SPACE, *string.ascii_letters, *string.digits, *string.punctuation]
    tokens = {letter: number for number, letter in enumerate(letters)}
    made = Tokenizer(models.BPE(vocab=tokens, merges=[], unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(list(SPECIAL))
    return made


def make_folder(folder: Path, *, endless: bool, seed: int = 5) -> Path:
    """Write a model with sliding and full layers; an `endless` one never ends by itself."""
    torch.manual_seed(seed)
    tokenizer = make_tokenizer()
    rope: dict[str, Any] = {
        "full_attention": {"rope_type": "default", "rope_theta": 1e6},
        "sliding_attention": {"rope_type": "default", "rope_theta": 1e4},
    }
    config = Gemma3TextConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=32, intermediate_size=64,
        num_hidden_layers=4, num_attention_heads=4, num_key_value_heads=2, head_dim=16,
        query_pre_attn_scalar=16, sliding_window=24, max_position_embeddings=2048,
        layer_types=["sliding_attention", "sliding_attention", "full_attention",
                     "sliding_attention"],
        rope_parameters=rope, bos_token_id=BOS, eos_token_id=1, pad_token_id=0,
    )  # fmt: skip
    model = Gemma3ForCausalLM(config)
    with torch.no_grad():
        for weight in model.parameters():
            weight.normal_(0, 0.4)
        # Small, so that a text is not its last token again and again.
        model.model.embed_tokens.weight.mul_(EMBEDDING)
        for token in ENDS if endless else ():
            model.model.embed_tokens.weight[token] = 0
    model.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


@dataclass(frozen=True)
class Judged:
    """What transformers' own greedy search writes, and the token that ends it or -1."""

    text: str
    end: int


def judge(folder: Path, prompt: Prompt, max_tokens: int) -> Judged:
    """Ask transformers for a prompt's text."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    model = Gemma3ForCausalLM.from_pretrained(folder, dtype=torch.float32)
    ids = [BOS, *tokenizer.encode(render(prompt), add_special_tokens=False).ids]
    made = model.generate(
        torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long),
        max_new_tokens=max_tokens, do_sample=False, eos_token_id=list(ENDS),
    )  # fmt: skip
    written = [token for token in made[0, len(ids) :].tolist() if token not in ENDS]
    last = int(made[0, -1])
    return Judged(tokenizer.decode(written).lstrip(), last if last in ENDS else -1)


class SlowGemma(Gemma):
    """Takes its time for a step, as a large model does."""

    def step(
        self, tokens: torch.Tensor, rows: Sequence[int], starts: Sequence[int], cache: KeyValues
    ) -> torch.Tensor:
        time.sleep(STEP_S)
        return super().step(tokens, rows, starts, cache)


@dataclass(frozen=True)
class Tiny:
    """Two folders: one whose texts end, one whose texts go on."""

    ending: Path
    endless: Path

    def local(self, *, endless: bool = False) -> LocalGenerator:
        """A generator over one of them, in float32 as transformers computes it."""
        folder = self.endless if endless else self.ending
        kind = SlowGemma if endless else Gemma
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        return LocalGenerator("tiny", kind.load(folder, torch.float32), tokenizer)
