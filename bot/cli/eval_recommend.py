"""`shopdesk eval recommend`: recommenders side by side on real histories, as JSON."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.common import load_settings, print_json, write_json_lines
from engine.errors import SettingsError, ShopdeskError
from engine.progress import Told, shown_work
from engine.settings import Settings

DAY_S = 86_400

if TYPE_CHECKING:
    from torch import Tensor

    from engine.recommend.splits import Split


def run_command(arguments: argparse.Namespace) -> int:
    """Learn and judge every recommender, and print its figures."""
    cut = _checked(arguments)
    settings = load_settings(arguments)
    import torch

    from engine.evaluation.recommend import evaluate_recommenders

    torch.set_num_threads(settings.threads)
    with shown_work("reading") as told:
        split, titles = _split(arguments, cut)
        content = _content(titles, settings, told)
        figures, lines = evaluate_recommenders(
            split, range(arguments.seeds), arguments.minutes, content, told
        )
    write_json_lines(arguments.details, lines)
    print_json(figures)
    return 0


def _checked(arguments: argparse.Namespace) -> date | None:
    """The day of --cut, where there is one. Raises SettingsError."""
    if (arguments.sequences is None) == (arguments.events is None):
        both = "not both" if arguments.events else "one of them"
        raise SettingsError(f"eval recommend needs --sequences or --events, {both}",
                            mend="--sequences FILE, or --events FILE --cut DAY.")  # fmt: skip
    if arguments.seeds < 1:
        raise SettingsError("--seeds: at least 1", mend="leave it out for 3.")
    if arguments.minutes is not None and not arguments.minutes > 0:
        raise SettingsError("--minutes: more than 0", mend="leave it out to train to the end.")
    if arguments.events is None:
        if arguments.cut:
            raise SettingsError("--cut: sequences have no times", mend="leave --cut out.")
        return None
    if not arguments.cut:
        raise SettingsError("--events needs --cut: what comes from that day on is judged",
                            mend="--cut YYYY-MM-DD.")  # fmt: skip
    try:
        return date.fromisoformat(arguments.cut)
    except ValueError:
        raise SettingsError(
            f"--cut: {arguments.cut!r} is no day", mend="--cut YYYY-MM-DD."
        ) from None


def _split(arguments: argparse.Namespace, cut: date | None) -> tuple[Split, tuple[str, ...]]:
    from engine.evaluation.histories_files import read_event_table, read_sequences
    from engine.recommend.splits import cut_in_time, leave_one_out

    if cut is None:
        split = leave_one_out(read_sequences(arguments.sequences))
        if not split.judging:
            raise ShopdeskError(
                "no user with three items", where=str(arguments.sequences),
                mend="longer sequences: the last item of each is judged.",
            )  # fmt: skip
        return split, ()
    histories, titles = read_event_table(arguments.events)
    at = datetime.combine(cut, time(), UTC).timestamp() / DAY_S
    _see_both_sides(arguments.events, cut, histories.day.min(), histories.day.max(), at)
    split = cut_in_time(histories, at)
    for cases, side in ((split.judging, f"{cut} on"), (split.choosing, "the last days before it")):
        if not cases:
            raise SettingsError(
                f"--cut {cut}: no user who was there before bought anything new from {side}",
                where=str(arguments.events), mend="another day, or a table of more events.",
            )  # fmt: skip
    return split, titles


def _see_both_sides(path: Path, cut: date, first: float, last: float, at: float) -> None:
    if first < at <= last:
        return
    days = [datetime.fromtimestamp(day * DAY_S, UTC).date() for day in (first, last)]
    raise SettingsError(
        f"--cut {cut}: no event {'before' if at <= first else 'since'} then",
        where=str(path), mend=f"a day between {days[0]} and {days[1]}.",
    )  # fmt: skip


def _content(titles: tuple[str, ...], settings: Settings, told: Told) -> Tensor | None:
    if not any(titles):
        return None
    from engine.build import load_encoders
    from engine.evaluation.titles import title_vectors

    return title_vectors(titles, load_encoders(settings), told)
