"""When a source is due is kept between runs, and a state that is lost makes it due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine.types import ImportSource
from knowledge_base.importers.schedule import FILE, Schedule

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOURCE = ImportSource("goods.csv", 6.0)


def test_a_lost_or_broken_state_makes_all_due(tmp_path: Path) -> None:
    assert Schedule.read(tmp_path).is_due(SOURCE, NOW)
    for text in ("", "{", "[]", '{"seen_at": {"goods.csv": "2026-11-24T12:00:00"}}'):
        (tmp_path / FILE).write_text(text)
        assert Schedule.read(tmp_path).is_due(SOURCE, NOW)


def test_what_was_noted_holds_until_it_is_due_again_or_the_clock_went_back(tmp_path: Path) -> None:
    schedule = Schedule.read(tmp_path)
    schedule.note_done(SOURCE.origin, NOW)
    schedule.save()
    kept = Schedule.read(tmp_path)
    assert not kept.is_due(SOURCE, NOW + timedelta(hours=6, seconds=-1))
    assert kept.is_due(SOURCE, NOW + timedelta(hours=6))
    assert kept.is_due(SOURCE, NOW - timedelta(days=1))
