"""People who may sign in, by password or by their Telegram id, and with which rights."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from engine.errors import ShopdeskError
from engine.operators import Operator, Role
from knowledge_base.console.store import ConsoleStore

if TYPE_CHECKING:
    from argon2 import PasswordHasher

NAME = re.compile(r"^[\w][\w .@-]{0,39}$")
SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 200
Clock = Callable[[], datetime]


class PeopleError(ShopdeskError):
    """A name, password or role that cannot be taken."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account of their own, or one of OPERATORS."""

    name: str
    role: Role
    telegram: int | None = None
    has_password: bool = False
    in_settings: bool = False
    """Only OPERATORS lists them: they have no account here that could be changed."""


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


class People:
    """Accounts of the console, and the operators the settings list."""

    def __init__(
        self,
        store: ConsoleStore,
        operators: tuple[Operator, ...] = (),
        clock: Clock = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._operators = {one.telegram_id: one for one in operators}
        self._clock = clock

    def everyone(self) -> tuple[Person, ...]:
        """All accounts, then operators that only the settings list."""
        rows = self._store.rows(
            "select name, role, telegram, password <> '' from people order by name"
        )
        own = tuple(Person(n, Role(role), tg, bool(has)) for n, role, tg, has in rows)
        known = {one.telegram for one in own}
        listed = (
            Person(f"tg{one.telegram_id}", one.role, one.telegram_id, in_settings=True)
            for number, one in self._operators.items() if number not in known
        )  # fmt: skip
        return (*own, *listed)

    def nobody_yet(self) -> bool:
        """Whether the first admin is still to be made."""
        return not any(one.role is Role.ADMIN for one in self.everyone())

    def find(self, name: str) -> Person | None:
        """By name, whatever its case."""
        wanted = name.casefold()
        return next((one for one in self.everyone() if one.name.casefold() == wanted), None)

    def of_telegram(self, telegram: int) -> Person | None:
        """By numeric Telegram id."""
        return next((one for one in self.everyone() if one.telegram == telegram), None)

    def with_password(self, name: str, password: str) -> Person | None:
        """Who this is, if the password is theirs. Takes as long where there is no such name."""
        from argon2.exceptions import InvalidHashError, VerificationError

        rows = self._store.rows("select name, password from people where name = ?", name)
        known = rows[0][1] if rows and rows[0][1] else _nobodys()
        try:
            _hasher().verify(known, password[:LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return None
        return self.find(rows[0][0]) if rows else None

    def add(
        self, name: str, role: Role, password: str, by: str, telegram: int | None = None
    ) -> Person:
        """Make an account. Raises PeopleError."""
        person = Person(name.strip(), role, telegram, bool(password))
        self._add(person, password, by)
        return person

    def add_first(self, name: str, password: str) -> Person | None:
        """Make the first admin; None where there is somebody by now. Raises PeopleError."""
        first = Person(name.strip(), Role.ADMIN, None, bool(password))
        nobody = "where not exists (select 1 from people)"
        return first if self._add(first, password, "setup", nobody) else None

    def _add(self, person: Person, password: str, by: str, only: str = "") -> bool:
        name, telegram = person.name, person.telegram
        if not NAME.match(name):
            raise PeopleError("name_rule", mend="1-40 letters, digits, spaces, '.', '-' or '@'")
        if self.find(name):
            raise PeopleError("name_taken")
        if telegram is not None and self.of_telegram(telegram):
            raise PeopleError("telegram_taken")
        if password:
            check_password(password)
        elif telegram is None:
            raise PeopleError("password_or_telegram")
        hashed = _hasher().hash(password) if password else ""
        made = self._store.change(
            f"insert into people select ?, ?, ?, ?, ?, ? {only}",
            name, person.role.value, hashed, telegram, self._clock().isoformat(), by,
        )  # fmt: skip
        return made > 0

    def change_password(self, name: str, password: str) -> None:
        """Set another one. Raises PeopleError."""
        check_password(password)
        self._account(name)
        self._store.change(
            "update people set password = ? where name = ?", _hasher().hash(password), name
        )

    def change_role(self, name: str, role: Role) -> None:
        """Give other rights; sessions have them at once.

        Raises PeopleError for the last admin, and for who has no account here.
        """
        name = self._account(name)
        kept = role is Role.ADMIN
        self._keeping_an_admin("update people set role = ?", role.value, name=name, kept=kept)

    def remove(self, name: str) -> None:
        """Take an account and its sessions away.

        Raises PeopleError for the last admin, and for who has no account here.
        """
        name = self._account(name)
        self._keeping_an_admin("delete from people", name=name)
        self._store.change("delete from sessions where name = ?", name)

    def _account(self, name: str) -> str:
        person = self.find(name)
        if person is None or person.in_settings:
            raise PeopleError("person_unknown")
        return person.name

    def _keeping_an_admin(self, change: str, *values: str, name: str, kept: bool = False) -> None:
        """Change an account, unless it is the last admin's; in one step, as another may go too.

        `kept`: it stays an admin's.
        """
        listed = any(one.in_settings and one.role is Role.ADMIN for one in self.everyone())
        others = "select 1 from people as other where other.role = 'admin' and other.name <> ?"
        only = f"name = ? and (? or role <> 'admin' or exists ({others}))"
        done = self._store.change(f"{change} where {only}", *values, name, kept or listed, name)
        if not done:
            raise PeopleError("last_admin")


def check_password(password: str) -> None:
    """Raises PeopleError where it is too short or too long."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise PeopleError("password_rule")


@cache
def _nobodys() -> str:
    """A hash no password has, to be compared with where there is no such person."""
    import secrets

    return _hasher().hash(secrets.token_hex(32))
