"""Looks entries over for an operator: what contradicts, repeats, lacks a language or is stale."""
