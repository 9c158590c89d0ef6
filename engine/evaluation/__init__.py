"""Measures of quality, printed as JSON by `shopdesk eval`."""
