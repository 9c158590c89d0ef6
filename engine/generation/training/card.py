"""The model card beside an adapter: what it was made of, with which command, and how it went."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version

from engine.generation.gguf_parts import GGUF_SHA256
from engine.generation.prepare import MODEL_NAME
from engine.generation.prompts import LAYOUT_VERSION
from engine.generation.training.dataset import TrainingSet
from engine.generation.training.lora import ALPHA, RANK, TARGETS
from engine.generation.training.trainer import Plan, Run

LIBRARIES = ("torch", "transformers", "peft", "safetensors", "tokenizers")


def model_card(command: str, plan: Plan, run: Run, found: TrainingSet) -> str:
    """The card as Markdown."""
    counts = {**found.counts, "held-out topics": len(found.held_out)}
    refused = dict(found.refused.most_common())
    return (
        "\n\n".join(
            [
                "# Adapter for shopdesk",
                f"A LoRA adapter for {MODEL_NAME} (base, GGUF sha256 `{GGUF_SHA256[:12]}`), prompt "
                f"layout {LAYOUT_VERSION}. It words answers, recommendations, descriptions and "
                "sums of reviews from the passages of a prompt, in English and Chinese. "
                "`shopdesk prepare` merges it. Use is under the Gemma terms (see NOTICE).",
                f"```\n{command}\n```",
                _table("Run", _figures(plan, run)),
                "![loss by step](loss.svg)",
                _table("Examples learnt from", counts),
                "Whole topics and kinds of product are held out; the adapter is the one with the "
                "lowest loss on them. Every answer passed shopdesk's own grounding; refused ones "
                "were drawn again.",
                _table("Answers that grounding refused, by source, language and reason", refused),
                *[f"Note: {note}." for note in found.notes],
                _table("Libraries", {name: version(name) for name in LIBRARIES}),
            ]
        )
        + "\n"
    )


def _figures(plan: Plan, run: Run) -> dict[str, object]:
    first = run.held_out[0][1] if run.held_out else 0.0
    return {
        "seed": plan.seed,
        "steps": plan.steps,
        "examples a step": plan.batch,
        "highest learning rate": plan.rate,
        "rank, alpha": f"{RANK}, {ALPHA}",
        "changed": ", ".join(TARGETS),
        "held-out loss before the first step": first,
        "best held-out loss": f"{run.best_loss} (step {run.best_step})",
        "tokens": run.tokens,
        "minutes": round(run.seconds / 60, 1),
    }


def _table(title: str, rows: Mapping[str, object]) -> str:
    lines = [f"| {title} | |", "|---|---|", *(f"| {k} | {v} |" for k, v in rows.items())]
    return "\n".join(lines)
