"""A restore is all or nothing: nothing damaged, hostile or interrupted changes the home."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import valkey
from engine.backup.archive import MANIFEST, is_safe
from engine.errors import BackupError
from engine.locks import RUN_LOCK, held_alone
from engine.valkey import connect
from tests.engine.backup.homes import back_up, bring_back, counter, files, rows, settings_of


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a home with two turns."""
    folder = tmp_path_factory.mktemp("backed")
    settings = settings_of(folder / "h")
    with counter(settings) as desk:
        desk.say(1, "one")
        desk.say(2, "two")
        back_up(settings, folder / "b.zip")
    return folder / "b.zip"


def altered(
    backup: Path, target: Path, *, members: dict[str, bytes], manifest: dict[str, object]
) -> Path:
    """The backup with members changed or added; `manifest` over what it says of them."""
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(target, "w") as new:
        values = json.loads(old.read(MANIFEST))
        values["members"].update(manifest)
        for info in old.infolist():
            if info.filename not in (MANIFEST, *members):
                new.writestr(info, old.read(info))
        for name, content in members.items():
            new.writestr(name, content)
        new.writestr(MANIFEST, json.dumps(values))
    return target


def entry(size: int, sha256: str = "0" * 64) -> dict[str, object]:
    return {"size": size, "sha256": sha256, "mode": 0o600, "changed_ns": 1}


@pytest.mark.parametrize(
    "name",
    ["home/../../out", "/etc/out", "home//out", "home/./out", "..", "home\\..\\out", "C:/out"],
)
def test_a_name_that_leaves_the_folder_is_refused(backup: Path, tmp_path: Path, name: str) -> None:
    bad = altered(backup, tmp_path / "bad.zip", members={name: b"x"}, manifest={name: entry(1)})
    with pytest.raises(BackupError, match="cannot be used"):
        bring_back(settings_of(tmp_path / "h"), bad)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.zip"]


@pytest.mark.parametrize("moment", [-1, 10**30])
def test_a_member_of_no_moment_is_refused(tmp_path: Path, moment: int) -> None:
    empty = hashlib.sha256(b"").hexdigest()
    told = {"home/x": {**entry(0, empty), "changed_ns": moment}}
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as bad:
        bad.writestr("home/x", b"")
        bad.writestr(MANIFEST, json.dumps({"format": 1, "about": {}, "members": told}))
    with pytest.raises(BackupError, match="no moment"):
        bring_back(settings_of(tmp_path / "h"), tmp_path / "bad.zip")


@pytest.mark.parametrize("packing", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_member_packed_as_no_backup_is_refused(tmp_path: Path, packing: int) -> None:
    said = hashlib.sha256(b"x").hexdigest()
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as bad:
        bad.writestr("home/x", b"x", packing)
        told = {"format": 1, "about": {}, "members": {"home/x": entry(1, said)}}
        bad.writestr(MANIFEST, json.dumps(told))
    with pytest.raises(BackupError, match="packed as no backup is"):
        bring_back(settings_of(tmp_path / "h"), tmp_path / "bad.zip")


@given(st.text(alphabet="ab./\\:\0", max_size=12))
def test_a_safe_name_stays_below_its_folder(name: str) -> None:
    if is_safe(name):
        folder = Path("/x/y")
        assert os.path.normpath(folder / name) == str(folder / name) != str(folder)
        assert str(folder / name).startswith("/x/y/")


def test_links_sizes_and_words_that_differ_from_the_manifest_are_refused(
    backup: Path, tmp_path: Path
) -> None:
    name, target = "home/live", tmp_path / "bad.zip"
    with zipfile.ZipFile(backup) as old:
        known = json.loads(old.read(MANIFEST))["members"]
    changed = next(one for one in known if one.endswith("shop.yaml"))
    link = zipfile.ZipInfo("home/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    cases: list[tuple[dict[str, bytes], dict[str, object]]] = [
        ({changed: b"name: other"}, {}),
        ({changed: b"name: other"}, {changed: entry(len(b"name: other"))}),
        ({"home/more": b"x"}, {}),
        ({}, {name + "/x": entry(3)}),
        ({"elsewhere/x": b"x"}, {"elsewhere/x": entry(1)}),
        ({"home/bomb": b"x"}, {"home/bomb": entry(2**60)}),
    ]
    for members, manifest in cases:
        with pytest.raises(BackupError):
            bring_back(settings_of(tmp_path / "h"), altered(backup, target, members=members,
                                                             manifest=manifest))  # fmt: skip
    with zipfile.ZipFile(altered(backup, target, members={}, manifest={"home/link": entry(1)}),
                         "a") as file:  # fmt: skip
        file.writestr(link, "/")
    with pytest.raises(BackupError, match="link or a device"):
        bring_back(settings_of(tmp_path / "h"), target)
    assert [path.name for path in tmp_path.iterdir()] == ["bad.zip"]


def test_a_backup_cut_short_or_with_a_flipped_bit_is_refused(backup: Path, tmp_path: Path) -> None:
    words, bad = backup.read_bytes(), tmp_path / "bad.zip"
    for cut in (0, 10, len(words) // 2, len(words) - 5):
        bad.write_bytes(words[:cut])
        with pytest.raises(BackupError):
            bring_back(settings_of(tmp_path / "h"), bad)
    for at in range(40, len(words), len(words) // 12):
        flipped = bytearray(words)
        flipped[at] ^= 1
        bad.write_bytes(bytes(flipped))
        try:
            bring_back(settings_of(tmp_path / f"h{at}"), bad)
        except BackupError:
            continue
        # A bit that says nothing: a date, say. What came back is the same all the same.
        bring_back(settings_of(tmp_path / "whole"), backup, replace_home=True)
        assert files(tmp_path / f"h{at}") == files(tmp_path / "whole")
    assert not (tmp_path / "h").exists()


def test_a_home_that_is_not_empty_is_left_alone_or_moved_aside(
    backup: Path, tmp_path: Path
) -> None:
    settings = settings_of(tmp_path / "h")
    settings.home.mkdir()
    (settings.home / "mine").write_text("dear")
    with pytest.raises(BackupError, match="not empty"):
        bring_back(settings, backup)
    with (
        held_alone(settings.home / RUN_LOCK),
        pytest.raises(BackupError, match="`shopdesk run` runs here"),
    ):
        bring_back(settings, backup, replace_home=True)
    server = valkey.start(settings.home)
    with pytest.raises(BackupError, match="still works here"):
        bring_back(settings, backup, replace_home=True)
    server.stop()
    assert (settings.home / "mine").read_text() == "dear"
    done = bring_back(settings, backup, replace_home=True)
    assert done.aside is not None and (done.aside / "mine").read_text() == "dear"
    assert not (settings.home / "mine").exists()
    assert len(rows(settings)) == 2


def command(*words: str, home: Path) -> subprocess.Popen[bytes]:
    environ = {**os.environ, "SHOPDESK_HOME": str(home), "SHOPDESK_RERANKER": "off"}
    return subprocess.Popen([sys.executable, "-m", "bot.cli.main", *words], env=environ,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip


def killed_when(process: subprocess.Popen[bytes], text: bytes) -> None:
    """Kill -9 as soon as it has said so much."""
    assert process.stderr is not None and process.stdout is not None
    for line in process.stderr:
        if text in line:
            break
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stderr.close()
    process.stdout.close()


def test_a_killed_backup_leaves_no_file_and_a_killed_restore_the_old_home(
    backup: Path, tmp_path: Path
) -> None:
    settings, out = settings_of(tmp_path / "h"), tmp_path / "out"
    out.mkdir()
    bring_back(settings, backup)
    (settings.home / "large").write_bytes(os.urandom(60_000_000))
    for far in (b"backing up 10 %", b"backing up 60 %"):
        killed_when(command("backup", str(out / "b.zip"), home=settings.home), far)
        assert list(out.iterdir()) == []
    process = command("backup", str(out / "b.zip"), home=settings.home)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0 and b"keep it as you keep" in said
    assert stat.S_IMODE((out / "b.zip").stat().st_mode) == 0o600
    (settings.home / "large").unlink()
    before = files(settings.home)
    for far in (b"restoring 10 %", b"restoring 70 %"):
        killed_when(command("restore-backup", str(out / "b.zip"), "--replace",
                            home=settings.home), far)  # fmt: skip
        assert files(settings.home) == {**before, RUN_LOCK: b""}
    bring_back(settings, out / "b.zip", replace_home=True)
    assert (settings.home / "large").is_file()
    assert not list(tmp_path.glob(".h.restoring-*"))


def test_what_waited_longer_than_a_message_may_is_not_answered_again(tmp_path: Path) -> None:
    settings, other = settings_of(tmp_path / "h"), settings_of(tmp_path / "o")
    now_ms = int(time.time() * 1000)
    with counter(settings), connect(settings) as redis:
        redis.xadd("shopdesk:tg:inbox", {"raw": "old"}, id=f"{now_ms - 90_000_000}-0")
        redis.xadd("shopdesk:tg:inbox", {"raw": "new"}, id=f"{now_ms}-0")
        redis.set("shopdesk:message:x", "words", px=100_000)
        back_up(settings, tmp_path / "b.zip")
    bring_back(other, tmp_path / "b.zip", inboxes=("shopdesk:tg:inbox",))
    with counter(other), connect(other) as redis:
        assert [item[1] for item in redis.xrange("shopdesk:tg:inbox")] == [{"raw": "new"}]
        assert 0 < redis.pttl("shopdesk:message:x") < 100_000
