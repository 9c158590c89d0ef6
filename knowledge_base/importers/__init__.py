"""Brings entries, products, orders and reviews of other systems in, and ours out."""
