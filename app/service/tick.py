"""Due timers: claim the incidents, and let each one's deadline be an event like any other."""

from datetime import timedelta

from app.domain.events import TimerDue
from app.service.apply import Applier, Job
from app.service.ports import Clock, Store

LEASE = timedelta(seconds=30)
MOST_AT_ONCE = 500


async def tick(store: Store, applier: Applier, clock: Clock) -> int:
    """Handle what is due now, at most `MOST_AT_ONCE`; how many were claimed. Raises the first decision's error."""
    due = await store.claim_due(clock.now(), LEASE, MOST_AT_ONCE)
    if not due:
        return 0
    results = await applier.submit([Job(lambda _: TimerDue(), id=id, must_exist=True) for id in due])
    for result in results:
        if result.error:
            raise result.error
    return len(due)
