"""Whether what shoppers came with was settled, told from what they did next."""

from __future__ import annotations

from dataclasses import dataclass

from engine.journal_writing import UNSURE
from engine.report.intervals import Share, wilson
from engine.report.period import Asker

WITHIN_H = 72
PICKED_WITHIN_H = 1
"""An offered entry that is picked this soon is counted as the question it answers, not twice."""
_TOLD = "(band is null or band in ('certain', 'likely'))"


@dataclass(frozen=True, slots=True)
class Resolution:
    """Of matters (one shopper, one topic, up to 72 hours): how many were resolved, and why not.

    Resolved: confirmed by a thumb up, or answered, not asked again within 72 hours and no person
    called in. Greetings and other small talk are no matters, nor is asking for a person.
    """

    resolved: Share
    confirmed: int
    asked_again: int
    person: int
    not_answered: int


def resolution(asker: Asker) -> Resolution:
    """Of a period; matters of its last 72 hours may still be asked again, which counts then."""
    ((n, confirmed, silent, again, person, unanswered),) = asker.rows(
        _QUERY.format(
            until_told=asker.later("m.at", WITHIN_H),
            began=asker.later("at", -WITHIN_H),
            ended=asker.later("at", WITHIN_H),
            picked=asker.later("m.at", PICKED_WITHIN_H),
            told=_TOLD,
            unsure=UNSURE,
        )
    )
    resolved = (confirmed or 0) + (silent or 0)
    return Resolution(wilson(resolved, n), confirmed or 0, again or 0, person or 0, unanswered or 0)


_QUERY = """
with contacts as (
  select id, shopper, topic, at, conversation, {told} as told,
    lag(at) over mine as before, lead(at) over mine as next
  from turns
  where topic <> '' and topic <> 'handoff'
  window mine as (partition by shopper, topic order by at)
),
matters as (
  select *, case when next is not null and next <= {ended} then 1 else 0 end as again
  from contacts
  where at >= :since and at < :until and (before is null or before < {began})
),
judged as (
  select
    case
      when again = 0 and not told then 'unanswered'
      when (again = 1 or exists (
          select 1 from turns h where h.conversation = m.conversation and h.handoff is not null
          and h.at >= m.at and h.at <= {until_told})
        or exists (select 1 from feedback f where f.turn = m.id and f.shopper = m.shopper)
      ) and exists (
        select 1 from turns u join feedback f on f.turn = u.id and f.shopper = m.shopper
        where u.shopper = m.shopper and u.topic = m.topic and u.at >= m.at and u.at <= {until_told}
        and f.verdict = 'up') then 'confirmed'
      when again = 1 then 'again'
      when exists (
        select 1 from turns h where h.conversation = m.conversation and h.handoff is not null
        and h.at >= m.at and h.at <= {until_told}) then 'person'
      when exists (
        select 1 from feedback f where f.turn = m.id and f.shopper = m.shopper
        and f.verdict = 'down') then 'unanswered'
      else 'silent'
    end as how
  from matters m
  where not (m.topic = '{unsure}' and exists (
    select 1 from turns p where p.conversation = m.conversation and p.action like 'entry:%'
    and p.at >= m.at and p.at <= {picked}))
)
select count(*),
  sum(case when how = 'confirmed' then 1 else 0 end),
  sum(case when how = 'silent' then 1 else 0 end),
  sum(case when how = 'again' then 1 else 0 end),
  sum(case when how = 'person' then 1 else 0 end),
  sum(case when how = 'unanswered' then 1 else 0 end)
from judged
"""
