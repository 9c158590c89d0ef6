"""A small assistant with plain rules, and an engine process with it: `python -m … HOME URL`."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from engine.serving import run_worker
from engine.settings import Settings
from engine.types import Answer, Band, Delta, HandoffReason, Message, Reply, Route, Session, Turn

ERRORS = {"en": "Something went wrong.", "zh": "出了点问题。"}
PHRASES = {
    "error": ERRORS,
    "feedback_up": {"en": "Glad it helped.", "zh": "很高兴能帮到您。"},
    "feedback_down": {"en": "Thank you for saying so.", "zh": "谢谢反馈。"},
}


class PlainPhrases:
    """Three phrases in two languages."""

    default_language = "en"

    def text(self, key: str, language: str, **values: object) -> str:
        return PHRASES[key].get(language, PHRASES[key]["en"])


class PlainAssistant:
    """Says back what it was told and the how manieth it was.

    "wait 0.2" takes its time, "model 5" too where there is any, "boom …" raises, "nothing"
    answers with no text, "die" kills the process, the button "human:" asks for a person; "dream"
    goes on for ten seconds, unless hurried. Two deltas come before each reply.
    """

    def __init__(self) -> None:
        self._hurried: defaultdict[str, threading.Event] = defaultdict(threading.Event)

    def hurry(self, message_id: str) -> None:
        self._hurried[message_id].set()

    def answer(
        self, message: Message, session: Session, *, deadline_s: float = 20.0
    ) -> Iterator[Delta | Answer]:
        words = message.text.split()
        said = f"You said: {message.text}."
        yield Delta(said)
        if "die" in words:
            os.kill(os.getpid(), 9)
        if "wait" in words:
            time.sleep(float(words[words.index("wait") + 1]))
        if "model" in words and deadline_s > 0:
            time.sleep(float(words[words.index("model") + 1]))
        if "dream" in words:
            self._hurried[message.id].wait(10.0)
        if "boom" in words:
            raise ValueError(f"cannot make sense of {message.text!r}")
        count = f"That was number {len(session.turns) + 1}."
        yield Delta(count)
        text = "" if "nothing" in words else f"{said} {count}"
        turns = (*session.turns, Turn(message.text, text, Route.SMALLTALK))
        language = "zh" if any(letter > "\u3000" for letter in message.text) else "en"
        reply = Reply(text, Route.SMALLTALK, Band.CERTAIN, 1.0, language)
        if message.action == "human:":
            reply = replace(reply, handoff=HandoffReason.ASKED)
        yield Answer(reply, replace(session, language=language, turns=turns))


if __name__ == "__main__":
    url = sys.argv[2] if len(sys.argv) > 2 else os.environ["REDIS_URL"]
    environ = {"SHOPDESK_HOME": sys.argv[1], "REDIS_URL": url, "SHOPDESK_RERANKER": "off"}
    run_worker(
        Settings.load(environ, Path("no.env")), assistant=PlainAssistant(), phrases=PlainPhrases()
    )
