"""While versions go live one after the other every answer is whole, and of one version."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from engine.live import LiveAssistant
from engine.publish import build_snapshot
from engine.retrieval.encoders import Encoders
from engine.retrieval.snapshot import write_live
from engine.types import Answer, Message, Session
from tests.engine.test_build import MAY, edit, encoders, folder, live

__all__ = ["encoders", "folder"]
VERSIONS, ROUNDS = 4, 6


def asked(assistant: LiveAssistant, number: int) -> tuple[str, str, str]:
    """The snapshot a receipt names, the text told, and the title of its source."""
    message = Message(f"m{number}", f"c{number}", "s", "show me", MAY, action="entry:contact")
    for part in assistant.answer(message, Session(f"c{number}")):
        if isinstance(part, Answer):
            reply = part.reply
            return reply.receipt.snapshot, reply.text, reply.citations[0].title
    raise AssertionError("an assistant ended without an answer")


def test_no_answer_fails_or_mixes_versions_while_they_go_live(
    folder: Path, encoders: Encoders
) -> None:
    assistant, home = live(folder, encoders, lambda: MAY), folder.parent / "home"
    of = {assistant.snapshot: ("care@shop.example", "Contact")}
    edit(folder, "care@shop.example", "care0@shop.example")
    for number in range(VERSIONS):
        if number:
            edit(folder, f"care{number - 1}@", f"care{number}@")
        edit(folder, "en: Contact" + str(number or ""), f"en: Contact{number + 1}")
        snapshot = build_snapshot(folder, home, encoders)
        of[snapshot] = (f"care{number}@shop.example", f"Contact{number + 1}")
    done = threading.Event()

    def keep_asking(start: int) -> list[tuple[str, str, str]]:
        found, number = [], start
        while not done.is_set():
            found.append(asked(assistant, number))
            number += 10
        return found

    with ThreadPoolExecutor(3) as shoppers:
        asking = [shoppers.submit(keep_asking, start) for start in range(3)]
        for snapshot in [*of] * ROUNDS:
            write_live(home, snapshot)
            asked(assistant, 999)
        done.set()
        answers = [answer for one in asking for answer in one.result()]
    assert len({snapshot for snapshot, _, _ in answers}) > 1
    for snapshot, text, title in answers:
        assert (of[snapshot][0] in text, title) == (True, of[snapshot][1])
