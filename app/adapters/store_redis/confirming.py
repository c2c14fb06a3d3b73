"""In how many places a commit must be before it counts, and what the server says of it."""

from dataclasses import dataclass
from typing import Any

WITHIN_MS = 2000
"""How long the server may take; less than a connection waits for its answers."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """How many `replicas` must have a commit."""

    replicas: int = 0

    @property
    def command(self) -> tuple[Any, ...] | None:
        """What is sent right behind a commit on the same connection; None when its own answer is enough.

        https://redis.io/docs/latest/commands/wait/. Not WAITAOF: Redis 7.4 and Valkey up to 9.1 answer it before they
        have written to disk (https://github.com/redis/redis/pull/13793).
        """
        return ("WAIT", self.replicas, WITHIN_MS) if self.replicas else None

    def missing(self, answer: Any) -> str:
        """Where it is not, as words; empty when it is in all places."""
        if isinstance(answer, Exception):
            return f"the server does not confirm it ({answer})"
        return "" if answer >= self.replicas else f"only {answer} of {self.replicas} replicas have confirmed it"
