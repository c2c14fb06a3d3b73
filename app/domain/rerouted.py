"""What a route decides of an incident, when it opens and when it is routed afresh because it got worse."""

from typing import Any

from app.domain.context import Context
from app.domain.escalate import Change, Manner, start_chain
from app.domain.incident import Incident, Mark
from app.domain.message import MessageKind
from app.domain.notification import Notification
from app.domain.people import Urgency
from app.domain.replacing import replace
from app.domain.route import Route
from app.domain.tell import notice_for

_ROUTES_OWN = frozenset({Mark.NO_RUNBOOK, Mark.OBSERVED})
"""Marks that only the latest route can give."""


def decided(route: Route, ctx: Context) -> dict[str, Any]:
    """The fields of an incident that are the route's."""
    return {
        "severity": route.severity,
        "squad": route.squad,
        "rule": route.rule,
        "rules_version": ctx.rules.version,
        "runbook": route.runbook,
        "calendar": route.calendar,
        "policy": route.policy,
        "resolve_with_source": route.resolve_with_source,
        "reasons": route.reasons,
    }


def routed(incident: Incident, route: Route, ctx: Context) -> Incident:
    """The incident with everything that the route decides, but for what a person has decided before."""
    kept = tuple(mark for mark in incident.marks if mark not in route.marks and mark not in _ROUTES_OWN)
    return replace(incident, marks=(*kept, *route.marks), **(decided(route, ctx) | _by_people(incident, route)))


def _by_people(incident: Incident, route: Route) -> dict[str, Any]:
    """Whose it is, where it was handed to a squad, and how bad, where it was promoted."""
    handed = Mark.WITH_SQUAD in incident.marks
    stays: dict[str, Any] = {"squad": incident.squad if handed else route.squad or incident.squad}
    if Mark.PROMOTED in incident.marks and incident.severity.rank > route.severity.rank:
        stays |= {"severity": incident.severity, "policy": incident.policy}
    return stays


def raised(change: Change, route: Route, ctx: Context) -> Change:
    """Worse than before: routed afresh and paged, whoever has it and whatever it waited for; the holder is told."""
    before = change.incident
    cause = f"it got worse: {before.severity} → {route.severity}"
    change = change.becomes(routed(before, route, ctx)).note(ctx.now, "raised", cause)
    change = start_chain(change, ctx, Manner(cause))
    return change.told(told_holder(before, change.incident, cause, Urgency.URGENT, ctx))


def told_holder(
    before: Incident, incident: Incident, cause: str, urgency: Urgency, ctx: Context, by: str = ""
) -> tuple[Notification, ...]:
    """Whoever had it `before` is told why it is theirs no longer, unless a page tells them already or they are `by`,
    who did it."""
    holder = (before.acknowledged_by or "", before.holder_role)
    if holder[0] == by or any(page.reader == holder[0] for page in incident.pages):
        return ()
    return notice_for(holder, incident, MessageKind.NOTICE, cause, urgency, ctx)
