"""Honest measures of how a shop's assistant does, out of its journal."""
