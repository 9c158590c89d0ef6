"""What is live, with newer files in it: an edit that nobody published stays out."""

from __future__ import annotations

from pathlib import Path

from engine.live_with import live_with


def shop(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        path = folder / name.replace("_", "/", 1).replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def test_only_the_files_named_are_newer(tmp_path: Path) -> None:
    live = shop(tmp_path / "snapshots/s1/knowledge", faq_a_md="old", faq_b_md="old", x_y="1")
    (tmp_path / "live").write_text("s1\n", "utf-8")
    folder = shop(tmp_path / "shop", faq_a_md="draft", faq_b_md="new", faq_c_md="imported")
    with live_with(tmp_path, folder, {"faq/b.md", "faq/c.md", "gone.csv"}) as made:
        found = {str(p.relative_to(made)): p.read_text("utf-8") for p in made.rglob("*.md")}
    assert found == {"faq/a.md": "old", "faq/b.md": "new", "faq/c.md": "imported"}
    assert (live / "faq/b.md").read_text("utf-8") == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["live", "shop", "snapshots"]


def test_before_anything_is_live_it_is_the_shop_itself(tmp_path: Path) -> None:
    with live_with(tmp_path, tmp_path / "shop", ()) as made:
        assert made == tmp_path / "shop"
