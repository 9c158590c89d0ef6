"""Button payloads."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.telegram import actions
from engine.types import ActionKind

IDS = st.text(alphabet="ABCabc019._-", min_size=0, max_size=40)


@given(st.sampled_from(list(ActionKind)), IDS)
def test_every_action_fits_and_reads_back(kind: ActionKind, argument: str) -> None:
    action = f"{kind}:{argument}"
    assert actions.fits(action)
    assert actions.read(action) == action
    assert actions.kind(action) is kind
    assert actions.argument(action) == argument


@given(st.text(max_size=100))
def test_garbled_data_is_no_action(data: str) -> None:
    action = actions.read(data)
    assert action is None or actions.kind(action) in ActionKind


def test_unknown_and_broken_data_is_refused() -> None:
    for data in (None, "", "entry", "drop:table", "entry:" + "x" * 60, "entry:a\n", "entry:é"):
        assert actions.read(data) is None
