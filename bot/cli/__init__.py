"""One file a command, late imports."""
