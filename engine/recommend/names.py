"""Names of the events that say something about taste."""

KINDS = ("view_item", "add_to_cart", "purchase")
"""GA4 names; events of other names are left out."""
