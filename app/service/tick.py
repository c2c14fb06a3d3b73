"""Due timers: claim the incidents, and let each one's deadline be an event like any other."""

from collections.abc import Sequence
from datetime import timedelta

from app.domain.errors import NotFound, StoreUnavailable, Unconfirmed
from app.domain.events import TimerDue
from app.service.apply import Applier
from app.service.job import Applied, Job
from app.service.ports import Clock, WorkingStore

LEASE = timedelta(seconds=30)
MOST_AT_ONCE = 500


async def tick(store: WorkingStore, applier: Applier, clock: Clock) -> int:
    """Handle what is due now, at most `MOST_AT_ONCE`; how many were claimed.

    What cannot be handled keeps its lease and comes again; the first such error is raised after all others are done. An
    incident that is gone by now (forgotten, or undone by a failover that had not got it) has nothing to handle.
    """
    due = await store.claim_due(clock.now(), LEASE, MOST_AT_ONCE)
    if not due:
        return 0
    for result in await _handle(due, applier):
        if result.error and not isinstance(result.error, NotFound):
            raise result.error
    return len(due)


async def _handle(due: Sequence[str], applier: Applier) -> list[Applied]:
    """All together; one by one when the store cannot read them together, so that a damaged one holds up no other. What
    is stored but unconfirmed has been handled: whatever undoes it brings its timer back."""
    jobs = [Job(lambda _: TimerDue(), id=id, must_exist=True) for id in due]
    try:
        return await applier.submit(jobs)
    except Unconfirmed:
        return []
    except StoreUnavailable:
        if len(jobs) == 1:
            raise
    errors: list[StoreUnavailable] = []
    for job in jobs:
        try:
            await applier.submit([job])
        except StoreUnavailable as error:
            errors.append(error)
    if errors:
        raise errors[0]
    return []
