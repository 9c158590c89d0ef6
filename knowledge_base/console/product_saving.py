"""Saves one product: its rows of the catalogue, and nothing else, in one atomic change."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from engine.types import Product
from knowledge_base.console.house import House
from knowledge_base.console.shop_files import Catalogue
from knowledge_base.history import UNTOLD
from knowledge_base.importers.catalogue_text import FILE, Spliced, with_product
from knowledge_base.importers.product_text import product_version
from knowledge_base.importers.writing import SHARED_COLUMNS, VARIANT_COLUMNS, product_rows
from knowledge_base.past_texts import digest
from knowledge_base.tables import PRODUCT_COLUMNS
from knowledge_base.working_copy import ChangedMeanwhileError

TRIES = 5
"""Changes of the catalogue by other processes that may come in between."""
ONE_AT_A_TIME = threading.Lock()
Change = Callable[[Product | None], Product | None]
"""What becomes of a product as it is now; None: there is none."""


def told(product: Product) -> str:
    """A product as lines to read: its columns, then its variants."""
    rows = product_rows(product)
    shared = [f"{name}: {rows[0][name]}" for name in SHARED_COLUMNS if rows[0][name]]
    variants = [", ".join(row[name] for name in VARIANT_COLUMNS[1:] if row[name]) for row in rows]
    return "\n".join((*shared, *variants))


@dataclass(frozen=True, slots=True)
class ProductSaving:
    """Saves products of a house under somebody's name."""

    house: House
    by: str

    def save(self, product: Product, *, version: str, why: str) -> bool:
        """Put a product in place of the one whose version an editor began with.

        False where nothing differs. Raises ChangedMeanwhileError where it is another by now;
        products beside it may be saved meanwhile. KnowledgeError for a broken catalogue.
        """
        return self._change(product.id, self._over(product.id, version, product), why)

    def delete(self, name: str, *, version: str, why: str) -> bool:
        """Take a product out. Raises as `save` does."""
        return self._change(name, self._over(name, version, None), why)

    def restock(self, name: str, stocks: dict[str, int], *, why: str) -> bool:
        """Set the stock of a product's variants, whatever else was changed meanwhile."""

        def restocked(now: Product | None) -> Product | None:
            if now is None:
                return None
            variants = (replace(one, stock=stocks.get(one.sku, one.stock)) for one in now.variants)
            return replace(now, variants=tuple(variants))

        return self._change(name, restocked, why)

    def _over(self, name: str, version: str, product: Product | None) -> Change:
        def over(now: Product | None) -> Product | None:
            if product_version(now) == version:
                return product
            raise ChangedMeanwhileError(FILE, self._who(name), told(now) if now else "")

        return over

    def _who(self, name: str) -> str:
        """Who changed a product last, here; else who changed the catalogue."""
        query = "select who from audit where detail = ? and what like 'product %' order by id desc"
        if found := self.house.store.rows(f"{query} limit 1", name):
            return str(found[0][0])
        changes = deque(self.house.working_copy.history.changes(FILE), maxlen=1)
        return changes[0].by if changes else UNTOLD

    def _change(self, name: str, new: Change, why: str) -> bool:
        with ONE_AT_A_TIME:
            return self._try(name, new, why)

    def _try(self, name: str, new: Change, why: str) -> bool:
        for left in reversed(range(TRIES)):
            catalogue, data = self._present()
            product = new(catalogue.by_id.get(name))
            if product == catalogue.by_id.get(name):
                return False
            spliced = self._spliced(name, product, catalogue, data)
            expected = {FILE: digest(data) if data else ""}
            try:
                self.house.working_copy.apply(
                    {FILE: spliced.text}, by=self.by, why=why, expected=expected
                )
            except ChangedMeanwhileError:
                if not left:
                    raise
                continue
            self._take_over(catalogue, spliced, name, product)
            return True
        raise AssertionError("the last try returns or raises")

    def _present(self) -> tuple[Catalogue, bytes]:
        """The catalogue and the very text it was read from, as far as nobody writes just now."""
        path, data = self.house.folder / FILE, None
        while True:
            catalogue = self.house.files.catalogue()
            again = path.read_bytes() if path.is_file() else b""
            if again == data:
                return catalogue, again
            data = again

    def _spliced(
        self, name: str, product: Product | None, catalogue: Catalogue, data: bytes
    ) -> Spliced:
        rows = product_rows(product) if product else []
        broken = frozenset(problem.line for problem in catalogue.problems)
        text = data.decode("utf-8") or ",".join(PRODUCT_COLUMNS) + "\n"
        return with_product(text, name, rows, broken)

    def _take_over(
        self, before: Catalogue, spliced: Spliced, name: str, product: Product | None
    ) -> None:
        problems = tuple(replace(one, line=spliced.line(one.line)) for one in before.problems)
        after = replace(before.with_product(name, product), problems=problems)
        self.house.files.take_over(before, spliced.text.encode(), after)
