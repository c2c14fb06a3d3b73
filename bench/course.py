"""What every scenario is handed: where to work, how long, and whom to tell how far it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.serving import Server, receiving, router


@dataclass(slots=True)
class Course:
    """`seconds` is how long each load lasts, `rounds` how often everything is repeated, `open_incidents` how many the
    crowded store holds; `redis` is the server's executable; `step` is told of each piece of work as it begins."""

    folder: Path
    seconds: float
    rounds: int
    open_incidents: int
    timers: int
    timer_seconds: float
    paced_seconds: float
    redis: Path
    step: Callable[[str], None]
    _folders: int = 0

    def new_folder(self, name: str) -> Path:
        self._folders += 1
        return self.folder / f"{self._folders:03}-{name}"

    @contextmanager
    def routing(self) -> Iterator[tuple[Server, Server]]:
        """A fresh service, and the receiver that it pages."""
        folder = self.new_folder("router")
        with receiving(folder / "receiver") as receiver, router(folder, receiver) as server:
            yield server, receiver
