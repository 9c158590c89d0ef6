"""Which products to show, and the true reason."""
