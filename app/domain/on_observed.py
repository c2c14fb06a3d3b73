"""What was only observed and is open when the rules go live: its people are told, as of something new."""

from app.domain.context import Context
from app.domain.escalate import Change, Manner, start_chain
from app.domain.incident import WAITING, Incident, Mark, Status
from app.domain.replacing import replace

CAUSE = "no longer only observed"


def went_live(incident: Incident, ctx: Context) -> bool:
    """Whether nobody has been told of it although the rules say by now that people are."""
    return Mark.OBSERVED in incident.marks and incident.is_open and not ctx.rules.is_observed(incident.source)


def tell_live(change: Change, ctx: Context) -> Change:
    """From the first step, for nobody has heard of any. What waits, or somebody has, stays as it is, and is live."""
    incident = change.incident
    marks = tuple(mark for mark in incident.marks if mark is not Mark.OBSERVED)
    change = change.becomes(replace(incident, marks=marks)).note(ctx.now, "live", CAUSE)
    if incident.status is not Status.TRIGGERED or WAITING.intersection(marks):
        return change
    return start_chain(change, ctx, Manner(CAUSE))
