"""Who may do what is read from one setting, and whatever is unclear in it is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SettingsError
from engine.operators import Operator, Role, operator_of, read_operators
from engine.settings import Settings

ROLES = st.dictionaries(st.integers(1, 2**52), st.sampled_from(list(Role)))


@given(ROLES)
def test_what_is_written_is_read_back(roles: dict[int, Role]) -> None:
    text = ", ".join(f"{number}:{role}" for number, role in roles.items())
    found = read_operators(text)
    assert {one.telegram_id: one.role for one in found} == roles


@pytest.mark.parametrize("text", ["7", "7:", "7:owner", ":admin", "-100:admin", "0:admin",
                                  "７:admin", "anna:admin", "7:admin,7:viewer"])  # fmt: skip
def test_what_is_unclear_is_refused_by_name(text: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="OPERATORS"):
        Settings.load({"OPERATORS": text}, tmp_path / "none")


def test_each_role_may_all_that_those_before_may() -> None:
    order = [Role.VIEWER, Role.EDITOR, Role.PUBLISHER, Role.ADMIN]
    for place, role in enumerate(order):
        may = [Operator(1, role).may(other) for other in order]
        assert may == [True] * (place + 1) + [False] * (3 - place)


def test_nobody_else_is_an_operator(tmp_path: Path) -> None:
    assert Settings.load({}, tmp_path / "none").operators == ()
    known = read_operators("7:editor")
    assert operator_of(known, 7) == Operator(7, Role.EDITOR)
    assert operator_of(known, 8) is None
