"""Purchases after suggestions, and what personal ones bring: read against the holdout only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.holdout import in_holdout
from engine.report.columns import DAY, Flags, Places, Times, times
from engine.report.contacts import Contacts
from engine.report.intervals import Difference, Share, newcombe, wilson
from engine.report.period import Asker, unix_us

ASSISTED_WITHIN_D = 7
BOUGHT_WITHIN_D = 14
BACK_WITHIN_D = 30
_NEVER = np.iinfo(np.int64).max // 2
FEW = 100
"""Shoppers of each kind below which the difference is not told."""


@dataclass(frozen=True, slots=True)
class Purchases:
    """`assisted`: the shopper was shown that product here in the 7 days before they bought it."""

    purchases: int
    assisted: Share


def purchases(asker: Asker) -> Purchases:
    """Of a period. That somebody was shown a thing does not mean they bought it for that."""
    ((whole, assisted),) = asker.rows(f"""
        select count(*), sum(case when exists (
            select 1 from turns t where t.shopper = coalesce(l.shopper, e.shopper) and t.at <= e.at
            and t.at >= {asker.later("e.at", -24 * ASSISTED_WITHIN_D)}
            and exists (select 1 from impressions i where i.turn = t.id and i.product = e.product)
        ) then 1 else 0 end)
        from events e left join links l on l.account = e.shopper
        where e.name = 'purchase' and e.at >= :since and e.at < :until
    """)  # noqa: S608 - no word of anyone's
    return Purchases(whole, wilson(assisted or 0, whole))


@dataclass(frozen=True, slots=True)
class Arm:
    """Shoppers to whom products were suggested: how many bought within 14 days, came back in 30.

    Each is counted only where so many days have passed since.
    """

    bought: Share
    came_back: Share


@dataclass(frozen=True, slots=True)
class Uplift:
    """Personal suggestions beside none; the differences are None where too few were seen."""

    percent: int
    personal: Arm
    held_out: Arm
    bought: Difference | None
    came_back: Difference | None


def uplift(asker: Asker, about: Contacts, percent: int) -> Uplift:
    """By the random holdout, of shoppers first suggested something in the period."""
    first = _first_suggested(about)
    buyer, bought = _bought(asker, about)
    names = about.shopper.names
    held = np.array(
        [
            one < _NEVER and in_holdout(name, percent)
            for name, one in zip(names, first.tolist(), strict=True)
        ],
        dtype=bool,
    )
    until = unix_us(asker.period.until)
    arms = {
        kind: Arm(
            _share(first, held == kind, buyer, bought, until, 0, BOUGHT_WITHIN_D),
            _share(first, held == kind, about.shopper.codes, about.at, until, DAY, BACK_WITHIN_D),
        )
        for kind in (True, False)
    }
    return Uplift(
        percent, arms[False], arms[True],
        _difference(arms[False].bought, arms[True].bought),
        _difference(arms[False].came_back, arms[True].came_back),
    )  # fmt: skip


def _first_suggested(about: Contacts) -> Times:
    """By shopper, when products were first suggested to them in the period."""
    first = np.full(len(about.shopper.names), _NEVER)
    rows = about.suggested & about.within
    np.minimum.at(first, about.shopper.codes[rows], about.at[rows])
    return first


def _bought(asker: Asker, about: Contacts) -> tuple[Places, Times]:
    """Purchases of the contacts' shoppers, also by every account that they have linked."""
    names, moments = asker.columns(
        "from events e left join links l on l.account = e.shopper "
        "where e.at >= :since and e.name = 'purchase'",
        "coalesce(l.shopper, e.shopper)", asker.moment("e.at"),
    )  # fmt: skip
    codes = {name: code for code, name in enumerate(about.shopper.names)}
    shopper = np.array([codes.get(name, -1) for name in names], dtype=np.intp)
    known = shopper >= 0
    return shopper[known], times(moments)[known]


def _share(
    first: Times, kind: Flags, shopper: Places, at: Times, until: int, after: int, days: int
) -> Share:
    """Of these shoppers, who did it so long after they first were suggested something."""
    whole = days * DAY
    ripe = kind & (first <= until - whole)
    since = first[shopper]
    hits = np.zeros(len(first), dtype=bool)
    hits[shopper[(at >= since + after) & (at <= since + whole)]] = True
    return wilson(int(np.count_nonzero(hits & ripe)), int(np.count_nonzero(ripe)))


def _difference(one: Share, other: Share) -> Difference | None:
    return newcombe(one, other) if min(one.n, other.n) >= FEW else None
