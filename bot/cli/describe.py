"""`shopdesk describe PRODUCT`: a drafted description, each sentence with what it rests on."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from bot.cli.common import load_settings, print_json
from engine.errors import KnowledgeError
from engine.progress import shown_steps
from engine.types import Product, Review
from knowledge_base.problems import Problems
from knowledge_base.shop_file import read_shop
from knowledge_base.store import ensure_shop
from knowledge_base.tables import read_products, read_reviews


def run_command(arguments: argparse.Namespace) -> int:
    """Draft with the generator of the settings; what no source carries is told as struck."""
    from engine.describing.draft import draft_description
    from engine.describing.points import review_points
    from engine.generation.generator import build_generator

    settings = load_settings(arguments)
    product, reviews = _known(ensure_shop(settings.home, settings.kb), arguments.product)
    generator = build_generator(settings)
    began = time.monotonic()
    try:
        with shown_steps("drafting"):
            draft = draft_description(
                product, reviews, arguments.language, arguments.tone, arguments.length, generator
            )
    finally:
        generator.close()
    seconds = round(time.monotonic() - began, 1)
    points = review_points(reviews, arguments.language)
    if arguments.json:
        print_json({"product": product.id, "language": arguments.language,
                    "sentences": draft.sentences, "points": points, "model": generator.name,
                    "seconds": seconds})  # fmt: skip
        return 0
    for one in draft.sentences:
        print(f"{'  ' if one.supported else '✗ '}{one.text}")
        print(f"    {', '.join(one.sources)}{'' if one.supported else f' ({one.reason})'}")
    for point in points:
        print(point.text)
    return 0


def _known(folder: Path, name: str) -> tuple[Product, tuple[Review, ...]]:
    """A product and its reviews; rows of others that cannot be read are no hindrance."""
    problems = Problems()
    shop = read_shop(folder / "shop.yaml", problems)
    if shop is None:
        problems.raise_if_any()
        raise AssertionError("read_shop gave neither a shop nor a problem")
    path = folder / "catalogue.csv"
    products = read_products(path, shop, Problems()) if path.is_file() else ()
    product = next((one for one in products if one.id == name), None)
    if product is None:
        raise KnowledgeError("there is no such product", where=name,
                             mend="name one by its id in catalogue.csv.")  # fmt: skip
    path = folder / "reviews.csv"
    reviews = read_reviews(path, frozenset({name}), Problems()) if path.is_file() else ()
    return product, reviews
