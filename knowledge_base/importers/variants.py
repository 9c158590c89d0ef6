"""Options of a variant in our two columns: colour, and size or whatever else tells it apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from knowledge_base.importers.values import Row

COLOURS = ("color", "colour", "颜色", "色")
SIZES = ("size", "尺码", "尺寸", "大小")
JOINT = " / "
Options = Mapping[str, str]


def put_options(rows: Sequence[Row], options: Sequence[Options]) -> None:
    """Write colour and size into the rows of one product's variants, from their options.

    A size stands alone, so that it can be asked for; the other options come after it only where
    two variants would otherwise look alike.
    """
    plain = [_cells(one) for one in options]
    alike = Counter(plain)
    for row, one, cells in zip(rows, options, plain, strict=True):
        row["colour"], row["size"] = cells if alike[cells] == 1 else _cells(one, whole=True)


def _cells(options: Options, *, whole: bool = False) -> tuple[str, str]:
    colour = _first(options, COLOURS)
    size = _first(options, SIZES)
    rest = [value for name, value in options.items() if not _is(name, COLOURS + SIZES) and value]
    if size and not whole:
        return colour, size
    return colour, JOINT.join(filter(None, (size, *rest)))


def _first(options: Options, names: tuple[str, ...]) -> str:
    return next((value for name, value in options.items() if _is(name, names)), "")


def _is(name: str, names: tuple[str, ...]) -> bool:
    return name.strip().casefold() in names
