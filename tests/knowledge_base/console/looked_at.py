"""A command that answers `kb publish --dry-run` at once: it builds no index, copies the files.

`LOOK_BROKEN`: names of saved questions it says would fail. `LOOK_FAILS`: what it dies of.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from pathlib import Path

home, folder = Path(os.environ["SHOPDESK_HOME"]), Path(os.environ["SHOPDESK_KB"])
if said := os.environ.get("LOOK_FAILS"):
    print(said, file=sys.stderr)
    sys.exit(2)
print("building the snapshot", file=sys.stderr, flush=True)
files = {
    path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
    for pattern in ("*.yaml", "*.csv", "faq/*.md") for path in sorted(folder.glob(pattern))
}  # fmt: skip
name = hashlib.sha256(json.dumps(files).encode()).hexdigest()[:16]
kept = home / "snapshots" / name
for file in files:
    (kept / "knowledge" / file).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(folder / file, kept / "knowledge" / file)
(kept / "manifest.json").write_text(json.dumps({"files": files}), "utf-8")
live = home / "live"
broken = [one for one in os.environ.get("LOOK_BROKEN", "").split(",") if one]
answer = {"text": "old", "entry": "gift-wrap", "route": "faq"}
changed = [{"asked": "Do you <b>wrap</b>?", "verdict": "changed", "what": ["text"],
            "before": answer, "after": {**answer, "text": "new"}}]  # fmt: skip
print(json.dumps({
    "snapshot": name, "was_live": live.read_text("utf-8").strip() if live.is_file() else "",
    "live": False, "asked_again": 3, "changed": changed, "failed": [], "broken": broken,
}))  # fmt: skip
