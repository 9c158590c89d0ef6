"""`shopdesk gaps`: what shoppers asked in vain, grouped; drafted, answered, and told to all."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bot.cli.common import load_settings, plain, print_json
from engine.errors import SettingsError
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.gaps.clustering import Gap
    from engine.gaps.live_answers import LiveAnswers
    from engine.journal import Journal
    from knowledge_base.working_copy import WorkingCopy

SHOWN_VARIANTS = 3


@dataclass
class _Desk:
    """What the actions work with; the encoders are loaded when first needed."""

    arguments: argparse.Namespace
    settings: Settings
    journal: Journal
    at: datetime

    @cached_property
    def live(self) -> LiveAnswers:
        from engine.gaps.live_answers import LiveAnswers

        return LiveAnswers(self.settings)

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        from engine.gaps.clustering import cluster
        from engine.gaps.collecting import collect

        since = self.at - timedelta(days=self.arguments.days)
        return cluster(collect(self.journal, self.live, since, self.at), self.live.encoders)

    @property
    def gap(self) -> Gap:
        from engine.gaps.clustering import find_gap

        return find_gap(self.gaps, self.arguments.id)

    @property
    def working_copy(self) -> WorkingCopy:
        from knowledge_base.store import ensure_shop
        from knowledge_base.working_copy import WorkingCopy

        return WorkingCopy(ensure_shop(self.settings.home, self.settings.kb))

    @property
    def by(self) -> str:
        import getpass

        return self.arguments.by or getpass.getuser()


def run_command(arguments: argparse.Namespace) -> int:
    """List the gaps, or do one thing with one of them. Raises ShopdeskError."""
    if arguments.action != "list" and not arguments.id:
        raise SettingsError(f"gaps {arguments.action} needs an ID", mend="see `shopdesk gaps`.")
    actions = {"list": _list, "draft": _draft, "answer": _answer, "dismiss": _dismiss,
               "tell": _tell}  # fmt: skip
    with _desk(arguments) as desk:
        told, lines = actions[arguments.action](desk)
    if arguments.json:
        print_json(told)
    else:
        print("\n".join(lines))
    return 0


@contextmanager
def _desk(arguments: argparse.Namespace) -> Iterator[_Desk]:
    from engine.journal import Journal

    settings = load_settings(arguments)
    with closing(Journal.open(settings)) as journal:
        yield _Desk(arguments, settings, journal, datetime.now(UTC))


def _list(desk: _Desk) -> tuple[Any, list[str]]:
    if desk.arguments.keep:
        from engine.gaps.kept import Look, keep_look

        keep_look(desk.settings.home, Look(desk.at, desk.arguments.days, desk.gaps))
    lines = []
    for gap in desk.gaps:
        kinds = ", ".join(f"{n} {kind.replace('_', ' ')}" for kind, n in gap.kinds.items() if n)
        lines += [f"{gap.id}  {gap.title}",
                  f"  {gap.shoppers} shoppers ({kinds}), {gap.waiting} wait, "
                  f"last {gap.last:%Y-%m-%d}"]  # fmt: skip
        more = [v.words for v in gap.variants if v.words != gap.title][:SHOWN_VARIANTS]
        lines += [f"  also: {words}" for words in more]
        if gap.near:
            near = (f"{n.entry} (offered)" if n.offered else n.entry for n in gap.near)
            lines.append(f"  near: {', '.join(near)}")
    lines.append(f"{len(desk.gaps)} gaps; see `shopdesk gaps draft ID`")
    return {"gaps": [as_json(gap) for gap in desk.gaps]}, lines


def as_json(gap: Gap) -> dict[str, Any]:
    """A gap as `--json` has it; who asked is not told."""
    names = ("id", "title", "language", "variants", "shoppers", "kinds", "languages", "first",
             "last", "waiting", "near")  # fmt: skip
    told = {name: plain(getattr(gap, name)) for name in names}
    return {**told, "turns": len(gap.asked)}


def _draft(desk: _Desk) -> tuple[Any, list[str]]:
    from engine.gaps.drafting import draft, save_draft
    from knowledge_base.store import load

    entries = {entry.id: entry for entry in load(desk.working_copy.folder).entries}
    made = draft(desk.gap, entries)
    change = save_draft(made, desk.working_copy, desk.by) if desk.arguments.save else None
    lines = [made.text]
    for entry in made.material:
        said = "\n".join(f"# [{language}] {text}" for language, text in entry.answers.items())
        lines.append(f"# near: {entry.id}\n{said}")
    told = {"entry": made.entry, "text": made.text, "material": made.material, "change": change}
    return told, lines


def _answer(desk: _Desk) -> tuple[Any, list[str]]:
    from engine.gaps.answering import answer_gap, read_answer
    from knowledge_base.store import load

    if desk.arguments.entry is None:
        raise SettingsError("gaps answer needs --entry FILE.md",
                            mend="`shopdesk gaps draft ID` prints one to begin with.")  # fmt: skip
    copy = desk.working_copy
    entry = read_answer(desk.arguments.entry, load(copy.folder).shop.languages)
    done = answer_gap(desk.gap, entry, desk.by, working_copy=copy, journal=desk.journal, at=desk.at)
    return done, [
        f"entry {done.entry} is among the shop's files, with {len(done.replays)} test questions",
        f"{done.waiting} conversations wait: `shopdesk kb publish`, then "
        f"`shopdesk gaps tell {desk.gap.id} --send`",
    ]


def _dismiss(desk: _Desk) -> tuple[Any, list[str]]:
    from engine.gaps.closing import dismiss

    dismiss(desk.journal, desk.gap, desk.by, desk.at)
    return {"dismissed": desk.arguments.id}, [f"{desk.arguments.id} is dismissed"]


def _tell(desk: _Desk) -> tuple[Any, list[str]]:
    from engine.gaps.collecting import WAITS
    from engine.gaps.telling import tell, waiting_for
    from engine.recall import live_entries
    from engine.valkey import connect

    within = timedelta(days=desk.settings.keep_days) if desk.arguments.older else WAITS
    live, name = live_entries(desk.settings.home), desk.arguments.id
    waiting = waiting_for(desk.journal, name, live, desk.at, within)
    sent = None
    if desk.arguments.send:
        sent = tell(desk.journal, connect(desk.settings), name, live, desk.at, within)
    lines = [f"{one.at:%Y-%m-%d %H:%M}  {one.question!r}" for one in waiting]
    lines.append(f"{len(waiting)} conversations asked")
    lines.append(
        f"{sent.queued} answers are on their way, one a second; {sent.before} had it before"
        if sent else "send them the answer with --send"
    )  # fmt: skip
    return {"waiting": waiting, "sent": sent}, lines
