"""Order status, told only to someone who proves that the order is theirs."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from engine.counters import DailyCounters
from engine.order_numbers import number_alone, order_number, without_numbers
from engine.order_sources import OrdersAway, OrderSource
from engine.retrieval.text import normalise
from engine.types import LinkOffer, Message, Order, Product, Route, Session
from knowledge_base.shop_file import Replies

TRIES_A_DAY = 5
TOKEN = re.compile(r"⟦(email|phone):\d+⟧")
LAST_FOUR = re.compile(r"(?<![\d⟦:a-z-])(\d{4})(?![\d⟧])")
SOURCE = "order:"
NOBODY = Order("", "nobody@invalid.example", "+00 0000000", datetime(1970, 1, 1, tzinfo=UTC),
               "placed", ())  # fmt: skip


@dataclass(frozen=True, slots=True)
class OrderAnswer:
    """What to say, the session after it, and the order number when it was told.

    `linkable`: the session holds an offer to link the account that the order proved. `away`: no
    order can be looked up now, but a person may know.
    """

    text: str
    session: Session
    told: str = ""
    linkable: bool = False
    away: bool = False


def told_order(session: Session) -> str:
    """The number of the order whose status the last turn told, to one who had proven it theirs."""
    sources = session.turns[-1].sources if session.turns else ()
    return next((s.removeprefix(SOURCE) for s in sources if s.startswith(SOURCE)), "")


def given_number(text: str, session: Session) -> str:
    """The order number a message gives: among its words, or alone where it was asked for."""
    if number := order_number(text):
        return number
    last = session.turns[-1] if session.turns else None
    asked = last is not None and last.route is Route.ORDER and not last.sources
    return number_alone(text) if asked and not session.pending_order else ""


class Orders:
    """Looks orders up: number plus e-mail, or number plus the phone's last four digits."""

    def __init__(
        self,
        source: OrderSource,
        products: Mapping[str, Product],
        replies: Replies,
        counters: DailyCounters,
        pseudonym: Callable[[str], str] | None = None,
    ) -> None:
        """`pseudonym`: of a customer by e-mail; without it no account is offered for linking."""
        self._pseudonym = pseudonym
        self._source = source
        self._names = {v.sku: p.names for p in products.values() for v in p.variants}
        self._replies = replies
        self._counters = counters

    def answer(self, message: Message, session: Session, language: str) -> OrderAnswer:
        """One step of the exchange: ask for the number, ask for the proof, or tell."""
        try:
            return self._step(message, session, language)
        except OrdersAway:
            number = given_number(message.text, session) or session.pending_order
            return OrderAnswer(
                self._replies.text("order_away", language),
                replace(session, pending_order=number), away=True,
            )  # fmt: skip

    def ordered(self, session: Session) -> tuple[str, ...]:
        """What is in the orders told in this conversation, to one who had proven them theirs."""
        told = (source for turn in reversed(session.turns) for source in turn.sources)
        numbers = (s.removeprefix(SOURCE) for s in told if s.startswith(SOURCE))
        try:
            orders = [self._source.find(number) for number in dict.fromkeys(numbers)]
        except OrdersAway:
            return ()
        return tuple(line.sku for order in orders if order for line in order.lines)

    def _step(self, message: Message, session: Session, language: str) -> OrderAnswer:
        say = self._replies.text
        if not message.private:
            return OrderAnswer(say("order_private_only", language), session)
        number = given_number(message.text, session) or session.pending_order
        known = told_order(session)
        if not number and known and (told := self._source.find(known)):
            return OrderAnswer(self._tell(told, language), session, told.number)
        if not number:
            return OrderAnswer(say("order_ask_number", language), session)
        proofs = self._proofs(message.text, session)
        if not proofs:
            waiting = replace(session, pending_order=number)
            return OrderAnswer(say("order_ask_proof", language), waiting)
        return self._look_up(number, proofs, message, session, language)

    def _look_up(
        self,
        number: str,
        proofs: Sequence[str],
        message: Message,
        session: Session,
        language: str,
    ) -> OrderAnswer:
        chat, asked = f"order-chat:{message.conversation}", f"order:{number}"
        if max(self._counters.add(chat, 0), self._counters.add(asked, 0)) >= TRIES_A_DAY:
            return OrderAnswer(
                self._replies.text("order_too_many_tries", language),
                replace(session, pending_order=""),
            )
        order = self._source.find(number) or NOBODY
        proven = sum(_proves(order, proof) for proof in proofs)
        if not proven or order is NOBODY:
            self._counters.add(chat)
            self._counters.add(asked)
            waiting = replace(session, pending_order=number)
            return OrderAnswer(self._replies.text("order_mismatch", language), waiting)
        told = OrderAnswer(
            self._tell(order, language), replace(session, pending_order=""), order.number
        )
        # Four digits of a phone are proof enough for an order, not for an account.
        by_email = any("@" in proof and _proves(order, proof) for proof in proofs)
        return self._offered(told, order) if by_email else told

    def _offered(self, told: OrderAnswer, order: Order) -> OrderAnswer:
        """With an offer to link the account of the order's e-mail, unless that is done."""
        account = self._pseudonym(order.email) if self._pseudonym else ""
        if account in ("", told.session.account):
            return told
        session = replace(told.session, link_offer=LinkOffer(account))
        return replace(told, session=session, linkable=True)

    def _proofs(self, text: str, session: Session) -> list[str]:
        plain = normalise(text)
        tokens = [session.vault.get(found.group(0), "") for found in TOKEN.finditer(plain)]
        if (alone := number_alone(text)) and alone == given_number(text, session):
            return []
        return [value for value in tokens if value] + LAST_FOUR.findall(without_numbers(plain))

    def _tell(self, order: Order, language: str) -> str:
        say = self._replies.text
        items = ", ".join(
            f"{line.quantity} × {self._name(line.sku, language)}" for line in order.lines
        )
        lines = [
            say("order_line", language, number=order.number, items=items,
                status=say(f"status_{order.status}", language)),
        ]  # fmt: skip
        if order.expected_on and order.status in ("placed", "paid", "packed", "shipped"):
            lines.append(say("order_expected", language, date=order.expected_on.isoformat()))
        if order.tracking:
            lines.append(
                say("order_tracking", language, carrier=order.carrier, tracking=order.tracking)
            )
        return "\n".join(lines)

    def _name(self, sku: str, language: str) -> str:
        names = self._names.get(sku, {})
        return names.get(language) or next(iter(names.values()), sku)


def _proves(order: Order, proof: str) -> bool:
    """Compare in constant time; a phone counts by its last four digits."""
    if "@" in proof:
        return hmac.compare_digest(proof.lower().encode(), order.email.lower().encode())
    digits = re.sub(r"\D", "", proof)[-4:]
    known = re.sub(r"\D", "", order.phone)[-4:]
    return len(digits) == 4 and hmac.compare_digest(digits.encode(), known.encode())
