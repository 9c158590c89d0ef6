"""What the bot says in the staff chat."""

from __future__ import annotations

from engine.types import HandoffReason

# The staff chat speaks English: it has no shopper whose language could be followed.
REASONS = {
    HandoffReason.ASKED: "asked for a person",
    HandoffReason.REPEATED_UNKNOWN: "got no answer several times",
    HandoffReason.UPSET: "seems upset",
}
HOW_TO = "Reply to this message to answer; /close hands the chat back to the assistant."
CLOSED = "Closed: the assistant answers again."
TIMED_OUT = "Closed after an hour without a message: the assistant answers again."
REOPENED = "Opened again by your message; the assistant is silent."
NOT_DELIVERED = "Not delivered: the shopper has blocked the bot or is gone."
TAPPED = "(tapped a button)"
NO_CASE = "Reply to a shopper's post to answer it."
ANSWERED_ELSEWHERE = "{by} answered from the console:\n{text}"
REFUSED_ELSEWHERE = "What {by} wrote in the console was not delivered: Telegram refuses it."
CLOSED_ELSEWHERE = "{by} closed this in the console as solved: the assistant answers again."
LOST_ELSEWHERE = "What {by} wrote in the console reached nobody: its case is gone or was forgotten."
