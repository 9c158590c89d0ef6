"""`shopdesk eval faq | pairs | contradictions | search | answers | …`: prints figures as JSON."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from bot.cli.common import load_settings, print_json, write_json_lines
from engine.errors import SettingsError
from engine.progress import shown_steps


def run_command(arguments: argparse.Namespace) -> int:
    """Run one evaluation and print its figures."""
    commands = {
        "faq": _faq, "pairs": _pairs, "contradictions": _contradictions,
        "search": _search,
        "answers": _answers, "recommend": _recommend, "masking": _masking,
        "replays": _replays, "twins": _twins,
    }  # fmt: skip
    return commands[arguments.what](arguments)


def _faq(arguments: argparse.Namespace) -> int:
    from engine.build import load_encoders
    from engine.evaluation.faq import details, evaluate_faq
    from engine.evaluation.pictures import draw
    from engine.evaluation.tables import read_entries, read_queries

    entries = read_entries(_given(arguments, "entries"))
    queries = read_queries(_given(arguments, "queries"))
    validation = read_queries(arguments.validation) if arguments.validation else ()
    with shown_steps("asking") as step:
        result = evaluate_faq(
            entries, queries, load_encoders(load_settings(arguments)), validation=validation,
            out_of_scope=arguments.out_of_scope, tune=arguments.tune, advance=_counted(step),
        )  # fmt: skip
    write_json_lines(arguments.details, details(result, arguments.out_of_scope))
    if arguments.pictures:
        draw(result.predictions, arguments.pictures)
    print_json(result.figures)
    return 0


def _pairs(arguments: argparse.Namespace) -> int:
    from engine.build import load_encoders
    from engine.evaluation.pairs import evaluate_pairs
    from engine.evaluation.tables import read_pairs

    pairs = read_pairs(_given(arguments, "pairs"))
    with shown_steps("comparing") as step:
        figures, lines = evaluate_pairs(
            pairs, load_encoders(load_settings(arguments)), _counted(step)
        )
    write_json_lines(arguments.details, lines)
    print_json(figures)
    return 0


def _contradictions(arguments: argparse.Namespace) -> int:
    from engine.build import load_encoders
    from engine.evaluation.contradictions import details, figures, judge, read_entry_pairs
    from engine.review.nearness import Nearness

    pairs = read_entry_pairs(_given(arguments, "pairs"))
    judged = judge(pairs, Nearness(load_encoders(load_settings(arguments))))
    write_json_lines(arguments.details, details(judged))
    print_json(figures(judged))
    return 0


def _search(arguments: argparse.Namespace) -> int:
    from engine.build import load_encoders
    from engine.evaluation.search import evaluate_search, read_searches

    queries = read_searches(_given(arguments, "queries"))
    with shown_steps("searching") as step:
        figures, lines = evaluate_search(
            _given(arguments, "products"), queries, load_encoders(load_settings(arguments)),
            _counted(step),
        )  # fmt: skip
    write_json_lines(arguments.details, lines)
    print_json(figures)
    return 0


def _answers(arguments: argparse.Namespace) -> int:
    from engine.build import load_encoders
    from engine.evaluation.answer_questions import read_answer_questions
    from engine.evaluation.answers import answer_all, details, figures
    from engine.generation.generator import build_generator
    from engine.retrieval.answerable import PassageCheck

    questions = read_answer_questions(_given(arguments, "questions"))
    settings = load_settings(arguments)
    check = PassageCheck(load_encoders(settings))
    generator = build_generator(settings)
    with shown_steps("answering") as step:
        found = answer_all(
            questions, check, generator, _counted(lambda done, _: step(done, len(questions)))
        )
    generator.close()
    write_json_lines(arguments.details, details(found))
    print_json(figures(found))
    return 0


def _recommend(arguments: argparse.Namespace) -> int:
    from bot.cli import eval_recommend

    return eval_recommend.run_command(arguments)


def _masking(arguments: argparse.Namespace) -> int:
    from engine.evaluation.masking import details, figures, mask_all, read_spanned_texts

    masked = mask_all(read_spanned_texts(_given(arguments, "texts")))
    write_json_lines(arguments.details, details(masked))
    print_json(figures(masked))
    return 0


def _replays(arguments: argparse.Namespace) -> int:
    from bot.cli import eval_replays

    return eval_replays.replays(arguments)


def _twins(arguments: argparse.Namespace) -> int:
    from bot.cli import eval_replays

    return eval_replays.twins(arguments)


def _given(arguments: argparse.Namespace, name: str) -> Path:
    path: Path | None = getattr(arguments, name)
    if path is None:
        raise SettingsError(
            f"eval {arguments.what} needs --{name}", mend=f"name a file: --{name} FILE."
        )
    return path


def _counted(step: Callable[[int, int], None]) -> Callable[[int], None]:
    """A bar that only knows how much is done."""
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        step(done, max(done, 1))

    return advance
