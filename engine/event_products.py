"""What events may call the products of a shop by, read again when its catalogue changes."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

from engine.errors import KnowledgeError
from engine.types import Product
from knowledge_base.problems import Problems
from knowledge_base.shop_file import read_shop
from knowledge_base.tables import read_products


def product_names(products: Iterable[Product]) -> dict[str, str]:
    """The product of each product's id and each variant's sku; an id goes before a sku."""
    listed = tuple(products)
    names = {variant.sku: product.id for product in listed for variant in product.variants}
    return {**names, **{product.id: product.id for product in listed}}


class EventProducts:
    """The products of a shop's folder by what events call them; may be used by many threads."""

    def __init__(self, folder: Path) -> None:
        """Nothing is read yet."""
        self._files = (folder / "shop.yaml", folder / "catalogue.csv")
        self._state: object = None
        self._names: Mapping[str, str] = {}
        self._lock = threading.Lock()

    def names(self) -> Mapping[str, str]:
        """The product of each id and sku as the files are now; of those that broke, as they were.

        Raises KnowledgeError where they are broken at first, OSError where they are gone.
        """
        with self._lock:
            stats = tuple(path.stat() for path in self._files)
            state = tuple((stat.st_mtime_ns, stat.st_size, stat.st_ino) for stat in stats)
            if state != self._state:
                try:
                    self._names = self._read()
                except KnowledgeError:
                    if self._state is None:
                        raise
                self._state = state
            return self._names

    def _read(self) -> Mapping[str, str]:
        problems = Problems()
        shop = read_shop(self._files[0], problems)
        products = read_products(self._files[1], shop, problems) if shop is not None else ()
        problems.raise_if_any()
        return product_names(products)
