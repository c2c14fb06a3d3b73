"""Notices a flood of alerts, so that accepting them comes before telling about them."""

from dataclasses import dataclass

FLOOD = 500.0
"""Jobs a second: far above what a person could be told one by one, far below what can be accepted."""

WINDOW = 0.5
MOST_REST = 1.0
REST_SHARE = 9.0


@dataclass(slots=True)
class Flood:
    """Watches how fast the count of jobs grows. `now` is in seconds of a monotonic clock."""

    _count: int = 0
    _since: float = 0.0
    _rate: float = 0.0

    def is_on(self, count: int, now: float) -> bool:
        """Whether the last whole window was above `FLOOD`, or this one is already."""
        length = now - self._since
        rate = (count - self._count) / max(length, WINDOW)
        if length >= WINDOW:
            self._count, self._since, self._rate = count, now, rate
        return max(rate, self._rate) > FLOOD


def rest_after(seconds: float) -> float:
    """How long telling rests after a round of that length: it takes a tenth of the time, but has a round every second
    or so however long they are."""
    return min(seconds * REST_SHARE, MOST_REST)
