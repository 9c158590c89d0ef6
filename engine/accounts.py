"""How a shopper's account at the shop comes to their chat, with their consent, and leaves it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.link_payload import LinkFault, LinkKeys, LinkRefused, is_link, read_link
from engine.links import LinkStore
from engine.types import ActionKind, Answer, Button, LinkOffer, Message, Reply, Route, Session

if TYPE_CHECKING:
    from engine.turn import Phrases

ASK = f"{ActionKind.LINK}:ask"
NO = f"{ActionKind.LINK}:no"
_YES = f"{ActionKind.LINK}:yes-"
_REFUSED = {LinkFault.FORGED: "link_forged", LinkFault.EXPIRED: "link_expired"}
_MARK_LENGTH = 8


def yes(offer: LinkOffer) -> str:
    """The action that agrees to this offer and to no other."""
    return f"{_YES}{offer.account[:_MARK_LENGTH]}"


class Accounts:
    """Answers what is about linking: a signed link, the button under an order, yes, no, /unlink.

    A signed link is used up by the yes that links it, so who said no, or whose chat was lost, can
    open it again until it expires. The offer waits for the yes in the session, over restarts.
    """

    def __init__(self, links: LinkStore, phrases: Phrases, keys: LinkKeys | None = None) -> None:
        """Without `keys` no signed link is read."""
        self._links = links
        self._phrases = phrases
        self._keys = keys

    def answer(self, message: Message, session: Session) -> Answer | None:
        """The answer to a message about linking, None to any other. Raises StoreError."""
        kind, _, value = (message.action or "").partition(":")
        signed = kind == ActionKind.START and is_link(value) and self._keys is not None
        if not signed and kind not in (ActionKind.LINK, ActionKind.UNLINK):
            return None
        if not message.private:
            return self._said("group_hint", message, session)
        if signed:
            return self._opened(value, message, session)
        if kind == ActionKind.UNLINK:
            return self._unlinked(message, session)
        return self._pressed(message, session)

    def _opened(self, payload: str, message: Message, session: Session) -> Answer:
        """A signed link was opened."""
        assert self._keys is not None
        try:
            link = read_link(self._keys.secret, payload, message.at)
        except LinkRefused as refused:
            return self._said(_REFUSED[refused.fault], message, session)
        offer = LinkOffer(self._keys.pseudonym(link.account), link.nonce, link.expires)
        if offer.account != session.account and self._links.used(offer.nonce):
            return self._said("link_used", message, session)
        return self._asked(message, replace(session, link_offer=offer))

    def _pressed(self, message: Message, session: Session) -> Answer:
        """A button about linking; one whose offer is gone or is another by now does nothing."""
        offer, action = session.link_offer, message.action
        if action == NO:
            return self._said("link_declined", message, replace(session, link_offer=None))
        if offer is not None and action == ASK:
            return self._asked(message, session)
        if offer is not None and action == yes(offer):
            return self._agreed(offer, message, session)
        linked = bool(session.account) and action == yes(LinkOffer(session.account))
        return self._said("link_already" if linked else "link_lapsed", message, session)

    def _asked(self, message: Message, session: Session) -> Answer:
        """What linking brings and how it is undone, with a yes and a no."""
        offer = session.link_offer
        assert offer is not None
        if offer.account == session.account:
            return self._said("link_already", message, replace(session, link_offer=None))
        answer = self._said("link_ask", message, session)
        say, language = self._phrases.text, answer.reply.language
        buttons = (
            Button(say("button_link_yes", language), yes(offer)),
            Button(say("button_link_no", language), NO),
        )
        return replace(answer, reply=replace(answer.reply, buttons=buttons))

    def _agreed(self, offer: LinkOffer, message: Message, session: Session) -> Answer:
        done = replace(session, link_offer=None)
        if offer.expires is not None and message.at >= offer.expires:
            return self._said("link_expired", message, done)
        if not self._links.link(message.shopper, offer, message.at):
            return self._said("link_used", message, done)
        return self._said("link_done", message, replace(done, account=offer.account))

    def _unlinked(self, message: Message, session: Session) -> Answer:
        had = self._links.unlink(message.shopper)
        # What the session still holds of the account's history is not to be gone by either.
        without = replace(session, account="", history=(), link_offer=None)
        return self._said("unlink_done" if had else "unlink_none", message, without)

    def _said(self, key: str, message: Message, session: Session) -> Answer:
        hinted = (message.language_hint or "").split("-")[0]
        language = session.language or hinted or self._phrases.default_language
        text = self._phrases.text(key, language)
        return Answer(Reply(text, Route.SMALLTALK, None, 1.0, language), session)
