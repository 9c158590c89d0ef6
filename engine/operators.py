"""Operators: who may change what the shop knows, by numeric Telegram id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an operator may do; each may all that those before may."""

    VIEWER = "viewer"
    EDITOR = "editor"
    PUBLISHER = "publisher"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        """Whether who has this role may do what the other one allows."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(other)


@dataclass(frozen=True, slots=True)
class Operator:
    """One of the shop's people."""

    telegram_id: int
    role: Role

    def may(self, role: Role) -> bool:
        """Whether the operator may do what a role allows."""
        return self.role.includes(role)


def read_operators(text: str) -> tuple[Operator, ...]:
    """Operators of a setting such as `12345:admin,67890:editor`. Raises ValueError."""
    found: dict[int, Operator] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        number, _, name = (piece.strip() for piece in part.partition(":"))
        # Groups and channels have negative ids; no person has.
        if not (number.isascii() and number.isdigit() and int(number)):
            raise ValueError(f"{number!r} is no numeric Telegram id of a person")
        if name not in tuple(Role):
            raise ValueError(f"{name!r} is none of the roles {', '.join(Role)}")
        if int(number) in found:
            raise ValueError(f"{number} has two roles")
        found[int(number)] = Operator(int(number), Role(name))
    return tuple(found.values())


def operator_of(operators: Iterable[Operator], telegram_id: int) -> Operator | None:
    """The operator with a Telegram id; None for everybody else."""
    return next((one for one in operators if one.telegram_id == telegram_id), None)
