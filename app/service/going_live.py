"""When the rules stop observing, whoever would have been told of what is still open is told."""

from app.domain.events import SuppressionChanged
from app.domain.incident import Mark, Status
from app.domain.ruleset import Rules
from app.service.apply import Applier
from app.service.job import Job
from app.service.ports import IncidentQuery, Store

PAGE = 500
OPEN = frozenset({Status.TRIGGERED, Status.ACKNOWLEDGED})


async def tell_what_was_observed(store: Store, applier: Applier, rules: Rules) -> int:
    """Look at every open incident that is only observed; how many are live now. Whatever this misses in a crash is met
    by its next report or timer."""
    live, before = 0, ""
    while True:
        page = await store.incidents(IncidentQuery(statuses=OPEN, before=before, limit=PAGE))
        due = [one.id for one in page if Mark.OBSERVED in one.marks and not rules.is_observed(one.source)]
        if due:
            await applier.submit([Job(lambda _: SuppressionChanged(), id=id, must_exist=True) for id in due])
        live += len(due)
        if len(page) < PAGE:
            return live
        before = page[-1].id
