"""Pictures of an evaluation: the reliability diagram and the risk-coverage curve, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.evaluation.measures import (
    Bin,
    Prediction,
    expected_calibration_error,
    reliability,
    risk_coverage,
)

_SIZE, _EDGE = 420, 56
_TICKS = 5


def draw(predictions: Sequence[Prediction], folder: Path) -> None:
    """Write reliability.svg and risk_coverage.svg; nothing where no label is known."""
    known = [p for p in predictions if p.label]
    if not known:
        return
    folder.mkdir(parents=True, exist_ok=True)
    confidence = np.array([p.confidence for p in known])
    right = np.array([p.first == p.label for p in known])
    bars = reliability(confidence, right)
    (folder / "reliability.svg").write_text(reliability_diagram(bars), "utf-8")
    curve = risk_coverage(confidence, right)
    (folder / "risk_coverage.svg").write_text(risk_coverage_curve(curve), "utf-8")


def reliability_diagram(bars: Sequence[Bin]) -> str:
    """Share right against confidence; on the dashed line a confidence means what it says."""
    shapes = [_line((0, 0), (1, 1), "#9aa5b1", dashed=True)]
    for bar in bars:
        x, y = _place(bar.confidence, bar.right)
        shapes.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{4 + bar.count**0.5 / 4:.1f}" '
                      f'fill="#0b6e4f" fill-opacity="0.7"><title>{bar.count} queries</title>'
                      "</circle>")  # fmt: skip
    title = f"expected calibration error {expected_calibration_error(bars):.3f}"
    return _picture(shapes, title, "confidence", "share right")


def risk_coverage_curve(curve: Sequence[tuple[float, float]]) -> str:
    """Share wrong among the answers given, as ever less sure ones are given."""
    points = " ".join("{:.1f},{:.1f}".format(*_place(x, y)) for x, y in curve)
    shape = f'<polyline fill="none" stroke="#0b6e4f" stroke-width="2" points="{points}"/>'
    return _picture([shape], "risk and coverage", "share answered", "share wrong")


def _picture(shapes: Sequence[str], title: str, across: str, up: str) -> str:
    middle = _SIZE / 2
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE}" '
            'font-family="sans-serif" font-size="12">',
            f'<rect width="{_SIZE}" height="{_SIZE}" fill="white"/>',
            *_grid(),
            *shapes,
            f'<text x="{middle}" y="24" text-anchor="middle" font-size="14">{title}</text>',
            f'<text x="{middle}" y="{_SIZE - 14}" text-anchor="middle">{across}</text>',
            f'<text x="16" y="{middle}" text-anchor="middle" '
            f'transform="rotate(-90 16 {middle})">{up}</text>',
            "</svg>\n",
        ]
    )


def _grid() -> list[str]:
    shapes = []
    for number in range(_TICKS + 1):
        share = number / _TICKS
        x, y = _place(share, share)
        shapes += [
            _line((share, 0), (share, 1), "#e4e7eb"),
            _line((0, share), (1, share), "#e4e7eb"),
            f'<text x="{x:.1f}" y="{_SIZE - _EDGE + 16}" text-anchor="middle">{share:.1f}</text>',
            f'<text x="{_EDGE - 6}" y="{y + 4:.1f}" text-anchor="end">{share:.1f}</text>',
        ]
    return shapes


def _line(
    start: tuple[float, float], end: tuple[float, float], colour: str, *, dashed: bool = False
) -> str:
    (x1, y1), (x2, y2) = _place(*start), _place(*end)
    dashes = ' stroke-dasharray="4 4"' if dashed else ""
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke="{colour}"{dashes}/>')  # fmt: skip


def _place(x: float, y: float) -> tuple[float, float]:
    inner = _SIZE - 2 * _EDGE
    return _EDGE + x * inner, _SIZE - _EDGE - y * inner
