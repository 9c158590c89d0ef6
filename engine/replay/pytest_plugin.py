"""`pytest --replays FOLDER`: every conversation of the folder is a test, with readable failures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from engine.replay.conversation import Conversation
    from engine.replay.house import OpenHouse
    from engine.replay.playing import Played

SUFFIXES = (".yaml", ".yml")
HOUSE = pytest.StashKey["_SharedHouse"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of replays."""
    group = parser.getgroup("shopdesk", "replayed conversations")
    group.addoption("--replays", action="append", default=[], metavar="PATH",
                    help="collect the replay files of this folder as tests")  # fmt: skip
    group.addoption("--replays-kb", metavar="FOLDER", default="",
                    help="the shop they are played in (default: what is live in SHOPDESK_HOME, "
                    "or the demo shop)")  # fmt: skip
    group.addoption("--replays-home", metavar="FOLDER", default="",
                    help="keep there what is built of it, for the next run (default: build it "
                    "each time)")  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Without any other path only the replays are collected."""
    folders = [str(Path(path).absolute()) for path in config.getoption("--replays")]
    if not folders:
        return
    given = [Path(argument.partition("::")[0]).absolute() for argument in config.args]
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.args = folders
    else:
        outside = (f for f in folders if not any(Path(f).is_relative_to(g) for g in given))
        config.args = [*config.args, *outside]
    config.stash[HOUSE] = _SharedHouse(
        config.getoption("--replays-kb"), config.getoption("--replays-home")
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    """The desk they were played at is closed."""
    if (house := config.stash.get(HOUSE, None)) is not None:
        house.close()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A YAML file below a folder of --replays holds a conversation."""
    folders = (Path(path).absolute() for path in parent.config.getoption("--replays"))
    if file_path.suffix not in SUFFIXES or not any(
        file_path.is_relative_to(folder) for folder in folders
    ):
        return None
    made: ReplayFile = ReplayFile.from_parent(parent, path=file_path)
    return made


class ReplayFile(pytest.File):
    """One file: one conversation."""

    def collect(self) -> Iterator[pytest.Item]:
        """The conversation as a test, marked by its tags. Raises where the file is wrong."""
        from engine.replay.reading import ReplayFilesError, read_conversations

        try:
            (conversation,) = read_conversations([self.path])
        except ReplayFilesError as error:
            raise self.CollectError(str(error)) from None
        yield ReplayItem.from_parent(self, name=conversation.id, conversation=conversation)


class ReplayItem(pytest.Item):
    """A conversation that passes where every answer is as expected."""

    def __init__(self, *, conversation: Conversation, **others: object) -> None:
        super().__init__(**others)  # type: ignore[arg-type]
        self.conversation = conversation

    def runtest(self) -> None:
        """Play it. Raises ReplayFailedError."""
        played = self.config.stash[HOUSE].play(self.conversation)
        if not played.passed:
            raise ReplayFailedError(told(played))

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None
    ) -> str:
        """The conversation up to where it went wrong; a traceback only of other errors."""
        if isinstance(excinfo.value, ReplayFailedError):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        """File, line and name."""
        return self.path, 0, self.conversation.title or self.conversation.id


class ReplayFailedError(Exception):
    """An answer is not what was expected."""


def told(played: Played) -> str:
    """A conversation that failed, as a person reads it."""
    lines = [played.conversation.title or played.conversation.id]
    for turn in played.turns:
        lines.append(f"  shopper: {turn.step.say or f'[{turn.step.press}]'}")
        lines += [f"           {line}" for line in (turn.answer.text or "—").splitlines()]
        lines += [
            f"  ✗ {grade.name}: wanted {grade.wanted!r}, got {grade.got!r}"
            f"   ({played.conversation.file}:{turn.step.line})"
            for grade in turn.grades
            if not grade.passed
        ]
    return "\n".join(lines)


class _SharedHouse:
    """One desk for all conversations of a test run, opened by the first."""

    def __init__(self, kb: str, home: str) -> None:
        self._kb = kb
        self._home = home
        self._held = ExitStack()
        self._house: OpenHouse | None = None

    def play(self, conversation: Conversation) -> Played:
        """Play one conversation."""
        import asyncio

        from engine.replay.playing import conversation_name, play
        from engine.replay.running import AT

        if self._house is None:
            self._house = self._open()
        played = asyncio.run(play(self._house.desk, conversation, AT))
        self._house.forget([conversation_name(conversation, "")])
        return played

    def close(self) -> None:
        """Close the desk."""
        self._held.close()

    def _open(self) -> OpenHouse:
        from dataclasses import replace
        from tempfile import TemporaryDirectory

        from engine.replay.house import House, opened
        from engine.retrieval.snapshot import read_live
        from engine.settings import Settings
        from knowledge_base.store import DEMO_SHOP

        settings = Settings.load()
        if self._kb or not read_live(settings.home):
            home = self._home or self._held.enter_context(
                TemporaryDirectory(prefix="shopdesk-replays-")
            )
            settings = replace(settings, home=Path(home), kb=Path(self._kb or DEMO_SHOP))
        return self._held.enter_context(opened(House(settings)))
