"""A training as a picture."""

from __future__ import annotations

from pathlib import Path

from engine.curve import loss_curve
from engine.recommend.live import FOLDER
from engine.recommend.refit import Refit

CURVE = "curve.svg"
LEGEND = ("loss, of the first epoch's", "NDCG@10 on later days, of the best", "epochs")


def draw_curve(home: Path, found: Refit) -> None:
    """Draw the loss and the validation figure by epoch, beside the recommenders."""
    if not found.losses:
        return
    first, best = found.losses[0], max(found.looks, default=0.0) or 1.0
    every = max(len(found.losses) // max(len(found.looks), 1), 1)
    looks = [((place + 1.0) * every, look / best) for place, look in enumerate(found.looks)]
    picture = loss_curve([loss / first for loss in found.losses], looks, LEGEND)
    (found.folder or home / FOLDER).joinpath(CURVE).write_text(picture, "utf-8")
