"""`python -m tests.engine.retrieval.make_shipped_vectors`: after the routes' examples changed."""

from __future__ import annotations

from engine.retrieval.embedding import embed
from engine.retrieval.encoders import Encoders
from engine.retrieval.rows import route_rows
from engine.retrieval.shipped_vectors import ship


def main() -> None:
    """Encode the examples by every encoder that ships."""
    encoders = Encoders.load()
    rows = {row.text: row for row in route_rows()}
    for key, name in encoders.names.items():
        read = [row for row in rows.values() if encoders.reads(key, row.text)]
        ship(name, [row.text for row in read], embed(read, key, encoders, {}))


if __name__ == "__main__":
    main()
