"""Tables of events as columns, out of CSV or parquet; what is wrong is named by line."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from engine.errors import ShopdeskError
from engine.evaluation.tables import bad_line, utf8_text
from engine.event_rows import EARLIEST, written_time
from knowledge_base.tables import MISCOUNTED

if TYPE_CHECKING:
    import pyarrow as pa

Floats = npt.NDArray[np.float64]
NEEDED = ("user", "item", "time")
COLUMNS = (*NEEDED, "event", "basket", "title")
PARQUET, PARQUET_MAGIC = (".parquet", ".pq"), b"PAR1"
LATEST_S = 4_102_444_800.0
"""The year 2100: what lies after it was not counted in seconds."""
MEND = f"name the columns {','.join(NEEDED)} (and event, basket, title, if there are)."


@dataclass(frozen=True, slots=True)
class EventColumns:
    """Columns of equal length, `lines` telling where each row stands; "" is a blank cell.

    Times are `seconds` since 1970, NaN where the cell is blank.
    """

    path: Path
    lines: Sequence[int]
    texts: Mapping[str, Sequence[str]]
    seconds: Floats

    def filled(self, name: str) -> Sequence[str]:
        """A column without blanks. Raises ShopdeskError naming the first."""
        column = self.texts[name]
        if "" in column:
            raise self.error(column.index(""), f"no {name}", "fill it in, or leave out the row.")
        return column

    def times(self) -> Floats:
        """Seconds since 1970, none of them missing. Raises ShopdeskError naming the first."""
        wrong = ~((self.seconds >= EARLIEST.timestamp()) & (self.seconds < LATEST_S))
        if wrong.any():
            row = int(wrong.argmax())
            found = self.seconds[row]
            what = "no time" if np.isnan(found) else f"time: {found:.15g} s after 1970 is no year "
            if not np.isnan(found):
                what += f"from {EARLIEST.year} to 2099"
            raise self.error(row, what, "write times as ISO 8601, or as seconds since 1970.")
        return self.seconds

    def error(self, row: int, what: str, mend: str) -> ShopdeskError:
        """What is wrong with a row, counted from 0."""
        return bad_line(self.path, self.lines[row], what, mend)


def read_columns(path: Path) -> EventColumns:
    """Read COLUMNS of a file; others are passed over. Raises ShopdeskError."""
    with path.open("rb") as file:
        begins = file.read(len(PARQUET_MAGIC))
    if path.suffix in PARQUET or begins == PARQUET_MAGIC:
        return _parquet(path)
    return _csv(path)


def _chosen(path: Path, names: Sequence[str]) -> dict[str, int]:
    """The place of each of our columns among the names of a file."""
    plain = [name.strip().casefold() for name in names]
    for needed in NEEDED:
        if needed not in plain:
            near = get_close_matches(needed, plain, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"found: {', '.join(names) or 'none'}"
            raise bad_line(path, 1, f"no column {needed!r}; {hint}", MEND)
    return {name: plain.index(name) for name in COLUMNS if name in plain}


def _csv(path: Path) -> EventColumns:
    text = utf8_text(path)
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    lines: list[int] = []
    line = 1
    try:
        names = next(reader, [])
        columns: list[tuple[str, int, list[str]]]
        columns = [(name, place, []) for name, place in _chosen(path, names).items()]
        line = reader.line_num + 1
        for row in reader:
            if any(row):
                if len(row) != len(names):
                    raise bad_line(path, line, MISCOUNTED, "mend or delete the line.")
                lines.append(line)
                for _, place, cells in columns:
                    cells.append(row[place].strip())
            line = reader.line_num + 1
    except csv.Error as error:
        raise bad_line(path, line, str(error), "mend or delete the line.") from None
    texts = {name: cells for name, _, cells in columns}
    return EventColumns(path, lines, texts, _seconds(path, lines, texts.pop("time")))


def _seconds(path: Path, lines: Sequence[int], texts: Sequence[str]) -> Floats:
    known: dict[str, float] = {}
    for line, text in zip(lines, texts, strict=True):
        if text not in known:
            try:
                known[text] = _second(text)
            except ValueError as error:
                raise bad_line(path, line, str(error), "or write seconds since 1970.") from None
    return np.array([known[text] for text in texts])


def _second(text: str) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return written_time(text).timestamp()


def _parquet(path: Path) -> EventColumns:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise ShopdeskError(
            "parquet files are read by pyarrow, which is not installed",
            where=str(path), mend="pip install 'shopdesk[parquet]', or save the table as CSV.",
        ) from None  # fmt: skip
    try:
        with parquet.ParquetFile(path) as file:
            names = file.schema_arrow.names
            places = _chosen(path, names)
            table = file.read([names[place] for place in places.values()])
        columns = {name: table.column(names[place]) for name, place in places.items()}
        lines = range(1, table.num_rows + 1)
        time = columns.pop("time")
        seconds = _counted_seconds(time)
        if seconds is None:
            seconds = _seconds(path, lines, _texts(time))
        texts = {name: _texts(column) for name, column in columns.items()}
    except (pa.ArrowException, OSError) as error:
        raise ShopdeskError(
            f"the parquet file cannot be read: {str(error).partition(chr(10))[0]}",
            where=str(path),
            mend="write it anew, texts as strings and times as timestamps.",
        ) from None
    return EventColumns(path, lines, texts, seconds)


def _texts(column: pa.ChunkedArray) -> list[str]:
    """Cells as text; numbers that are whole without a point, as other files write them."""
    import pyarrow as pa

    if pa.types.is_floating(column.type):
        numbers = np.asarray(column.to_numpy(), dtype=np.float64).tolist()
        return [str(int(n)) if n.is_integer() else "" if n != n else repr(n) for n in numbers]
    return [(cell or "").strip() for cell in column.cast(pa.string()).to_pylist()]


def _counted_seconds(column: pa.ChunkedArray) -> Floats | None:
    """Timestamps, dates and numbers as seconds since 1970, NaN for blanks; None for texts."""
    import pyarrow as pa

    is_time = pa.types.is_timestamp(column.type) or pa.types.is_date(column.type)
    if is_time:
        column = column.cast(pa.timestamp("us"), safe=False).cast(pa.int64())
    elif not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        return None
    numbers = np.asarray(column.cast(pa.float64(), safe=False).to_numpy(), dtype=np.float64)
    return numbers / 1e6 if is_time else numbers
