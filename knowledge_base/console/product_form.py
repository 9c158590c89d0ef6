"""A product as a form: what an operator typed, as a checked product or with what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from starlette.datastructures import FormData

from engine.types import Money, Product, Shop, Variant
from knowledge_base.console.entry_form import Fault
from knowledge_base.importers.product_text import read_back
from knowledge_base.importers.writing import product_rows
from knowledge_base.schema import ID_RULE, IDENTIFIER
from knowledge_base.tables import amount_of, whole_of

LANGUAGES = ("en", "zh")
"""Those a catalogue has columns for."""
MAX_VARIANTS = 400
VARIANT_FIELDS = ("sku", "colour", "size", "price", "stock")
OWN_PAGES = ("new", "variant", "row", "draft")


@dataclass(frozen=True, slots=True)
class VariantForm:
    """One line of the table of variants, as typed."""

    sku: str = ""
    colour: str = ""
    size: str = ""
    price: str = ""
    stock: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing stands in it."""
        return not any(getattr(self, name).strip() for name in VARIANT_FIELDS)


@dataclass(frozen=True, slots=True)
class ProductForm:
    """All fields as typed. Texts are keyed by language; attributes are lines "name: value"."""

    id: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    brand: str = ""
    category: str = ""
    url: str = ""
    tags: str = ""
    image: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    variants: tuple[VariantForm, ...] = ()


def form_of_product(product: Product) -> ProductForm:
    """The form a product is edited in."""
    return ProductForm(
        product.id, product.names, product.brand, product.category, product.url,
        ", ".join(product.tags), product.image,
        {code: "\n".join(f"{name}: {value}".strip() for name, value in pairs.items())
         for code, pairs in product.attributes.items()},
        product.descriptions,
        tuple(VariantForm(one.sku, one.colour, one.size, str(one.price.amount), str(one.stock))
              for one in product.variants),
    )  # fmt: skip


def replaced_description(form: ProductForm, language: str, text: str) -> ProductForm:
    """The form with another description in one language."""
    return replace(form, descriptions={**form.descriptions, language: text})


def typed_product(data: FormData) -> ProductForm:
    """What came from a browser. A variant that was emptied or ticked as gone is left out."""

    def text(name: str) -> str:
        value = data.get(name, "")
        return "\n".join(value.splitlines()).strip() if isinstance(value, str) else ""

    def by_language(name: str) -> dict[str, str]:
        return {code: text(f"{name}:{code}") for code in LANGUAGES}

    gone = {str(value) for value in data.getlist("gone")}
    columns = [[str(value).strip() for value in data.getlist(name)] for name in VARIANT_FIELDS]
    variants = (VariantForm(*cells) for cells in list(zip(*columns, strict=False))[:MAX_VARIANTS])
    return ProductForm(
        text("id"), by_language("name"), text("brand"), text("category"), text("url"),
        text("tags"), text("image"), by_language("attributes"), by_language("description"),
        tuple(one for one in variants if not one.empty and one.sku not in gone),
    )  # fmt: skip


def checked_product(
    form: ProductForm, shop: Shop, owners: Mapping[str, str]
) -> tuple[Product | None, list[Fault]]:
    """The product a form says, or its faults. `owners`: whose each article number is."""
    faults = [*_text_faults(form, shop), *_variant_faults(form, owners)]
    if faults:
        return None, faults
    product = _product(form, shop)
    rows = product_rows(product)
    try:
        same = read_back(rows, shop) == product
    except ValueError as error:
        return None, [Fault("", str(error))]
    if not same:
        return None, [Fault("", "Some text cannot be kept as it is written: leave out ';'.")]
    return product, []


def _text_faults(form: ProductForm, shop: Shop) -> Iterator[Fault]:
    if not IDENTIFIER.match(form.id):
        yield Fault("id", ID_RULE)
    elif form.id in OWN_PAGES:
        yield Fault("id", "Choose another short name; this one is a page.")
    if not any(form.names.values()):
        yield Fault("name:en", "Write the name in at least one language.")
    if form.category not in shop.categories:
        yield Fault("category", "Choose one of the shop's categories.")
    if form.url and not form.url.startswith(("https://", "http://")):
        yield Fault("url", "A link begins with https://.")
    if form.image.startswith("/") or ".." in form.image:
        yield Fault("image", "Write the picture's name in the shop's folder: images/lamp.png, say.")
    for code, text in form.attributes.items():
        names = [name for name, _ in _pairs(text)]
        if any(";" in line or "；" in line for line in text.splitlines()):
            yield Fault(f"attributes:{code}", "An attribute has no ';': write one a line.")
        elif not all(names):
            yield Fault(f"attributes:{code}", "Write each attribute as name: value.")
        elif len(set(names)) < len(names):
            yield Fault(f"attributes:{code}", "An attribute stands there twice.")


def _variant_faults(form: ProductForm, owners: Mapping[str, str]) -> Iterator[Fault]:
    if not form.variants:
        yield Fault("variants", "A product has at least one variant: its article number, price "
                    "and stock.")  # fmt: skip
    seen: set[str] = set()
    for one in form.variants:
        if not IDENTIFIER.match(one.sku):
            yield Fault("variants", ID_RULE)
        elif one.sku in seen or owners.get(one.sku, form.id) != form.id:
            yield Fault("variants", "An article number is that of another variant.")
        if amount_of(one.price) is None:
            yield Fault("variants", "A price is an amount such as 49.00.")
        if not one.stock.isascii() or whole_of(one.stock) is None:
            yield Fault("variants", "A stock is a whole number of 0 or more.")
        seen.add(one.sku)


def _product(form: ProductForm, shop: Shop) -> Product:
    return Product(
        form.id,
        {code: _line(text) for code, text in form.names.items() if text},
        _line(form.brand), form.category,
        tuple(Variant(one.sku, _line(one.colour), _line(one.size),
                      Money(amount_of(one.price) or Decimal(0), shop.currency), int(one.stock))
              for one in form.variants),
        {code: dict(_pairs(text)) for code, text in form.attributes.items() if text},
        {code: text for code, text in form.descriptions.items() if text},
        form.url,
        tuple(dict.fromkeys(tag for part in form.tags.replace("，", ",").replace("；", ",")
                            .replace(";", ",").split(",") if (tag := _line(part)))),
        form.image,
    )  # fmt: skip


def _pairs(text: str) -> Sequence[tuple[str, str]]:
    """The names and values of lines "name: value"."""
    split = (line.replace("：", ":").partition(":") for line in text.splitlines() if line.strip())
    return [(_line(name), _line(value)) for name, _, value in split]


def _line(text: str) -> str:
    return " ".join(text.split())
