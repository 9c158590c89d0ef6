"""A shop of many entries for benchmarks: every thing it sells with every topic, in our words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product
from pathlib import Path

from engine.types import Entry
from knowledge_base.schema import format_entry
from knowledge_base.store import EMPTY_SHOP, copy_shop

MATERIALS = ("oak", "steel", "linen", "wool", "glass", "cork", "ceramic", "bamboo", "brass", "felt")
THINGS = (
    "desk lamp", "floor lamp", "bookshelf", "coffee table", "tea pot", "frying pan", "blanket",
    "curtain", "backpack", "notebook", "fountain pen", "watering can", "picture frame",
    "wall clock", "door mat", "cushion", "bread bin", "candle holder", "coat rack",
    "laundry basket",
)  # fmt: skip
TOPICS = (
    ("clean", "cleaning", "Wipe it with a damp cloth and dry it at once."),
    ("assemble", "assembly", "Lay out all parts, then follow the leaflet from step one."),
    ("repair", "repair", "Send us a photo and we tell you which spare part you need."),
    ("store over winter", "winter storage", "Keep it dry, wrapped, and out of direct sunlight."),
    ("recycle", "recycling", "Take it to your town's collection point; the parts come apart."),
    ("measure", "measuring", "Measure the widest point and add two centimetres."),
    ("polish", "polishing", "Use a soft cloth and a little oil, twice a year."),
    ("insure", "insurance", "It is insured until it is handed to you."),
    ("engrave", "engraving", "Up to twelve letters, four working days more."),
    ("hang up", "hanging", "Use two screws and the plugs that are in the box."),
    ("rent", "renting", "A week is the shortest time, a month the longest."),
    ("exchange", "exchange", "Write to us within thirty days and we send another."),
    ("pack as a present", "gift wrapping", "Choose the wrapping in the basket."),
    ("paint", "painting", "Sand it first, then two thin coats of water-based paint."),
    ("carry upstairs", "delivery upstairs", "Book two people when you order."),
    ("waterproof", "waterproofing", "A coat of wax keeps water out for a season."),
    ("date", "its age", "The year stands under the base."),
    ("register", "registration", "Enter the number of its label on the page of your account."),
    ("try at home", "trial at home", "You have fourteen days to decide."),
    ("buy in bulk", "bulk orders", "From ten pieces on we make you an offer."),
    ("match in colour", "colour matching", "Order the free sample card first."),
    ("child-proof", "child safety", "Fix it to the wall and cap the corners."),
    ("use outdoors", "outdoor use", "Under a roof yes, in the rain no."),
    ("connect", "connection", "Plug it in and wait for the green light."),
    ("silence", "noise", "Felt pads under the feet keep it quiet."),
    ("lengthen", "extension", "The extension set adds forty centimetres."),
    ("lock", "locking", "The key hangs inside the left door."),
    ("disinfect", "hygiene", "Alcohol of seventy per cent does no harm."),
    ("dry", "drying", "In the air, never on a heater."),
    ("iron", "ironing", "On the reverse, with little heat."),
    ("refill", "refills", "The refill fits without tools."),
    ("sharpen", "sharpening", "A whetstone of grain one thousand is enough."),
    ("label", "labels", "Print them from your account."),
    ("stack", "stacking", "No more than six on top of each other."),
    ("fold", "folding", "Press both buttons and push down."),
    ("ship abroad", "shipping abroad", "To all of Europe, in five to nine days."),
    ("pre-order", "pre-orders", "We charge you when it leaves our warehouse."),
    ("return unused", "returns", "Thirty days, unused, in its box."),
    ("upgrade", "upgrades", "The new part fits all models since 2020."),
    ("test", "testing", "Each one is tested before it is packed."),
    ("oil", "oiling", "Linseed oil, thinly, once a year."),
    ("heat", "heat", "It stands eighty degrees and no more."),
    ("freeze", "frost", "Bring it indoors below zero."),
    ("vacuum", "dust", "With the brush, on the lowest step."),
    ("choose a size of", "sizes", "See the drawing beside the photos."),
    ("reserve", "reservation", "We keep it for three days."),
    ("follow the parcel of", "tracking", "The number is in the dispatch mail."),
    ("pay by invoice for", "invoices", "Companies may pay within fourteen days."),
    ("cancel the order of", "cancelling", "Until it is packed, with one click."),
    ("prove the origin of", "origin", "The certificate lies in the box."),
)  # fmt: skip
"""What is asked, the topic's name, and the answer."""


def many_entries(count: int) -> Iterator[Entry]:
    """`count` entries, at most 10,000, three examples each."""
    combined = product(enumerate(TOPICS), enumerate(THINGS), enumerate(MATERIALS))
    for (t, (verb, topic, answer)), (n, thing), (m, material) in islice(combined, count):
        named = f"{material} {thing}"
        asked = (
            f"How do I {verb} the {named}?",
            f"{topic} for my {named}",
            f"Is there anything to know about {topic} with a {thing} made of {material}?",
        )
        yield Entry(f"e{t}-{n}-{m}", {"en": f"{topic}: {named}".capitalize()}, {"en": asked},
                    {"en": f"The {named}: {answer[0].lower()}{answer[1:]}"})  # fmt: skip


def write_many(folder: Path, count: int) -> Path:
    """A shop's folder with that many entries."""
    copy_shop(EMPTY_SHOP, folder)
    for entry in many_entries(count):
        (folder / "faq" / f"{entry.id}.md").write_text(format_entry(entry), "utf-8")
    return folder
