"""The loss of a run as a picture: an SVG drawn by hand."""

from __future__ import annotations

from collections.abc import Sequence

_WIDTH, _HEIGHT, _EDGE = 720, 360, 48
_WINDOW = 15
"""Steps averaged in the training line: single batches jump."""
_LINES = 5

Point = tuple[float, float]


LEGEND = ("training loss", "loss on held-out topics", "steps")


def loss_curve(
    losses: Sequence[float], held_out: Sequence[Point], legend: tuple[str, str, str] = LEGEND
) -> str:
    """An SVG with the training loss by step and the loss on held-out topics.

    `legend`: what the two lines and the steps are called, where they are something else.
    """
    learned = _smoothed(losses)
    highest = max([y for _, y in (*learned, *held_out)], default=1.0) * 1.05 or 1.0
    steps = max(len(losses), 1)

    def place(point: Point) -> str:
        x = _EDGE + point[0] / steps * (_WIDTH - 2 * _EDGE)
        y = _HEIGHT - _EDGE - point[1] / highest * (_HEIGHT - 2 * _EDGE)
        return f"{x:.1f},{y:.1f}"

    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
            'font-family="sans-serif" font-size="12">',
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
            *_grid(highest, steps),
            _polyline("#9aa5b1", [place(p) for p in learned]),
            _polyline("#0b6e4f", [place(p) for p in held_out]),
            *_legend(legend),
            "</svg>\n",
        ]
    )


def _smoothed(losses: Sequence[float]) -> list[Point]:
    points = []
    for place in range(len(losses)):
        window = losses[max(0, place + 1 - _WINDOW) : place + 1]
        points.append((place + 1.0, sum(window) / len(window)))
    return points


def _polyline(colour: str, points: Sequence[str]) -> str:
    return f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{" ".join(points)}"/>'


def _grid(highest: float, steps: int) -> list[str]:
    lines = []
    for number in range(_LINES + 1):
        share = number / _LINES
        y = _HEIGHT - _EDGE - share * (_HEIGHT - 2 * _EDGE)
        x = _EDGE + share * (_WIDTH - 2 * _EDGE)
        lines += [
            f'<line x1="{_EDGE}" x2="{_WIDTH - _EDGE}" y1="{y:.1f}" y2="{y:.1f}" '
            'stroke="#e4e7eb"/>',
            f'<text x="{_EDGE - 6}" y="{y + 4:.1f}" text-anchor="end">{share * highest:.2f}</text>',
            f'<text x="{x:.1f}" y="{_HEIGHT - _EDGE + 18}" text-anchor="middle">'
            f"{round(share * steps)}</text>",
        ]
    return lines


def _legend(legend: tuple[str, str, str]) -> list[str]:
    first, second, below = legend
    return [
        f'<text x="{_WIDTH - _EDGE}" y="20" text-anchor="end" fill="#6b7785">{first}</text>',
        f'<text x="{_WIDTH - _EDGE}" y="36" text-anchor="end" fill="#0b6e4f">{second}</text>',
        f'<text x="{_WIDTH / 2}" y="{_HEIGHT - 8}" text-anchor="middle">{below}</text>',
    ]
