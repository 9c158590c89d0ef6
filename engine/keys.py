"""Every Redis key and how long it lives; nothing else spells one."""

from __future__ import annotations

PREFIX = "shopdesk"

SESSION_TTL_S = 24 * 3600
"""A conversation is forgotten, its vault with it, a day after its last message."""
MESSAGE_TTL_S = 24 * 3600
"""A message waits at most this long for an engine; raw text never stays longer."""
ANSWER_TTL_S = 24 * 3600
"""A recorded reply is handed out again, for the same message id, this long."""
LEASE_MS = 10_000
"""A conversation is locked this long without a sign of life."""
RENEW_EVERY_S = 3.0
"""How often the holder of a lease gives that sign."""
DEAD_AFTER_MS = 10_000
"""A turn whose worker gave no sign of life this long is taken over by another."""
READY_MS = 8_000
"""An engine counts as ready this long after its last sign of life."""
TRIES_TTL_S = 24 * 3600
"""Wrong proofs of an order's ownership are counted this long."""
CASE_TALK_TTL_S = 24 * 3600
"""What was written in a case is kept this long after its last message, as a session is."""
CASE_TALK_KEPT = 100
ISSUED_TTL_S = 24 * 3600
"""A button shown in the chat page may be pressed this long."""

GROUP = "engines"
"""The consumer group all engines read the queue with."""

FENCE = f"{PREFIX}:fence"
"""Counter of all fencing tokens ever given out; never expires, never runs backwards."""
TURNS = f"{PREFIX}:turns"
"""Stream: one item for each conversation with waiting messages."""
HURRIED = f"{PREFIX}:hurried"
"""Stream: ids of messages whose shopper has written again; every engine reads the newest."""
HURRIED_KEPT = 1000
TROUBLE = f"{PREFIX}:trouble"
"""String: what is wrong with the journal, as long as an engine cannot write to it."""
TROUBLE_TTL_S = 15
TROUBLE_TOLD = f"{PREFIX}:trouble:told"
"""String: the trouble that staff have been told of, until they are told that it is over."""
STAFF_NEWS = f"{PREFIX}:staff:news"
"""List: what failed and staff are to be told, oldest first."""
CORRECTIONS = f"{PREFIX}:corrections"
"""List: corrections that the Telegram bot is to send, oldest first."""
STAFF_WORDS = f"{PREFIX}:staff:words"
"""List: what staff say to shoppers from the console, oldest first; off it once it is brought."""
SCHEDULED = f"{PREFIX}:scheduled"
"""Set: the conversations that stand in TURNS."""


def trouble(kind: str) -> str:
    """String: what is wrong with one more part of the shop, as long as it is."""
    return f"{TROUBLE}:{kind}"


def session(conversation: str) -> str:
    """Hash: the session, the one before it, its last message, and the newest fencing token."""
    return f"{PREFIX}:session:{conversation}"


def lease(conversation: str) -> str:
    """String: who holds the conversation now, `token owner`."""
    return f"{PREFIX}:lease:{conversation}"


def waiting(conversation: str) -> str:
    """List: ids of the conversation's messages not answered yet, oldest first."""
    return f"{PREFIX}:waiting:{conversation}"


def message(message_id: str) -> str:
    """String: a raw message, deleted as soon as its turn is journaled."""
    return f"{PREFIX}:message:{message_id}"


def answer(message_id: str) -> str:
    """Stream: the deltas of one message's reply, then the reply, all masked."""
    return f"{PREFIX}:answer:{message_id}"


def engine(name: str) -> str:
    """String: a ready engine's sign of life."""
    return f"{PREFIX}:engine:{name}"


def tries(kind: str, name: str) -> str:
    """Counter of wrong proofs today, by `kind` ("chat" or "order")."""
    return f"{PREFIX}:tries:{kind}:{name}"


def case_talk(conversation: str) -> str:
    """List: what shopper and staff wrote since a person took over, masked, oldest first."""
    return f"{PREFIX}:staff:talk:{conversation}"


def issued(conversation: str) -> str:
    """Set: the button actions shown in a conversation of the chat page."""
    return f"{PREFIX}:web:issued:{conversation}"
