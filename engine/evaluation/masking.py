"""`shopdesk eval masking`: how much personal data is masked, and what is masked in vain."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import SettingsError
from engine.privacy import find

KINDS: Mapping[str, str] = {
    "EMAIL_ADDRESS": "email",
    "PHONE_NUMBER": "phone",
    "CREDIT_CARD": "card",
    "IBAN_CODE": "iban",
    "IP_ADDRESS": "ip",
    "STREET_ADDRESS": "address",
    "CREDENTIAL_URL": "url",
    "CHINESE_ID": "id",
}
"""Which label asks for which of our kinds; every other label is reported as not covered."""

ENOUGH = 0.5
"""So much of a value's letters and digits has to be masked for it to count as found."""


@dataclass(frozen=True, slots=True)
class Label:
    """One labelled piece of personal data."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SpannedText:
    """A text and where its personal data stands."""

    text: str
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class MaskedText:
    """A labelled text and the pieces that the masker found in it: start, end, kind."""

    spanned: SpannedText
    found: tuple[tuple[int, int, str], ...]

    def covered(self, label: Label) -> float:
        """The share of the label's letters and digits masked as its own kind."""
        masked = {
            place
            for start, end, kind in self.found
            if kind == KINDS.get(label.name)
            for place in range(start, end)
        }
        said = [i for i in range(label.start, label.end) if self.spanned.text[i].isalnum()]
        return sum(place in masked for place in said) / len(said) if said else 0.0

    def is_true(self, start: int, end: int, kind: str) -> bool:
        """Whether a found piece touches a label of its kind."""
        return any(
            KINDS.get(label.name) == kind and start < label.end and label.start < end
            for label in self.spanned.labels
        )


def read_spanned_texts(path: Path) -> list[SpannedText]:
    """Presidio's form: a JSON list, or one JSON object a line, of `full_text` and `spans`."""
    written = path.read_text("utf-8")
    try:
        if written.lstrip().startswith("["):
            rows = json.loads(written)
        else:
            rows = [json.loads(line) for line in written.splitlines() if line.strip()]
        return [_spanned(row) for row in rows]
    except (ValueError, KeyError, TypeError) as error:
        raise SettingsError(
            f"not a file of labelled texts ({type(error).__name__}: {error})", where=str(path),
            mend="give a JSON list of full_text and spans, each with entity_type, entity_value, "
            "start_position and end_position.",
        ) from error  # fmt: skip


def _spanned(row: Mapping[str, object]) -> SpannedText:
    text, spans = row["full_text"], row["spans"]
    if not isinstance(text, str) or not isinstance(spans, list):
        raise TypeError("full_text must be a text and spans a list")
    labels = []
    for span in spans:
        label = Label(str(span["entity_type"]), span["start_position"], span["end_position"])
        if text[label.start : label.end] != span["entity_value"]:
            raise ValueError(f"{span['entity_value']!r} does not stand where its span says")
        labels.append(label)
    return SpannedText(text, tuple(labels))


def mask_all(texts: Iterable[SpannedText]) -> list[MaskedText]:
    """What the masker finds; it sees the bare text only."""
    return [MaskedText(spanned, tuple(find(spanned.text))) for spanned in texts]


def figures(masked: Sequence[MaskedText]) -> dict[str, object]:
    """Recall and precision of each kind, texts with anything masked, labels nobody masks."""
    names = Counter(label.name for one in masked for label in one.spanned.labels)
    kinds = {KINDS[name] for name in names if name in KINDS}
    kinds |= {kind for one in masked for _, _, kind in one.found}
    return {
        "n": len(masked),
        "masked_texts": sum(bool(one.found) for one in masked),
        "per_kind": {kind: _kind_figures(masked, kind) for kind in sorted(kinds)},
        "not_covered": {name: count for name, count in sorted(names.items()) if name not in KINDS},
    }


def _kind_figures(masked: Sequence[MaskedText], kind: str) -> dict[str, object]:
    shares = [
        one.covered(label)
        for one in masked
        for label in one.spanned.labels
        if KINDS.get(label.name) == kind
    ]
    truths = [one.is_true(*piece) for one in masked for piece in one.found if piece[2] == kind]
    return {
        "recall": _share(sum(share >= ENOUGH for share in shares), len(shares)),
        "recall_whole": _share(sum(share == 1 for share in shares), len(shares)),
        "precision": _share(sum(truths), len(truths)),
        "n": len(shares),
        "masked": len(truths),
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def details(masked: Sequence[MaskedText]) -> list[dict[str, object]]:
    """One line a text: its labels with the share masked, and what was masked, true or not."""
    return [
        {
            "text": one.spanned.text,
            "labels": [
                {
                    "entity_type": label.name, "kind": KINDS.get(label.name),
                    "start": label.start, "end": label.end, "covered": round(one.covered(label), 4),
                }
                for label in one.spanned.labels
            ],
            "masked": [
                {"kind": kind, "start": start, "end": end, "true": one.is_true(start, end, kind)}
                for start, end, kind in one.found
            ],
        }
        for one in masked
    ]  # fmt: skip
