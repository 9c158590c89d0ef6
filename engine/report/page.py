"""The report as one page that needs nothing else: figures with their intervals, and a chart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from engine.report.answers import Day
from engine.report.intervals import Share
from engine.report.measuring import Report
from engine.report.wording import interval, percent, points
from knowledge_base.store import write_atomically

STYLE = """
:root{color-scheme:light dark;--ink:#1d2433;--soft:#5b6577;--line:#dfe3ea;--paper:#fff;
--bar:#2f6fde;--told:#1d9a6c;font:16px/1.5 system-ui,"Noto Sans CJK SC",sans-serif}
@media(prefers-color-scheme:dark){:root{--ink:#e8ebf2;--soft:#a2acbd;--line:#333b4a;--paper:#151a23;
--bar:#7aa5f5;--told:#4fc99a}}
body{margin:0 auto;max-width:60rem;padding:1.5rem 1rem;background:var(--paper);color:var(--ink)}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}p,td small{color:var(--soft)}
table{border-collapse:collapse;width:100%}td,th{padding:.4rem .5rem;border-bottom:1px solid
var(--line);text-align:left;vertical-align:middle}td.n{text-align:right;font-variant-numeric:tabular-nums;
white-space:nowrap}svg{display:block;width:100%;height:auto}
.span{stroke:var(--soft);stroke-width:2}.dot{fill:var(--bar)}.axis{stroke:var(--line)}
small{font-weight:400}.shares td:nth-child(3){width:30%}
@media(max-width:600px){.shares tr{display:grid;grid-template-columns:1fr auto;padding:.4rem 0;
border-bottom:1px solid var(--line)}.shares td,.shares th{border:0;padding:.1rem .3rem}
.shares td:nth-child(3),.shares td:nth-child(4){grid-column:1/-1;width:auto;text-align:left}
svg text{font-size:26px}svg text:nth-of-type(even){display:none}}
.asked{fill:var(--bar);opacity:.35}.told{fill:var(--told)}text{fill:var(--soft);font-size:11px}
"""
WIDTH, HEIGHT = 900, 180


def write_page(path: Path, report: Report) -> None:
    """Write the page, whole or not at all."""
    write_atomically(path, page(report))


def page(report: Report) -> str:
    """The page as HTML."""
    found, period = report.answers, report.period
    body = (
        f"<h1>How the assistant did</h1><p>{period.since:%Y-%m-%d} to {period.until:%Y-%m-%d} · "
        f"{found.turns} turns · {report.shoppers} shoppers · {found.questions} questions</p>",
        "<h2>Shares, with what chance alone allows (95 %)</h2>", _shares(report),
        "<h2>Questions a day, and those answered</h2>", _days(report.daily),
        "<h2>What personal suggestions bring</h2>", _uplift(report),
        "<h2>What is asked most</h2>", _topics(report),
    )  # fmt: skip
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\"><title>shopdesk report</title>"
        f"<style>{STYLE}</style><main>{''.join(body)}</main></html>"
    )


def _shares(report: Report) -> str:
    matters = report.resolution
    rows = (
        ("Answered", report.answers.answered, ""),
        ("Offered a choice", report.answers.unsure, ""),
        ("No answer", report.answers.unknown, ""),
        ("Resolved", matters.resolved, "confirmed, or not asked again in 72 hours and no person; "
         f"else: asked again {matters.asked_again}, a person {matters.person}, not answered "
         f"{matters.not_answered}"),
        ("Thumbs up", report.satisfaction.up, "of those that were given"),
        ("Bought after a suggestion", report.purchases.assisted,
         "of purchases; no proof that it was the reason"),
    )  # fmt: skip
    cells = (
        f"<tr><th>{escape(name)}<br><small>{escape(note)}</small></th>"
        f'<td class="n">{percent(share)}</td><td>{_interval(share)}</td>'
        f'<td class="n">{share.count} of {share.n}</td></tr>'
        for name, share, note in rows
    )
    return f'<table class="shares">{"".join(cells)}</table>'


def _interval(share: Share) -> str:
    """A dot on its interval, on a line from 0 to 1."""
    low, at, high = (10 + 280 * v for v in (share.low, share.share, share.high))
    told = f"95 % interval {interval(share)}"
    dot = f'<circle class="dot" cx="{at:.1f}" cy="10" r="5"/>' if share.n else ""
    return (
        f'<svg viewBox="0 0 300 20" role="img" aria-label="{told}">'
        '<line class="axis" x1="10" y1="10" x2="290" y2="10"/>'
        f'<line class="span" x1="{low:.1f}" y1="10" x2="{high:.1f}" y2="10"/>{dot}</svg>'
    )


def _days(days: Sequence[Day]) -> str:
    if not days:
        return "<p>Nothing was asked.</p>"
    most = max(day.questions for day in days)
    step = WIDTH / len(days)
    bars = "".join(_bar(day, number * step, step, most) for number, day in enumerate(days))
    labels = "".join(
        f'<text x="{number * step:.1f}" y="{HEIGHT + 14}">{days[number].day[5:]}</text>'
        for number in range(0, len(days), max(1, len(days) // 8))
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT + 20}" role="img" '
        f'aria-label="Questions a day, at most {most}">{bars}{labels}</svg>'
    )


def _bar(day: Day, x: float, step: float, most: int) -> str:
    def rect(kind: str, count: int) -> str:
        height = HEIGHT * count / most
        return (f'<rect class="{kind}" x="{x + step * 0.1:.1f}" y="{HEIGHT - height:.1f}" '
                f'width="{step * 0.8:.1f}" height="{height:.1f}"/>')  # fmt: skip

    told = f"<title>{day.day}: {day.answered} of {day.questions} answered</title>"
    return f"<g>{told}{rect('asked', day.questions)}{rect('told', day.answered)}</g>"


def _uplift(report: Report) -> str:
    up = report.uplift
    if not up.percent:
        return "<p>No holdout is set (SHOPDESK_HOLDOUT), so this cannot be told.</p>"
    rows = (
        ("Bought within 14 days", up.personal.bought, up.held_out.bought, up.bought),
        ("Came back within 30 days", up.personal.came_back, up.held_out.came_back, up.came_back),
    )
    cells = (
        f"<tr><th>{name}</th><td class='n'>{percent(one)}<br><small>of {one.n}</small></td>"
        f"<td class='n'>{percent(other)}<br><small>of {other.n}</small></td>"
        f"<td>{points(difference)}</td></tr>"
        for name, one, other, difference in rows
    )
    return (
        f"<table><tr><th></th><th>Personal</th><th>Held out ({up.percent} %)</th>"
        f"<th>Difference</th></tr>{''.join(cells)}</table>"
    )


def _topics(report: Report) -> str:
    moved = {one.topic: one for one in (*report.drift.rising, *report.drift.falling)}
    names: Iterable[str] = dict.fromkeys((*report.topics, *moved))
    cells = (
        f"<tr><th>{escape(name)}</th><td class='n'>{report.topics.get(name, '')}</td>"
        f"<td>{f'{100 * moved[name].points:+.1f} points' if name in moved else ''}</td></tr>"
        for name in names
    )
    return (
        "<table><tr><th>Topic</th><th class='n'>Asked</th><th>More or less than before</th></tr>"
        f"{''.join(cells)}</table>"
    )
