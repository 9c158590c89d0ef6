"""What cannot be deleted is said to have failed, and may be tried again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from engine.journal import Journal
from engine.rights import Rights
from engine.rights_talk import YES, RightsTalk
from engine.sessions import MemorySessions
from engine.types import Message, Reply, Route

AT = datetime(2026, 11, 30, tzinfo=UTC)


class Keys:
    """Says the keys themselves."""

    def text(self, key: str, language: str, **values: object) -> str:
        return key


def pressed(action: str, *, private: bool = True) -> Message:
    return Message("m", "c", "s", "", AT, action=action, private=private)


def test_a_failed_deletion_is_told_with_a_button_to_try_again(tmp_path: Path) -> None:
    journal = Journal(f"sqlite:///{tmp_path}/j.sqlite3")
    journal.record_turn(Message("1", "c", "s", "", AT), "q", Reply("a", Route.FAQ, None, 1.0, "en"))
    talk = RightsTalk(Rights(journal, MemorySessions()), 90)
    with journal.begin() as connection:
        connection.exec_driver_sql("alter table turns rename to away")
    failed = talk.reply(pressed(YES), "en", Keys())
    assert (failed.text, [b.action for b in failed.buttons]) == ("mydata_failed", [YES])
    with journal.begin() as connection:
        connection.exec_driver_sql("alter table away rename to turns")
    done = talk.reply(pressed(YES), "en", Keys())
    assert (done.text, done.buttons) == ("mydata_erased", ())
    assert talk.reply(pressed("mydata:"), "en", Keys()).text == "mydata_none"
    journal.close()


def test_nothing_is_told_or_deleted_in_a_group(tmp_path: Path) -> None:
    journal = Journal(f"sqlite:///{tmp_path}/j.sqlite3")
    talk = RightsTalk(Rights(journal, MemorySessions()), 90)
    for action in ("mydata:", "export:", "erase:", YES):
        reply = talk.reply(pressed(action, private=False), "en", Keys())
        assert (reply.text, reply.attachment, reply.buttons) == ("group_hint", "", ())
    journal.close()
