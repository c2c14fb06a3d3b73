"""In how many places a commit must be before it counts, and what the server says of it."""

from dataclasses import dataclass
from typing import Any

WITHIN_MS = 2000
"""How long the server may take; less than a connection waits for its answers."""


@dataclass(slots=True)
class Confirmation:
    """`replicas` are asked for by a setting; `disk` is found out from the server: its own file must be waited for."""

    replicas: int = 0
    disk: bool = False

    @property
    def command(self) -> tuple[Any, ...] | None:
        """What is sent right behind a commit on the same connection; None when its own answer is enough."""
        if self.disk:
            return ("WAITAOF", 1, self.replicas, WITHIN_MS)
        return ("WAIT", self.replicas, WITHIN_MS) if self.replicas else None

    def missing(self, answer: Any) -> str:
        """Where it is not, as words; empty when it is in all places."""
        if isinstance(answer, Exception):
            return f"the server does not confirm it ({answer})"
        on_disk, replicas = answer if isinstance(answer, list) else (1, answer)
        if self.disk and not on_disk:
            return "the server has not written it to disk yet"
        return "" if replicas >= self.replicas else f"only {replicas} of {self.replicas} replicas have confirmed it"
