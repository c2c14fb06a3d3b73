"""Notices that rules or runbooks have changed, by looking: it works on every file system, ConfigMap mounts included."""

from collections.abc import Callable, Sequence
from pathlib import Path

Seen = frozenset[tuple[str, int, int]]


class FileWatch:
    """Looks at the YAML files beside the rules file, at those that the rules were read from, wherever they are, and at
    every Markdown file of the runbooks' folder."""

    def __init__(self, rules_folder: Path, runbooks: Path, read_from: Callable[[], Sequence[str]]) -> None:
        self._rules_folder = rules_folder
        self._runbooks = runbooks
        self._read_from = read_from
        self._seen = self._look()

    def has_changed(self) -> bool:
        """Whether anything differs from the last time this was asked."""
        now = self._look()
        changed = now != self._seen
        self._seen = now
        return changed

    def _look(self) -> Seen:
        found: set[tuple[str, int, int]] = set()
        files = {*self._rules_folder.glob("*.y*ml"), *map(Path, self._read_from()), *self._runbooks.rglob("*.md")}
        for path in files:
            try:
                stat = path.stat()
            except OSError:
                continue
            found.add((str(path), stat.st_mtime_ns, stat.st_size))
        return frozenset(found)
