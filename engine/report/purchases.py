"""Purchases after suggestions, and what personal ones bring: read against the holdout only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.holdout import in_holdout
from engine.report.contacts import Contacts
from engine.report.intervals import Difference, Share, newcombe, wilson
from engine.report.period import Asker

ASSISTED_WITHIN_D = 7
BOUGHT_WITHIN_D = 14
BACK_WITHIN_D = 30
A_DAY_S = 86400.0
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
    first, back = _first_suggested(about)
    bought = _bought(asker)
    until = asker.period.until.timestamp()
    arms = {
        held: Arm(
            _share(mine, bought, until, 0, BOUGHT_WITHIN_D),
            _share(mine, back, until, A_DAY_S, BACK_WITHIN_D),
        )
        for held in (True, False)
        for mine in ({s: t for s, t in first.items() if in_holdout(s, percent) == held},)
    }
    return Uplift(
        percent, arms[False], arms[True],
        _difference(arms[False].bought, arms[True].bought),
        _difference(arms[False].came_back, arms[True].came_back),
    )  # fmt: skip


def _first_suggested(about: Contacts) -> tuple[dict[str, float], dict[str, list[float]]]:
    """Of who was suggested products in the period: when first, and all their moments."""
    first: dict[str, float] = {}
    for i in np.flatnonzero(about.suggested & about.within):
        name, at = about.shopper[i], float(about.at[i])
        first[name] = min(at, first.get(name, at))
    moments: dict[str, list[float]] = {name: [] for name in first}
    for name, at in zip(about.shopper, about.at.tolist(), strict=True):
        if name in moments:
            moments[name].append(at)
    return first, moments


def _bought(asker: Asker) -> dict[str, list[float]]:
    """Moments of purchases, by shopper and by every shopper who has linked that account."""
    found: dict[str, list[float]] = defaultdict(list)
    at = asker.seconds("e.at")
    for name, seconds in asker.rows(
        f"select coalesce(l.shopper, e.shopper), {at} from events e "  # noqa: S608
        "left join links l on l.account = e.shopper "
        "where e.at >= :since and e.name = 'purchase'"
    ):
        found[name].append(float(seconds))
    return found


def _share(
    first: Mapping[str, float], moments: Mapping[str, Sequence[float]], until: float,
    after_s: float, days: int,
) -> Share:  # fmt: skip
    whole = days * A_DAY_S
    ripe = {shopper: at for shopper, at in first.items() if at + whole <= until}
    count = sum(
        any(at + after_s <= moment <= at + whole for moment in moments.get(shopper, ()))
        for shopper, at in ripe.items()
    )
    return wilson(count, len(ripe))


def _difference(one: Share, other: Share) -> Difference | None:
    return newcombe(one, other) if min(one.n, other.n) >= FEW else None
