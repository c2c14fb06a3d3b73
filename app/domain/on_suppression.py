"""Keeping quiet about an alert that is kept all the same, and telling people once that is over and it still fires."""

from app.domain.alert import Alert
from app.domain.context import Context
from app.domain.escalate import Change, Manner, start_chain
from app.domain.events import SuppressionChanged
from app.domain.incident import WAITING, Decision, Incident, Mark, Outcome, Status, Timer, group_key
from app.domain.replacing import replace
from app.domain.rerouted import raised
from app.domain.route import Route, route_alert
from app.domain.suppress import Quiet, SuppressedBy, Suppression


def keep_quiet(change: Change, alert: Alert, found: Suppression, ctx: Context) -> Change:
    """Open, and nobody is told: until the suppression ends, if it still fires then."""
    incident = change.incident
    quiet = replace(
        incident,
        status=Status.TRIGGERED,
        marks=(*(mark for mark in incident.marks if mark not in WAITING), Mark.SUPPRESSED),
        timers={Timer.UNSUPPRESS: found.until},
        quiet=_quiet(alert, found),
        pages=(),
        acknowledged_at=None,
        acknowledged_by=None,
        holder_role="",
    )
    return change.becomes(quiet).note(ctx.now, "suppressed", found.reason)


def quiet_about_worse(change: Change, alert: Alert, found: Suppression, ctx: Context) -> Change:
    """What is suppressed does not raise an incident that people know of; it does once the suppression has ended. Of
    several it is the worst that is looked at again."""
    incident = change.incident
    if incident.quiet and incident.pending_look and _rank(incident.quiet.alert, ctx) > _rank(alert, ctx):
        return change.note(ctx.now, "suppressed", f"it got worse, which is {found.reason}")
    quiet = replace(
        incident,
        timers={**incident.timers, Timer.UNSUPPRESS: found.until},
        quiet=_quiet(alert, found),
    )
    return change.becomes(quiet).note(ctx.now, "suppressed", f"it got worse, which is {found.reason}")


def quiet_until_the_first_end(change: Change, alert: Alert, found: Suppression) -> Change:
    """Of alerts in one incident that are suppressed for different reasons, the one that may be told first decides."""
    incident, quiet = change.incident, change.incident.quiet
    due = incident.timers.get(Timer.UNSUPPRESS)
    if quiet is None or due is None or (found.ends_at or found.until) >= (quiet.ends_at or due):
        return change
    timers = {**incident.timers, Timer.UNSUPPRESS: found.until}
    return change.becomes(replace(incident, quiet=_quiet(alert, found), timers=timers))


def still_quiet(incident: Incident, alert: Alert, ctx: Context) -> Suppression | None:
    """Why `alert` does not end the quiet of this incident; None when it does. Flapping has an end of its own."""
    found, until = ctx.suppression(alert), incident.timers.get(Timer.UNSUPPRESS)
    quiet = incident.quiet
    if found or quiet is None or until is None or quiet.by is not SuppressedBy.FLAPPING or until <= ctx.now:
        return found
    return Suppression(quiet.by, quiet.reason, until, quiet.ends_at)


def suppression_changed(incident: Incident, event: SuppressionChanged, ctx: Context) -> Decision:
    """The same look as when its timer is due, only sooner."""
    if Timer.UNSUPPRESS not in incident.timers or incident.quiet is None:
        return Decision(None, Outcome.IGNORED)
    change = look_again(Change(incident), ctx)
    if change.incident is incident:
        return Decision(None, Outcome.IGNORED)
    return change.becomes(replace(change.incident, updated_at=ctx.now)).decision(Outcome.DONE)


def look_again(change: Change, ctx: Context) -> Change:
    """Quiet for as long as something suppresses the alert; then its people are told, as of something new."""
    incident, quiet = change.incident, change.incident.quiet
    if quiet is None:
        return change.becomes(_without_look(incident))
    found = still_quiet(incident, quiet.alert, ctx)
    if found:
        return change.becomes(_quiet_on(incident, quiet, found))
    if incident.is_suppressed:
        return tell_after_all(change, ctx)
    change = change.becomes(_without_look(incident))
    route = _route_of(quiet.alert, ctx)
    return raised(change, route, ctx) if route and route.severity.rank > incident.severity.rank else change


def tell_after_all(change: Change, ctx: Context) -> Change:
    """The chain starts as for something new, and what else of its group fires from now on belongs to it."""
    incident, quiet = change.incident, change.incident.quiet
    if quiet and quiet.alert.dedup_key != incident.dedup_key:
        change.led_by(group_key(incident.source, incident.dedup_key))
    cause = f"no longer suppressed ({quiet.reason})" if quiet else "no longer suppressed"
    return start_chain(change.note(ctx.now, "unsuppressed", cause), ctx, Manner(cause))


def _quiet_on(incident: Incident, quiet: Quiet, found: Suppression) -> Incident:
    """The same incident where nothing has changed, so that nothing is written."""
    about = _quiet(quiet.alert, found)
    if about == quiet and incident.timers.get(Timer.UNSUPPRESS) == found.until:
        return incident
    return replace(incident, quiet=about, timers={**incident.timers, Timer.UNSUPPRESS: found.until})


def _quiet(alert: Alert, found: Suppression) -> Quiet:
    return Quiet(alert, found.by, found.reason, found.ends_at)


def _without_look(incident: Incident) -> Incident:
    timers = dict(incident.timers)
    timers.pop(Timer.UNSUPPRESS, None)
    return replace(incident, timers=timers, quiet=None)


def _rank(alert: Alert, ctx: Context) -> int:
    route = _route_of(alert, ctx)
    return route.severity.rank if route else -1


def _route_of(alert: Alert, ctx: Context) -> Route | None:
    """None where the rules have dropped the alert's source since."""
    return route_alert(alert, ctx.rules) if alert.source in ctx.rules.sources else None
