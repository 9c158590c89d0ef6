"""Purchases after suggestions, and what personal ones bring: read against the holdout only."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.holdout import in_holdout
from engine.report.intervals import Difference, Share, newcombe, wilson
from engine.report.period import Asker

ASSISTED_WITHIN_D = 7
BOUGHT_WITHIN_D = 14
BACK_WITHIN_D = 30
A_DAY = timedelta(days=1)
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
            select 1 from turns t join impressions i on i.turn = t.id and i.product = e.product
            where t.shopper = e.shopper and t.at <= e.at
            and t.at >= {asker.later("e.at", -24 * ASSISTED_WITHIN_D)}
        ) then 1 else 0 end)
        from events e where e.name = 'purchase' and e.at >= :since and e.at < :until
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


def uplift(asker: Asker, percent: int) -> Uplift:
    """By the random holdout, of shoppers first suggested something in the period."""
    first = _first_shown(asker)
    bought = _moments(asker, first, "events", "and name = 'purchase'")
    seen = _moments(asker, first, "turns", "")
    arms = {}
    for held in (True, False):
        mine = {s: at for s, at in first.items() if in_holdout(s, percent) == held}
        arms[held] = Arm(
            _share(mine, bought, asker.period.until, timedelta(0), BOUGHT_WITHIN_D),
            _share(mine, seen, asker.period.until, A_DAY, BACK_WITHIN_D),
        )
    return Uplift(
        percent, arms[False], arms[True],
        _difference(arms[False].bought, arms[True].bought),
        _difference(arms[False].came_back, arms[True].came_back),
    )  # fmt: skip


def _first_shown(asker: Asker) -> dict[str, datetime]:
    rows = asker.rows(
        "select t.shopper, min(t.at) from impressions i join turns t on t.id = i.turn "
        "where t.at >= :since and t.at < :until and t.route = 'recommend' group by 1"
    )
    return {shopper: _moment(at) for shopper, at in rows}


def _moments(
    asker: Asker, first: dict[str, datetime], table: str, only: str
) -> dict[str, list[datetime]]:
    rows = asker.rows(
        f"select shopper, at from {table} where at >= :since {only}"  # noqa: S608
    )
    found: dict[str, list[datetime]] = defaultdict(list)
    for shopper, at in rows:
        if shopper in first:
            found[shopper].append(_moment(at))
    return found


def _share(
    first: dict[str, datetime], moments: dict[str, list[datetime]], until: datetime,
    after: timedelta, days: int,
) -> Share:  # fmt: skip
    whole = timedelta(days=days)
    ripe = {shopper: at for shopper, at in first.items() if at + whole <= until}
    count = sum(
        any(at + after <= moment <= at + whole for moment in moments.get(shopper, ()))
        for shopper, at in ripe.items()
    )
    return wilson(count, len(ripe))


def _difference(one: Share, other: Share) -> Difference | None:
    return newcombe(one, other) if min(one.n, other.n) >= FEW else None


def _moment(at: Any) -> datetime:
    """SQLite gives text, without a zone."""
    return at if isinstance(at, datetime) else datetime.fromisoformat(f"{at}+00:00")
