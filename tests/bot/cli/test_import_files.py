"""`shopdesk kb import` and `kb export` of files: previewed, whole or not at all, told in JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.cli.main import BAD_INPUT, OK, main
from knowledge_base.history import History
from knowledge_base.store import EMPTY_SHOP, copy_shop, load
from tests.knowledge_base.importers import samples

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shop of one product; commands work on it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOPDESK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHOPDESK_KB", str(tmp_path / "shop"))
    copy_shop(EMPTY_SHOP, tmp_path / "shop")
    return tmp_path / "shop"


def written(text: str, name: str = "goods.csv") -> str:
    Path(name).write_text(text, "utf-8")
    return name


def texts(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".shopdesk" not in path.parts and path.parent.name[0] != "."
    }


def test_products_go_in_and_are_counted(shop: Path, capsys: Captured) -> None:
    assert main(["kb", "import", written(samples.SHOPIFY), "--json"]) == OK
    told = json.loads(capsys.readouterr().out)
    assert [(one["line"], sorted(one)) for one in told.pop("refused")] == [
        (7, ["line", "reason"]), (8, ["line", "reason"]),
    ]  # fmt: skip
    assert told == {"added": 2, "changed": 0, "same": 0}
    assert len(load(shop).products) == 3
    assert main(["kb", "check"]) == OK


def test_an_import_is_one_change_of_the_history(shop: Path) -> None:
    main(["kb", "import", written(samples.SHOPIFY)])
    last = History(shop).last()
    assert last is not None
    assert (last.by, last.why) == ("cli", "import of goods.csv")
    assert {one.file for one in last.files} == {"catalogue.csv", "shop.yaml"}


def test_a_preview_tells_and_changes_nothing(shop: Path, capsys: Captured) -> None:
    before = texts(shop)
    assert main(["kb", "import", written(samples.SHOPIFY), "--dry-run"]) == OK
    told = capsys.readouterr().out
    assert "products: 2 would be added, 0 would be changed, 0 the same, 2 refused" in told
    assert "line 7: not on sale" in told
    assert texts(shop) == before


def test_strictly_a_bad_row_refuses_the_whole_file(shop: Path, capsys: Captured) -> None:
    before = texts(shop)
    assert main(["kb", "import", written(samples.SHOPIFY), "--strict", "--json"]) == BAD_INPUT
    captured = capsys.readouterr()
    assert json.loads(captured.out)["refused"][0]["line"] == 7
    assert "nothing was added" in captured.err
    assert texts(shop) == before


def test_a_missing_folder_is_made_with_what_the_file_holds(
    shop: Path, tmp_path: Path, capsys: Captured
) -> None:
    new = tmp_path / "far" / "new"
    file = written(samples.OWN_PRODUCTS)
    assert main(["kb", "import", file, "--kb", str(new), "--dry-run"]) == OK
    assert not new.parent.exists()
    assert main(["kb", "import", written("a,b\n1,2\n", "x.csv"), "--kb", str(new)]) == BAD_INPUT
    assert not new.exists()
    assert main(["kb", "import", file, "--kb", str(new)]) == OK
    assert [product.id for product in load(new).products] == ["oak-stool"]
    assert [path.name for path in new.parent.iterdir()] == ["new"]


def test_an_order_export_tells_of_orders_and_of_what_was_bought(
    shop: Path, capsys: Captured
) -> None:
    file = written(samples.SHOPIFY_ORDERS)
    assert main(["kb", "import", file, "--json", "--dry-run"]) == OK
    told = json.loads(capsys.readouterr().out)
    assert (told["added"], [one["line"] for one in told["refused"]]) == (2, [5])
    assert told["events"]["added"] == 2
    assert main(["kb", "import", file, "--json", "--only", "orders"]) == OK
    assert "events" not in json.loads(capsys.readouterr().out)
    assert [order.number for order in load(shop).orders] == ["#1001", "#1002"]
    assert main(["kb", "import", file, "--json", "--only", "events"]) == OK
    assert json.loads(capsys.readouterr().out)["added"] == 2


def test_what_is_guessed_is_told_beside_the_json(shop: Path, capsys: Captured) -> None:
    Path("w.csv").write_bytes("product,sku,name_en,category,price,stock\nm,M,Café,everything,9,1\n"
                              .encode("cp1252"))  # fmt: skip
    assert main(["kb", "import", "w.csv", "--json"]) == OK
    captured = capsys.readouterr()
    assert json.loads(captured.out)["added"] == 1
    assert "read as cp1252" in captured.err


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "jsonl"])
def test_an_export_comes_back_the_same(shop: Path, capsys: Captured, suffix: str) -> None:
    words = ["kb", "export", "--products", f"p.{suffix}", "--entries", f"e.{suffix}", "--json"]
    assert main(words) == OK
    assert json.loads(capsys.readouterr().out) == {"products": 1, "entries": 1}
    for file in (f"p.{suffix}", f"e.{suffix}"):
        assert main(["kb", "import", file, "--json"]) == OK
        told = json.loads(capsys.readouterr().out)
        assert told == {"added": 0, "changed": 0, "same": 1, "refused": []}


def test_exported_orders_are_for_their_owner_alone(shop: Path) -> None:
    main(["kb", "import", written(samples.OWN_ORDERS)])
    assert main(["kb", "export", "--orders", "o.csv", "--reviews", "r.csv"]) == OK
    assert Path("o.csv").stat().st_mode & 0o077 == 0
    assert "ann@example.com" in Path("o.csv").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["export"], "needs a file to write"),
        (["export", "--products", "p.pdf"], ".pdf is no type that is written"),
        (["import", "colours.csv"], "no known format has these columns: colour, shape"),
        (["import", "none.csv"], "No such file"),
    ],
)
def test_a_wrong_call_is_told(shop: Path, words: list[str], told: str, capsys: Captured) -> None:
    written("colour,shape\nred,round\n", "colours.csv")
    assert main(["kb", *words]) == BAD_INPUT
    assert told in capsys.readouterr().err
