"""The processes of a shop's home, as the kernel lists them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def processes_of(home: Path) -> dict[int, str]:
    """Pid to command line of every process that belongs to a home and still runs."""
    found = {}
    for folder in Path("/proc").iterdir():
        with suppress(OSError):
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            environ = (folder / "environ").read_bytes()
            mine = str(home) in line or f"={home}\0".encode() in environ
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
            # Before it runs what it is to be, a child is a small program that ties it to us.
            if folder.name.isdigit() and mine and state != "Z" and "prctl" not in line:
                found[int(folder.name)] = line
    return found
