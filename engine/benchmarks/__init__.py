"""Speed, measured: percentiles as JSON."""
