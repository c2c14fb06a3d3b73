"""Keeping quiet about an alert that is kept all the same, and telling people once that is over and it still fires."""

from collections.abc import Sequence
from datetime import datetime

from app.domain.alert import Alert
from app.domain.context import Context
from app.domain.escalate import Change, Manner, start_chain
from app.domain.events import SuppressionChanged
from app.domain.incident import WAITING, Decision, Incident, Mark, Outcome, Status, Timer, group_key
from app.domain.on_observed import tell_live, went_live
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
    one alert it is the worst report that is looked at again."""
    incident = change.incident
    change = change.note(ctx.now, "suppressed", f"it got worse, which is {found.reason}")
    before = incident.quiet if incident.pending_look else None
    if before is None:
        return change.becomes(_looked_at(incident, _quiet(alert, found), found.until))
    until = min(found.until, incident.pending_look[Timer.UNSUPPRESS])
    if _rank(before.alert, ctx) <= _rank(alert, ctx):
        quiet = _quiet(alert, found).beside(*before.alerts)
    elif before.alert.dedup_key == alert.dedup_key:
        return change
    else:
        quiet = before.beside(alert)
    return change.becomes(_looked_at(incident, quiet, until))


def quiet_too(change: Change, alert: Alert, found: Suppression) -> Change:
    """A further alert that an incident is quiet about: of several it is the first that may be told that decides."""
    incident, quiet = change.incident, change.incident.quiet
    due = incident.timers.get(Timer.UNSUPPRESS)
    if quiet is None or due is None:
        return change
    sooner = (found.ends_at or found.until) < (quiet.ends_at or due)
    if sooner and quiet.by is not SuppressedBy.FLAPPING:
        both = _quiet(alert, found).beside(*quiet.alerts)
    else:
        both = quiet.beside(alert)
    return change.becomes(_looked_at(incident, both, min(due, found.until)))


def no_longer_fires(incident: Incident, alert: Alert, ctx: Context) -> Incident:
    """What is over is not to be told. A suppressed incident that is quiet about nothing else is looked at all the same:
    its rule leaves resolving to a person."""
    if incident.quiet is None or Timer.UNSUPPRESS not in incident.timers:
        return incident
    left = incident.quiet.without(alert)
    if left is None:
        return incident if incident.is_suppressed else _without_look(incident)
    found = [(one, why) for one in left.alerts if (why := still_quiet(incident, one, ctx))]
    kept = replace(incident, quiet=left)
    return _quiet_on(kept, found) if len(found) == len(left.alerts) else kept


def still_quiet(incident: Incident, alert: Alert, ctx: Context) -> Suppression | None:
    """Why `alert` does not end the quiet of this incident; None when it does. Flapping has an end of its own."""
    found, quiet = ctx.suppression(alert), incident.quiet
    if found or quiet is None or quiet.by is not SuppressedBy.FLAPPING:
        return found
    until = quiet.ends_at or incident.timers.get(Timer.UNSUPPRESS)
    return Suppression(quiet.by, quiet.reason, until, quiet.ends_at) if until and until > ctx.now else None


def suppression_changed(incident: Incident, event: SuppressionChanged, ctx: Context) -> Decision:
    """The same look as when its timer is due, only sooner."""
    change = Change(incident)
    if went_live(incident, ctx):
        change = tell_live(change, ctx)
    if Timer.UNSUPPRESS in change.incident.timers and change.incident.quiet:
        change = look_again(change, ctx)
    if change.incident is incident:
        return Decision(None, Outcome.IGNORED)
    return change.becomes(replace(change.incident, updated_at=ctx.now)).decision(Outcome.DONE)


def look_again(change: Change, ctx: Context) -> Change:
    """Quiet for as long as something suppresses each of its alerts; once something does not of one of them, its people
    are told, as of something new."""
    incident, quiet = change.incident, change.incident.quiet
    if quiet is None:  # What it is quiet about is not known any more: rather a page too many than nobody.
        return tell_after_all(change, ctx) if incident.is_suppressed else change.becomes(_without_look(incident))
    looked = [(alert, still_quiet(incident, alert, ctx)) for alert in quiet.alerts]
    still = [(alert, found) for alert, found in looked if found]
    if incident.is_suppressed:
        if len(still) == len(looked):
            return change.becomes(_quiet_on(incident, still))
        return tell_after_all(change, ctx)
    after = _quiet_on(incident, still) if still else _without_look(incident)
    ended = [route for alert, found in looked if not found and (route := _route_of(alert, ctx))]
    worst = max(ended, key=lambda route: route.severity.rank, default=None)
    change = change.becomes(after)
    return raised(change, worst, ctx) if worst and worst.severity.rank > incident.severity.rank else change


def tell_after_all(change: Change, ctx: Context) -> Change:
    """The chain starts as for something new, and what else of its group fires from now on belongs to it."""
    incident, quiet = change.incident, change.incident.quiet
    if quiet and quiet.alert.dedup_key != incident.dedup_key:
        change.led_by(group_key(incident.source, incident.dedup_key))
    cause = f"no longer suppressed ({quiet.reason})" if quiet else "no longer suppressed"
    return start_chain(change.note(ctx.now, "unsuppressed", cause), ctx, Manner(cause))


def _quiet_on(incident: Incident, still: Sequence[tuple[Alert, Suppression]]) -> Incident:
    """The same incident where nothing has changed, so that nothing is written. The first of those that may be told
    first goes before the others."""
    until = min(found.until for _, found in still)
    alert, found = min(still, key=lambda pair: pair[1].ends_at or pair[1].until)
    about = _quiet(alert, found).beside(*(other for other, _ in still if other is not alert))
    if about == incident.quiet and incident.timers.get(Timer.UNSUPPRESS) == until:
        return incident
    return _looked_at(incident, about, until)


def _looked_at(incident: Incident, quiet: Quiet, until: datetime) -> Incident:
    return replace(incident, quiet=quiet, timers={**incident.timers, Timer.UNSUPPRESS: until})


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
