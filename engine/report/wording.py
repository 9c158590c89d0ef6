"""Shares and differences as people read them, in the terminal and on the page."""

from __future__ import annotations

from engine.report.intervals import Difference, Share


def percent(share: Share) -> str:
    """A share in percent; a dash where nothing was counted."""
    return f"{100 * share.share:.1f} %" if share.n else "–"


def interval(share: Share) -> str:
    """Its 95 % interval in percent."""
    return f"{100 * share.low:.1f} % to {100 * share.high:.1f} %"


def points(difference: Difference | None) -> str:
    """A difference in points with its interval, and whether chance alone allows it."""
    if difference is None:
        return "too few shoppers, or too few days, to tell"
    at, low, high = (100 * v for v in (difference.points, difference.low, difference.high))
    sure = "" if low > 0 or high < 0 else ", which chance alone allows"
    return f"{at:+.1f} points (95 %: {low:+.1f} to {high:+.1f}){sure}"
