"""Descriptions drafted from attributes and reviews, each sentence tied to what it rests on."""
