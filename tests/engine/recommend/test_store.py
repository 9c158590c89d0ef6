"""A recommender on disk: whole or not at all, over tomorrow's catalogue, and never a traceback."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.errors import ModelError
from engine.event_log import EventLog
from engine.journal import Journal
from engine.recommend.attention import BehaviourModel, Shape
from engine.recommend.behaviour import Behaviour
from engine.recommend.histories import Histories, from_events
from engine.recommend.learn import parts_of
from engine.recommend.live import KEPT, live_folder, make_live, read_live
from engine.recommend.parts import CONTENT, ITEM_KNN, NEIGHBOURS, TRANSFORMER, Blend
from engine.recommend.shop import shop_learned
from engine.recommend.store import ABOUT, Stored, read_learned
from engine.types import Touch
from tests.engine.recommend.shelves import NOON, made_events, made_products

RANDOM = np.random.default_rng(0)
NAMES = [f"p{i}" for i in range(30)]
EVENTS = made_events(RANDOM, NAMES, 40)
CONTENT_OF = torch.from_numpy(RANDOM.standard_normal((30, 8)).astype(np.float32))
HISTORY = (Touch("p3", "purchase", NOON), Touch("p4", "view_item", NOON))


@pytest.fixture
def histories() -> Histories:
    return from_events(EVENTS, NAMES)


@pytest.fixture
def stored(histories: Histories) -> Stored:
    torch.manual_seed(0)
    model = BehaviourModel(Shape(30, width=8, content=8), CONTENT_OF)
    torch.nn.init.normal_(model.learned)
    model.seen.copy_(torch.bincount(torch.from_numpy(histories.product), minlength=30))
    parts = parts_of(histories, Behaviour.of(model), CONTENT_OF)
    weights = {TRANSFORMER: 0.5, NEIGHBOURS: 0.3, ITEM_KNN: 0.1, CONTENT: 0.1}
    return Stored.of(histories, Blend(parts, weights), {"until": 1.0})


def test_what_was_stored_ranks_as_it_did(
    stored: Stored, histories: Histories, tmp_path: Path
) -> None:
    learned = read_learned(stored.write(tmp_path, "v1"), NAMES, CONTENT_OF)
    known = learned.numbered(HISTORY)
    before = stored.blend.shares(known, [0])
    assert torch.allclose(learned.blend.shares(known, [0]), before, atol=1e-6)
    assert learned.seen.tolist() == np.bincount(histories.product, minlength=30).tolist()


def test_products_gone_and_new_since_then_change_nothing_else(
    stored: Stored, tmp_path: Path
) -> None:
    folder = stored.write(tmp_path, "v1")
    whole = read_learned(folder, NAMES, CONTENT_OF)
    names = ["brand-new", *NAMES[:3], *NAMES[3:-1][::-1]]
    place = [NAMES.index(name) for name in names[1:]]
    content = torch.cat([torch.ones(1, 8), CONTENT_OF[place]])
    today = read_learned(folder, names, content)
    assert today.seen[0] == 0
    for name in (NEIGHBOURS, TRANSFORMER):
        now = today.blend.parts[name].shares(today.numbered(HISTORY), [0])[0]
        then = whole.blend.parts[name].shares(whole.numbered(HISTORY), [0])[0]
        best = [names[i] for i in now.argsort(descending=True).tolist() if i][:10]
        was = [NAMES[i] for i in then.argsort(descending=True).tolist()]
        assert best == [name for name in was if name in names][:10]
    assert today.ask(HISTORY).part_shares(CONTENT, np.array([0]))[0] >= 0


@pytest.mark.parametrize("name", [ABOUT, "counts.npz", "neighbours.npz", "model.safetensors"])
def test_a_broken_file_leaves_the_shop_with_what_its_events_say(
    stored: Stored, tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    folder = stored.write(tmp_path, "v1")
    (folder / name).write_bytes(b"broken")
    with pytest.raises(ModelError, match="cannot be read"):
        read_learned(folder, NAMES, CONTENT_OF)
    products = list(made_products(np.random.default_rng(0), 30).values())
    learned = shop_learned(folder, products, EVENTS, CONTENT_OF)
    assert "cannot be read" in caplog.text
    assert learned.ask(HISTORY).shares(np.arange(30)).max() > 0


def test_the_newest_stay_on_disk_and_the_pointer_is_never_followed_outside(
    stored: Stored, tmp_path: Path
) -> None:
    assert read_live(tmp_path) == ""
    for number in range(KEPT + 2):
        stored.write(tmp_path, f"v{number}")
        make_live(tmp_path, f"v{number}")
    assert read_live(tmp_path) == f"v{KEPT + 1}"
    assert len([f for f in (tmp_path / "recommender").iterdir() if f.is_dir()]) == KEPT
    (tmp_path / "recommender" / "live").write_text("../../etc\n")
    assert live_folder(tmp_path) is None


def test_who_asked_to_be_forgotten_is_not_in_the_next_model(tmp_path: Path) -> None:
    journal = Journal(f"sqlite:///{tmp_path / 'journal.sqlite3'}")
    log = EventLog(journal)
    log.record(EVENTS)
    assert "s7" in from_events(log.all(), NAMES).shoppers
    log.forget("s7")
    assert from_events(log.all(), NAMES) is not None
    assert "s7" not in from_events(log.all(), NAMES).shoppers
    journal.close()
