"""A form that is accepted says what was typed, whatever that was."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.datastructures import FormData

from knowledge_base.console.entry_form import checked, form_of, typed_form
from knowledge_base.console.preview import MOST, bubbles


def forms() -> st.SearchStrategy[Mapping[str, str]]:
    text = st.text(max_size=80) | st.sampled_from(
        ["---", "## en", "a: b", "- x", "'", '"', "#", "null", "1", "yes", "\r", "\x85", "\u2028",
         "\x00", "{", "a\rb", "\ufeff", "2026-11-02", "```", "\t"])  # fmt: skip
    names = ("title:en", "questions:en", "answer:en", "title:zh", "questions:zh", "answer:zh",
             "tags", "owner", "audience")  # fmt: skip
    return st.fixed_dictionaries(dict.fromkeys(names, text))


@settings(max_examples=300)
@given(forms())
def test_what_is_accepted_is_read_back_as_it_was_typed(fields: Mapping[str, str]) -> None:
    import tempfile
    from pathlib import Path

    from knowledge_base.problems import Problems
    from knowledge_base.schema import format_entry, parse_entry

    data = FormData([("id", "any"), *fields.items(), ("answer:en", fields["answer:en"] or "x")])
    made, faults = checked(typed_form(data, ("en", "zh")), ("en", "zh"))
    assert (made is None) == bool(faults)
    if made is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.md"
        path.write_bytes(format_entry(made).encode())
        assert parse_entry(path.read_text("utf-8"), path, Problems(), ("en", "zh")) == made
    again, faults = checked(form_of(made, ("en", "zh")), ("en", "zh"))
    assert (again, faults) == (made, [])


def test_more_than_an_entry_may_hold_is_refused_unread() -> None:
    fields = {"id": "long", "title:en": "T", "answer:en": "A."}
    most = "\n".join(f"question {n}" for n in range(5_000))
    for questions, fits in ((most, True), (most * 3, False)):
        form = typed_form(FormData({**fields, "questions:en": questions}), ("en",))
        made, faults = checked(form, ("en",))
        assert (made is not None, [one.reason for one in faults]) == (
            (True, []) if fits else (False, ["This is too long for one entry: split it."])
        )


def test_of_any_text_so_many_messages_are_shown_at_most() -> None:
    assert len(bubbles("x" * 1_000_000)) == MOST
