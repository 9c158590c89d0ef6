"""The right passage first, and how sure we are of it."""
