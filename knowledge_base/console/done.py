"""What a page says after something was done; an address names it by key."""

from __future__ import annotations

from collections.abc import Mapping

DONE: Mapping[str, str] = {
    "signed-out": "You are signed out.",
    "entry-saved": "Saved. Shoppers see it once it is published.",
    "entry-new": "The entry is made. Shoppers see it once it is published.",
    "entry-deleted": "The entry is deleted. Its history is kept.",
    "entry-restored": "The earlier text is back. Shoppers see it once it is published.",
    "entries-changed": "The entries are changed. Shoppers see it once it is published.",
    "nothing-changed": "Nothing differs from before, so nothing was saved.",
    "product-saved": "Saved. Shoppers see it once it is published.",
    "product-new": "The product is made. Shoppers see it once it is published.",
    "product-deleted": "The product is deleted. The history keeps it.",
    "product-stock": "The stock is changed. Shoppers see it once it is published.",
    "product-row": "The row is saved.",
    "import-done": "Imported, in one change. Shoppers see it once it is published.",
    "import-dropped": "The file is deleted. Nothing was imported.",
    "live": "Live. Shoppers get these answers from now on.",
    "back": "The earlier version is live again.",
    "person-added": "The person can sign in now.",
    "person-removed": "The person can no longer sign in.",
    "person-changed": "Changed.",
    "password-changed": "The password is changed. Other browsers are signed out.",
    "gap-answered": "The entry is saved with its test question. Publish it, then tell who waits.",
    "gap-dismissed": "Dismissed: what it asks is not shown again.",
    "gap-restored": "Brought back: it is shown again, at the latest by the next look.",
    "handover-answered": "Your answer is on its way to the shopper's chat.",
    "handover-closed": "Solved: the shopper is told, and the assistant answers again.",
    "gap-told": "On their way, one a second.",
    "dismissed": "This warning is not shown any more.",
}
