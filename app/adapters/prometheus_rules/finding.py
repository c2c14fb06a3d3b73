"""Files that may hold Prometheus rules: those that are named, and the YAML in folders that are."""

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.adapters.yaml_document import MAX_BYTES
from app.domain.errors import AppError

STDIN = Path("-")
_ENDINGS = (".yaml", ".yml")


class Unread(AppError):
    """A file or folder that cannot be read; the reason is the system's."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} cannot be read: {reason}")
        self.path = path
        self.reason = reason


def files_in(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Each file once, in the order of `paths` and by name below them. Raises `Unread` for a folder that cannot be.

    Files that are named count whatever they are called; in folders, hidden folders and links to folders are left out.
    """
    found: dict[str, Path] = {}
    for path in paths:
        for file in _below(path) if path.is_dir() else (path,):
            found.setdefault(os.path.realpath(file), file)
    return tuple(found.values())


def read_bytes(path: Path) -> bytes:
    """As much as a rule file may hold, and a byte more if there is more. Raises `Unread`."""
    try:
        if path == STDIN:
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Unread(path, error.strerror or "no reason given") from None


def _below(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder, onerror=_unread):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(here, name)
            if name.endswith(_ENDINGS) and (path.is_file() or not path.exists()):
                yield path


def _unread(error: OSError) -> None:
    raise Unread(Path(str(error.filename)), error.strerror or "no reason given")
