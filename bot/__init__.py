"""The fronts: messages in, replies out. Imports no torch."""
