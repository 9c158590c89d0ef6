"""Telegram: a durable inbox, order per chat, handlers, an outbox, and the way to a person."""
