"""Writes the weights goods are ranked by. A command of its own:

    python -m tests.engine.retrieval.make_goods_weights [--check]

learns them on the 2,465 products of Retail Demo Store (SHOPDESK_DATA) with our own queries, and
prints five-fold figures by product: each query is ranked by weights that never saw its product.
With --check nothing is written. `write_catalogue` makes the CSV that `shopdesk eval search` takes.
"""

from __future__ import annotations

import csv
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml
from scipy.optimize import minimize

from engine.build import load_encoders
from engine.evaluation.search import catalogue_shop, read_products, read_searches
from engine.retrieval.embedding import embed
from engine.retrieval.encoders import RERANK, Encoders
from engine.retrieval.features import ENTRY_FEATURES, EntryFeatures, Matrix, goods_features
from engine.retrieval.products import WEIGHTS_FILE, product_rows
from engine.retrieval.text import is_chinese
from engine.routing.constraints import ConstraintReader, without_demands
from engine.settings import Settings

DATA = Path("../shared/data")
QUERIES = Path(__file__).parent.parent.parent / "data" / "goods_queries.csv"
FOLDS, PENALTY, SUM = 5, 1e-5, 2.6
"""Of the squared weights; what the weights of an encoder add up to."""
Weights = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Search:
    """One query: features of the products that meet its demands, and which of them is meant."""

    key: str
    matrix: Matrix
    meant: int
    product: str


def write_catalogue(source: Path, target: Path) -> Path:
    """Retail Demo Store's products.yaml as a CSV of products."""
    products = yaml.load(source.read_text("utf-8"), yaml.CSafeLoader)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["sku", "name", "category", "tags", "description", "price", "stock"])
        for p in products:
            writer.writerow([p["id"][:8], p["name"], p["category"], p["style"],
                             p["description"], p["price"], p["current_stock"]])  # fmt: skip
    return target


def searches(catalogue: Path, encoders: Encoders) -> list[Search]:
    """Every query whose product its demands allow."""
    products = read_products(catalogue)
    by_id = {product.id: product for product in products}
    shop = catalogue_shop(products)
    rows = product_rows(products, shop)
    found = goods_features(rows, {key: embed(rows, key, encoders, {}) for key in encoders.keys})
    reader = ConstraintReader(shop.currency, {})
    made = []
    for query in read_searches(QUERIES):
        key = "other" if is_chinese(query.text) else "en"
        demands = reader.read(query.text)
        wished = without_demands(query.text, demands)
        matrix = _matrix(found[key], encoders, key, wished)
        sources = found[key].sources
        allowed = [i for i, s in enumerate(sources) if demands.variant_of(by_id[s]) is not None]
        if sources.index(query.label) in allowed:
            meant = allowed.index(sources.index(query.label))
            made.append(Search(key, matrix[allowed], meant, query.label))
    return made


def _matrix(features: EntryFeatures, encoders: Encoders, key: str, text: str) -> Matrix:
    vector, second = (encoders.questions(name, [text]) for name in (key, RERANK))
    return features.matrix(features.query(text, vector, second))


def fit(found: Sequence[Search], columns: int) -> list[float]:
    """No weight below 0: softmax regression of the product meant among all, scaled to SUM."""

    def loss(weights: Weights) -> tuple[float, Weights]:
        value, slope = PENALTY * float(weights @ weights), 2 * PENALTY * weights
        for search in found:
            rows = search.matrix[:, :columns].astype(np.float64)
            scores = rows @ weights
            odds = np.exp(scores - scores.max())
            odds /= odds.sum()
            value -= float(np.log(odds[search.meant])) / len(found)
            slope = slope + (odds @ rows - rows[search.meant]) / len(found)
        return value, slope

    start = np.full(columns, 0.1)
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * columns)
    return [round(float(w), 3) for w in best.x / best.x.sum() * SUM]


def place(search: Search, weights: Sequence[float]) -> int:
    """The place of the product meant, from 1."""
    scores = search.matrix[:, : len(weights)] @ np.asarray(weights, dtype=np.float32)
    return 1 + int((scores > scores[search.meant]).sum())


def check(found: Sequence[Search], columns: int, missed: int) -> None:
    """Print five-fold figures of one encoder; `missed` queries rule their product out."""
    products = sorted({search.product for search in found})
    places = []
    for fold in range(FOLDS):
        own = set(products[fold::FOLDS])
        weights = fit([s for s in found if s.product not in own], columns)
        places += [place(s, weights) for s in found if s.product in own]
    whole = len(places) + missed
    print(found[0].key, columns, "P@1", round(sum(p == 1 for p in places) / whole, 3),
          "recall@10", round(sum(p <= 10 for p in places) / whole, 3), "n", whole)  # fmt: skip


def main(arguments: Sequence[str]) -> None:
    """Learn and write, or check."""
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(os.environ.get("SHOPDESK_DATA", DATA)) / "retail_demo_store" / "products.yaml"
        catalogue = write_catalogue(source, Path(scratch) / "products.csv")
        found = searches(catalogue, load_encoders(Settings.load()))
    asked = [is_chinese(query.text) for query in read_searches(QUERIES)]
    first, both = len(ENTRY_FEATURES), found[0].matrix.shape[1]
    learned: dict[str, dict[str, list[float]]] = {"first": {}, "second": {}}
    for key in ("en", "other"):
        own = [search for search in found if search.key == key]
        for look, columns in (("first", first), ("second", both)):
            learned[look][key] = fit(own, columns)
            check(own, columns, asked.count(key == "other") - len(own))
    if "--check" not in arguments:
        WEIGHTS_FILE.write_text(json.dumps(learned, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
