"""The router watches itself: what is due and late is counted, logged and shown."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.service.ports import Backlog, Clock, Store

TOLERANCE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Audit:
    """What is due at `at`, and how late the oldest is, in seconds; `is_late` when any is beyond the tolerance."""

    at: datetime
    timers: int
    timers_late: float
    notifications: int
    notifications_late: float

    @property
    def is_late(self) -> bool:
        return max(self.timers_late, self.notifications_late) > TOLERANCE.total_seconds()


async def audit(store: Store, clock: Clock) -> Audit:
    now = clock.now()
    backlog: Backlog = await store.backlog(now)
    return Audit(
        at=now,
        timers=backlog.timers,
        timers_late=_late(backlog.oldest_timer, now),
        notifications=backlog.notifications,
        notifications_late=_late(backlog.oldest_notification, now),
    )


def _late(oldest: datetime | None, now: datetime) -> float:
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
