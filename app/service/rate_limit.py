"""How many alerts a minute a source may send before it has to stand behind all others."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Bucket:
    left: float
    at: datetime


@dataclass(slots=True)
class RateLimits:
    """A bucket for each source, of as many alerts as a minute may bring; it fills again at that rate. Every process
    counts what comes to itself."""

    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def is_over(self, source: str, limit: int | None, count: int, now: datetime) -> bool:
        """Whether these `count` alerts are more than the source may send now; they count either way."""
        if limit is None:
            return False
        before = self._buckets.get(source) or _Bucket(limit, now)
        filled = min(float(limit), before.left + limit * max(0.0, (now - before.at) / MINUTE))
        self._buckets[source] = _Bucket(max(filled - count, -float(limit)), now)
        return count > filled
