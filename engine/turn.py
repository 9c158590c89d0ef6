"""One turn inside a desk: lock, load, mask, answer, save, journal."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, nullcontext
from dataclasses import replace
from itertools import islice
from typing import Protocol

from redis.exceptions import RedisError

from engine.accounts import Accounts
from engine.errors import StoreError
from engine.holdout import in_holdout
from engine.journal import Journal, Verdict, turn_id
from engine.link_payload import LinkKeys
from engine.links import LinkStore
from engine.privacy import TOKEN, mask, unmask
from engine.profiles import History, Profiles
from engine.rights_talk import KINDS as RIGHTS
from engine.rights_talk import YES, RightsTalk
from engine.sessions import LockedSession, SessionStore
from engine.turn_record import TurnRecord
from engine.types import CONSOLE, ActionKind, Answer, Delta, Message, Reply, Route, Session

DEADLINE_S = 20.0
"""How long an answer may take to be written."""
VAULT_MAX = 200
"""Values a conversation's vault keeps; the newest stay."""
VERDICTS = {ActionKind.RATE_UP: Verdict.UP, ActionKind.RATE_DOWN: Verdict.DOWN}

log = logging.getLogger(__name__)


class Answering(Protocol):
    """What a desk asks of the assistant."""

    def answer(
        self, message: Message, session: Session, *, deadline_s: float = DEADLINE_S
    ) -> Iterator[Delta | Answer]:
        """Deltas, then exactly one Answer."""

    def hurry(self, message_id: str) -> None:
        """Wait for no model with this message: its shopper has written again."""


class Phrases(Protocol):
    """The shop's set phrases."""

    @property
    def default_language(self) -> str:
        """The shop's own language."""

    def text(self, key: str, language: str, **values: object) -> str:
        """A phrase in a language, else in the shop's own."""


class Record(History, Protocol):
    """Where turns are recorded; nothing but forgetting raises anything."""

    @property
    def trouble(self) -> str:
        """What keeps it from working; "" where nothing does."""

    @property
    def links(self) -> LinkStore:
        """Which accounts shoppers have linked."""

    def reply_of(self, turn: str) -> Reply | None:
        """The masked reply of a recorded turn; None where it cannot be looked up either."""

    def turn(self, message: Message, question: str, reply: Reply, took_s: float) -> None:
        """Record a masked question with its masked reply; the first of a message stays."""

    def thumb(self, turn: str, shopper: str, verdict: Verdict) -> None:
        """Record a thumb."""


class Turns:
    """Takes one message's turn. Deltas and reply come out masked."""

    def __init__(
        self,
        assistant: Answering,
        sessions: SessionStore,
        record: Record | Journal,
        phrases: Phrases,
        *,
        deadline_s: float = DEADLINE_S,
        rights: RightsTalk | None = None,
        link_keys: LinkKeys | None = None,
        holdout_percent: int = 0,
    ) -> None:
        """With a journal alone, what it cannot take is lost; without `link_keys` no signed link to
        an account is read.
        """
        self._holdout_percent = holdout_percent
        self._rights = rights
        self._assistant = assistant
        self._sessions = sessions
        self._happened = TurnRecord(record) if isinstance(record, Journal) else record
        self._profiles = Profiles(self._happened, self._happened.links)
        self._accounts = Accounts(self._happened.links, phrases, link_keys)
        self._phrases = phrases
        self._deadline_s = deadline_s

    def take(
        self,
        message: Message,
        begun: Callable[[int], None] = lambda token: None,
        *,
        deadline_s: float | None = None,
    ) -> Iterator[Delta | Reply]:
        """The deltas, then the reply with its turn; a journaled message is not answered again.

        `begun` is told the lock's fencing token before the first delta. `deadline_s` differs from
        the usual one; 0 leaves no time for a model. Closing the iterator early drops the turn.
        Raises LeaseLost when another turn took the conversation over, StoreError when sessions
        cannot be read or saved. A journal that fails is only logged.
        """
        kind, _, turn = (message.action or "").partition(":")
        if kind in VERDICTS:
            yield self._thanks(message, VERDICTS[ActionKind(kind)], turn)
            return
        if kind in RIGHTS and self._rights is not None:
            yield self._of_rights(message, self._rights)
            return
        message = replace(message, text=clean(message.text))
        with self._sessions.lock(message.conversation, message=message.id) as locked:
            begun(locked.token)
            recorded = self._happened.reply_of(turn_id(message))
            within_s = self._deadline_s if deadline_s is None else deadline_s
            yield recorded or (yield from self._answered(message, locked, within_s))

    def hurry(self, message_id: str) -> None:
        """Let a turn end soon, be it under way or still to come."""
        self._assistant.hurry(message_id)

    @property
    def trouble(self) -> str:
        """What is wrong with the journal; "" where nothing is."""
        return self._happened.trouble

    def failed(self, message: Message, error: Exception) -> Reply:
        """What the shopper gets instead of an exception; the log gets where it happened."""
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("turn %s failed: %s\n%s", turn_id(message), _told(error), where)
        language = self._language(message)
        text = self._phrases.text("error", language)
        return Reply(text, Route.UNKNOWN, None, 0.0, language, turn=turn_id(message))

    def record_failed(self, message: Message, reply: Reply) -> None:
        """Journal a failed turn, so that the shop sees it."""
        if message.channel != CONSOLE:
            self._happened.turn(message, mask(clean(message.text), {})[0], reply, 0.0)

    def shown(self, message: Message, text: str) -> str:
        """A text as the shopper may see it: their own values in place of tokens."""
        if not TOKEN.search(text):
            return text
        return show(text, self._sessions.peek(message.conversation), message)

    def _answered(
        self, message: Message, locked: LockedSession, deadline_s: float
    ) -> Generator[Delta, None, Reply]:
        started = time.monotonic()
        question, vault = mask(message.text, locked.session.vault)
        masked = replace(message, text=question)
        session = replace(locked.session, shopper=message.shopper, vault=_newest(vault))
        session = self._profiles.known(message, session)
        session = replace(session, holdout=in_holdout(message.shopper, self._holdout_percent))
        try:
            linking = self._linking(masked, session)
            answer = linking or (yield from self._answer(masked, session, deadline_s))
        except (StoreError, RedisError) as error:
            raise _store_error(error) from error
        except Exception as error:
            reply = self.failed(message, error)
        else:
            kept = _newest({**session.vault, **answer.session.vault})
            locked.save(replace(answer.session, vault=kept))
            reply = self._kept(message, session, answer)
        if message.channel != CONSOLE:
            self._happened.turn(message, question, reply, time.monotonic() - started)
        return reply

    def _linking(self, message: Message, session: Session) -> Answer | None:
        """The answer to what is about linking an account; nothing is linked by one that fails."""
        try:
            return self._accounts.answer(message, session)
        except StoreError as error:
            return Answer(self.failed(message, error), session)

    def _kept(self, message: Message, before: Session, answer: Answer) -> Reply:
        """The reply, after the shopper's history is what it says."""
        try:
            self._profiles.keep(message, before, answer.session)
        except StoreError as error:
            return self.failed(message, error)
        return replace(answer.reply, turn=turn_id(message))

    def _answer(
        self, masked: Message, session: Session, deadline_s: float
    ) -> Generator[Delta, None, Answer]:
        stream = self._assistant.answer(masked, session, deadline_s=deadline_s)
        with closing(stream) if isinstance(stream, Generator) else nullcontext():
            for part in stream:
                if isinstance(part, Answer):
                    if not part.reply.text.strip():
                        raise ValueError("the assistant gave an empty reply")
                    return part
                yield part
        raise ValueError("the assistant ended without an answer")

    def _thanks(self, message: Message, verdict: Verdict, turn: str) -> Reply:
        self._happened.thumb(turn, message.shopper, verdict)
        language = self._language(message)
        text = self._phrases.text(f"feedback_{verdict.value}", language)
        return Reply(text, Route.SMALLTALK, None, 1.0, language)

    def _of_rights(self, message: Message, rights: RightsTalk) -> Reply:
        """An answer about what is kept; that somebody was forgotten is not kept either."""
        language = self._language(message)
        with self._sessions.lock(message.conversation, message=message.id):
            reply = rights.reply(message, language, self._phrases)
        if message.action != YES:
            self._happened.turn(message, "", replace(reply, attachment=""), 0.0)
        return reply

    def _language(self, message: Message) -> str:
        try:
            known = self._sessions.peek(message.conversation).language
        except StoreError:
            known = ""
        return known or message.language_hint or self._phrases.default_language


def show(text: str, session: Session, message: Message) -> str:
    """`text`, a part of the reply to `message`, with the shopper's own values for the tokens."""
    # While the turn runs its new values are not saved yet; masking again gives the same tokens.
    return unmask(text, mask(clean(message.text), session.vault)[1])


def clean(text: str) -> str:
    """Without what cannot be stored or sent: NUL and halves of surrogate pairs."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def _newest(vault: Mapping[str, str]) -> dict[str, str]:
    return dict(islice(vault.items(), max(0, len(vault) - VAULT_MAX), None))


def _store_error(error: Exception) -> StoreError:
    if isinstance(error, StoreError):
        return error
    return StoreError(f"the store failed ({type(error).__name__})", where="assistant")


def _told(error: Exception) -> str:
    """An error for the log: our own with its words, others may quote the shopper."""
    return error.what if isinstance(error, StoreError) else type(error).__name__
