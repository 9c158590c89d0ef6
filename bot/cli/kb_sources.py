"""What an import reads: a file on the disk, or one fetched from a URL."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.errors import KnowledgeError
from knowledge_base.importers.fetching import Address, fetch, is_public
from knowledge_base.importers.importing import HEAD, import_file, kind_of, read_bytes
from knowledge_base.importers.values import Imported
from knowledge_base.imports_field import is_url, told
from knowledge_base.store import load
from knowledge_base.working_copy import KEPT, PERSONAL, WorkingCopy

EVENTS = "events"
MayConnect = Callable[[Address], bool]


@dataclass(frozen=True, slots=True)
class Source:
    """A file to import. `name`: as messages name it."""

    name: str
    path: Path

    def kind(self) -> str:
        """What its beginning tells of, as `kind_of`; a pipe, which is read once, of events."""
        if self.path.exists() and not self.path.is_file():
            return EVENTS
        with self.path.open("rb") as file:
            return kind_of(file.read(HEAD), self.path.name)


@contextmanager
def opened(origin: Path | str, may_connect: MayConnect = is_public) -> Iterator[Source]:
    """The file of a path or URL while the block runs. Raises KnowledgeError, OSError."""
    if not is_url(str(origin)):
        yield Source(str(origin), Path(origin))
        return
    with tempfile.TemporaryDirectory(prefix="shopdesk-import-") as folder:
        fetched = fetch(str(origin), may_connect=may_connect)
        path = Path(folder) / fetched.name
        path.write_bytes(fetched.data)
        try:
            yield Source(told(str(origin)), path)
        except KnowledgeError as error:
            # The folder it lay in for a moment tells nobody anything.
            error.where = error.where.replace(str(path), told(str(origin)))
            raise


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file would change in a shop's folder, and the versions of all files it was compared
    with.
    """

    imported: Imported
    versions: dict[str, str]

    @property
    def has_catalogue(self) -> bool:
        """Whether it tells of goods, so that price and stock were looked at."""
        one = self.imported
        return one.kind.startswith("products") and bool(one.added + one.changed + one.same)

    def apply(self, folder: Path, why: str, by: str = "cli") -> None:
        """Write it. Raises ChangedMeanwhileError, OSError; then nothing is written."""
        if self.imported.files:
            expected = {file: self.versions.get(file, "") for file in self.imported.files}
            WorkingCopy(folder).apply(self.imported.files, by=by, why=why, expected=expected)


def read_into(folder: Path, source: Source) -> Reading:
    """Compare a file with the shop as it stands; nothing is written. Raises KnowledgeError."""
    data = read_bytes(source.path)
    working = WorkingCopy(folder)
    with working.still():
        found = (path for pattern in (*KEPT, *PERSONAL) for path in folder.glob(pattern))
        names = [path.relative_to(folder).as_posix() for path in found]
        versions = {name: working.version(name) for name in names}
        imported = import_file(data, source.path.name, load(folder))
    return Reading(imported, versions)
