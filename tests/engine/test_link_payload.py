"""A signed link names its customer to us alone, and links nothing once a bit of it is changed."""

from __future__ import annotations

import base64
import re
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ShopdeskError
from engine.link_payload import (
    MARK,
    MOST_ACCOUNT_BYTES,
    LinkFault,
    LinkKeys,
    LinkRefused,
    is_link,
    link_secret,
    read_link,
    sign_link,
)

SECRET = b"a secret of the shop's server"
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=15)

accounts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(
    lambda text: text == text.strip() and len(text.encode()) <= MOST_ACCOUNT_BYTES
)
secrets = st.binary(min_size=16, max_size=64)
times = st.datetimes(NOW.replace(tzinfo=None) + timedelta(seconds=1), datetime(2100, 1, 1)).map(
    lambda at: at.replace(microsecond=0, tzinfo=UTC)
)


def fault(payload: str, secret: bytes = SECRET, now: datetime = NOW) -> LinkFault:
    with pytest.raises(LinkRefused) as refused:
        read_link(secret, payload, now)
    return refused.value.fault


@given(accounts, secrets, times)
def test_what_was_signed_is_read_and_fits_into_a_telegram_link(
    account: str, secret: bytes, expires: datetime
) -> None:
    payload = sign_link(secret, account, expires)
    link = read_link(secret, payload, NOW)
    assert (link.account, link.expires) == (account, expires)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", payload)
    assert is_link(payload)


@given(accounts, st.data())
def test_any_bit_flipped_is_refused(account: str, data: st.DataObject) -> None:
    payload = sign_link(SECRET, account, SOON)
    text = payload.removeprefix(MARK)
    raw = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    changed = MARK + base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=")
    assert fault(changed) is LinkFault.FORGED


@given(accounts, st.data())
def test_any_character_changed_left_out_or_added_is_refused(
    account: str, data: st.DataObject
) -> None:
    payload = sign_link(SECRET, account, SOON)
    place = data.draw(st.integers(0, len(payload) - 1))
    letter = data.draw(st.sampled_from("ABCXYZabcxyz0189_-=+/ é"))
    for changed in (
        payload[:place] + letter + payload[place + 1 :],
        payload[:place] + payload[place + 1 :],
        payload[:place] + letter + payload[place:],
    ):
        if changed != payload:
            assert fault(changed) is LinkFault.FORGED


@given(st.text())
def test_no_text_is_a_link_by_chance_and_none_breaks_the_reader(text: str) -> None:
    assert fault(text) is LinkFault.FORGED
    assert fault(MARK + text) is LinkFault.FORGED


def test_another_shops_secret_signs_nothing_here() -> None:
    assert fault(sign_link(b"another", "7301", SOON)) is LinkFault.FORGED


def test_a_link_ends_when_it_says_and_only_a_true_one_is_called_old() -> None:
    payload = sign_link(SECRET, "7301", SOON)
    assert read_link(SECRET, payload, SOON - timedelta(seconds=1)).account == "7301"
    assert fault(payload, now=SOON) is LinkFault.EXPIRED
    assert fault(payload, b"another", SOON) is LinkFault.FORGED


@given(accounts.filter(lambda text: len(text.encode()) >= 4))
def test_nobody_reads_the_account_off_the_link(account: str) -> None:
    text = sign_link(SECRET, account, SOON).removeprefix(MARK)
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    assert account.encode() not in raw


def test_each_link_has_a_name_of_its_own_to_be_used_up_by() -> None:
    times = [SOON, SOON + timedelta(seconds=1), SOON]
    names = [read_link(SECRET, sign_link(SECRET, "7301", at), NOW).nonce for at in times]
    other = read_link(SECRET, sign_link(SECRET, "7302", SOON), NOW).nonce
    assert names[0] == names[2]
    assert len({*names, other}) == 3


@pytest.mark.parametrize("account", ["", "  ", "a" * (MOST_ACCOUNT_BYTES + 1), "汉" * 11])
def test_an_account_that_does_not_fit_is_told_with_its_mend(account: str) -> None:
    with pytest.raises(ShopdeskError) as refused:
        sign_link(SECRET, account, SOON)
    assert str(MOST_ACCOUNT_BYTES) in refused.value.mend


def test_without_a_shared_secret_one_is_made_that_only_we_may_read(tmp_path: Path) -> None:
    place = SimpleNamespace(home=tmp_path, link_secret=None)
    assert link_secret(place) == link_secret(place)
    assert stat.S_IMODE((tmp_path / "link.key").stat().st_mode) == 0o600
    shared = SimpleNamespace(home=tmp_path / "b", link_secret="the secret of both sides")
    keys = LinkKeys.open(shared)
    assert keys.secret == b"the secret of both sides"
    assert not (tmp_path / "b" / "link.key").exists()
    assert keys.pseudonym(" Ann@Example.com") == keys.pseudonym("ann@example.com")
