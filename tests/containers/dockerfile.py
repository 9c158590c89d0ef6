"""The Dockerfile's steps, run as a script in an empty Debian made by debootstrap.

For machines without a container engine, as root:

    debootstrap --variant=minbase --include=python3,python3-venv,python3-pip,ca-certificates \
        bookworm ROOT
    python -m tests.containers.dockerfile ROOT
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
KNOWN = ("FROM", "RUN", "WORKDIR", "COPY", "ARG", "USER", "CMD")
_NOT_COPIED = ("__pycache__", "*.pyc")


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction of a Dockerfile."""

    name: str
    words: str


def steps(text: str) -> Iterator[Step]:
    """The instructions of a Dockerfile. Raises ValueError for one this reader does not know."""
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, _, words = line.partition(" ")
        if name not in KNOWN:
            raise ValueError(f"unknown instruction: {line}")
        yield Step(name, words.strip())


@dataclass(slots=True)
class Image:
    """A folder that stands for the image while its steps run in it."""

    root: Path
    folder: str = "/"
    user: str = "root"
    arguments: dict[str, str] = field(default_factory=dict)

    def run(self, command: str) -> None:
        """Run a shell command inside, as the present user. Raises CalledProcessError."""
        passed = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        environment = {"PATH": "/venv/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": self._home()}
        chroot = ["chroot", f"--userspec={self.user}", str(self.root)]
        inside = ["sh", "-ec", f"cd {self.folder}; {command}"]
        subprocess.run([*chroot, *inside], check=True, env=passed | environment | self.arguments)

    def copy(self, words: str) -> None:
        """COPY: files into a folder, or one folder's content."""
        *sources, target = words.split()
        place = self.root / self.folder.strip("/") / target
        for source in (REPOSITORY / name for name in sources):
            if source.is_dir():
                ignored = shutil.ignore_patterns(*_NOT_COPIED)
                shutil.copytree(source, place, dirs_exist_ok=True, ignore=ignored)
            else:
                place.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, place)

    def apply(self, step: Step) -> None:
        """Do one step."""
        if step.name == "RUN":
            self.run(step.words)
        elif step.name == "COPY":
            self.copy(step.words)
        elif step.name == "WORKDIR":
            self.folder = step.words
            (self.root / step.words.strip("/")).mkdir(parents=True, exist_ok=True)
        elif step.name == "ARG":
            name, _, value = step.words.partition("=")
            self.arguments[name] = os.environ.get(name, value)
        elif step.name == "USER":
            self.user = step.words

    def _home(self) -> str:
        return "/root" if self.user == "root" else f"/home/{self.user}"


def main(root: Path) -> None:
    """Run every step, then the finished command as its user would be asked to."""
    image = Image(root)
    # Debian's own Python takes no packages; the image's base does.
    image.run("python3 -m venv /venv")
    for step in steps((REPOSITORY / "Dockerfile").read_text("utf-8")):
        print(f"· {step.name} {step.words}", flush=True)
        image.apply(step)
    image.run("cd /home; shopdesk --help >/dev/null; shopdesk kb check; shopdesk doctor")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
