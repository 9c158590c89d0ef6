"""Past conversations, played again against every change."""
