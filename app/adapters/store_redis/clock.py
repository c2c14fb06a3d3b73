"""One clock for all replicas: the server's, carried on between two readings by each process's own steady clock."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Seconds = Callable[[], float]
Machine = Callable[[], datetime]

SLOWED = 0.5
"""How fast time passes here while the server's clock is behind what was shown already."""


def machine_time() -> datetime:
    return datetime.now(UTC)


class ServerClock:
    """The server's time, to within half of the shortest round trip; it never runs backwards once it has been learnt.

    When the server's clock jumps forward, so does this one. When it jumps back, this one goes on at half speed until
    it has been caught up, so that deadlines come late rather than never. Before the first reading it is the machine's.
    """

    def __init__(self, steady: Seconds = time.monotonic, machine: Machine = machine_time) -> None:
        self._steady = steady
        self._machine = machine
        self._base: datetime | None = None
        self._offset = 0.0
        self._shown_at = 0.0
        self._shown = 0.0

    def now(self) -> datetime:
        if self._base is None:
            return self._machine()
        at = self._steady()
        self._shown = max(at + self._offset, self._shown + (at - self._shown_at) * SLOWED)
        self._shown_at = at
        return self._base + timedelta(seconds=self._shown)

    @property
    def ahead(self) -> timedelta:
        """How far the time shown is ahead of the server's: more than nothing after the server's clock went back."""
        self.now()
        return timedelta(seconds=max(0.0, self._shown - self._shown_at - self._offset))

    def steady(self) -> float:
        """The reading that `learn` wants, before and after the server was asked."""
        return self._steady()

    def learn(self, server: datetime, sent: float, received: float) -> None:
        """Take in what the server said some time between these two: no more is changed than that proves wrong."""
        if self._base is None:
            self._base = server
            self._offset = -(sent + received) / 2
            self._shown_at = self._steady()
            self._shown = self._shown_at + self._offset
            return
        at = (server - self._base).total_seconds()
        self._offset = min(max(self._offset, at - received), at - sent)
