"""What a source's reports do to an incident: open it, count, join, raise, re-open, resolve."""

from datetime import datetime, timedelta

from app.domain.alert import Alert
from app.domain.classify import Severity
from app.domain.context import Context
from app.domain.escalate import Change, Manner, start_chain
from app.domain.events import AlertAcknowledged, AlertFired, AlertResolved, Raise
from app.domain.incident import (
    AlertRow,
    Decision,
    Incident,
    KnownKey,
    Mark,
    Outcome,
    Status,
    alert_key,
    group_key,
    quiet_group_key,
)
from app.domain.on_action import acknowledged, resolved
from app.domain.on_observed import tell_live, went_live
from app.domain.on_suppression import (
    keep_quiet,
    no_longer_fires,
    quiet_about_worse,
    quiet_too,
    still_quiet,
    tell_after_all,
)
from app.domain.replacing import replace
from app.domain.rerouted import decided, raised, routed
from app.domain.route import Route
from app.domain.suppress import SuppressedBy, Suppression, inhibited_keys

NOTHING = Decision(None, Outcome.IGNORED)
ALL_RESOLVED = "all its alerts are resolved"


def open_incident(incident: Incident | None, event: AlertFired, ctx: Context) -> Decision:
    """A new incident, routed at once; or kept without telling anybody, while something suppresses the alert."""
    alert, route = event.alert, event.route
    new = _new(event.new_id, alert.source, alert.title, alert.description, route, ctx, alerts=1)
    new = replace(new, fired_at=event.at or ctx.now)
    change = Change(new).note(ctx.now, "opened", "; ".join(route.reasons), who=alert.source)
    if found := ctx.suppression(alert):
        change = keep_quiet(change, alert, found, ctx)
    else:
        change = start_chain(change, ctx, Manner(f"new {route.severity} alert from {alert.source}"))
    return _opened(change, event, ctx)


def raise_incident(incident: Incident | None, event: Raise, ctx: Context) -> Decision:
    """A new incident that a person reports."""
    new = _new(event.new_id, "people", event.title, event.description, event.route, ctx)
    change = Change(new).note(ctx.now, "opened", f"raised by {event.by.id}", event.by.id, event.by.channel)
    change = start_chain(change, ctx, Manner(f"raised by {event.by.id}"))
    return change.decision(_outcome(change.incident))


def fired_again(incident: Incident, event: AlertFired, ctx: Context) -> Decision:
    """A report for an open incident: a repeat only counts; a new alert joins; a worse one raises and pages; the first
    that nothing suppresses ends the quiet."""
    alert, route = event.alert, event.route
    counted = replace(
        incident, count=incident.count + 1, updated_at=ctx.now, fired_at=_latest(incident.fired_at, event.at or ctx.now)
    )
    worse, quiet = route.severity.rank > incident.severity.rank, incident.is_suppressed
    is_repeat = _is_firing(incident, event.known)
    if is_repeat and not worse and not quiet:
        live = went_live(incident, ctx)
        return (
            tell_live(Change(counted), ctx).decision(Outcome.REPEATED) if live else Decision(counted, Outcome.REPEATED)
        )
    found = still_quiet(incident, alert, ctx) if quiet else ctx.suppression(alert)
    if is_repeat and not worse and found:
        return Decision(counted, Outcome.REPEATED)
    if quiet and found and not is_repeat and incident.quiet and incident.quiet.is_full:
        return open_incident(None, event, ctx)
    change = _joined(Change(counted), event, ctx)
    if went_live(incident, ctx):
        change = tell_live(change, ctx)
    if quiet and found:
        change = quiet_too(change, alert, found)
    if worse or not found:
        change = _moved_by(change, event, found, ctx)
    known = event.known is not None and event.known.incident == incident.id
    outcome = Outcome.REPEATED if known else Outcome.GROUPED
    return change.decision(outcome, (_row(change.incident, alert, route, ctx),))


def _moved_by(change: Change, event: AlertFired, found: Suppression | None, ctx: Context) -> Change:
    """What a worse alert, or one that nothing suppresses, does to an open incident beside joining it."""
    incident = change.incident
    worse = event.route.severity.rank > incident.severity.rank
    if incident.is_suppressed:
        if worse:
            change = change.becomes(routed(incident, event.route, ctx))
        return change if found else tell_after_all(change, ctx)
    if not worse:
        return change
    return quiet_about_worse(change, event.alert, found, ctx) if found else raised(change, event.route, ctx)


def fired_after_resolve(incident: Incident, event: AlertFired, ctx: Context) -> Decision:
    """Within the re-open window the same incident starts again from the first step; later it is a new one. What was
    known here already, and said before a source said that it was over, is old news."""
    window = ctx.rules.limits.reopen_window
    known_here = event.known is not None and event.known.incident == incident.id
    if known_here and event.at and incident.over_at and event.at < incident.over_at:
        return NOTHING
    if incident.resolved_at is None or ctx.now - incident.resolved_at > window:
        return open_incident(None, event, ctx)
    again = replace(
        routed(incident, event.route, ctx),
        count=incident.count + 1,
        alerts=incident.alerts + (0 if known_here else 1),
        firing=1,
        episode=incident.episode + 1,
        resolved_at=None,
        resolved_by=None,
        tagged=(),
        call="",
        updated_at=ctx.now,
        fired_at=_latest(incident.fired_at, event.at or ctx.now),
    )
    text = f"fired again {_minutes(ctx.now - incident.resolved_at)} after being resolved by {incident.resolved_by}"
    change = _reopened(Change(again).note(ctx.now, "reopened", text, who=event.alert.source), event, ctx)
    return _opened(change, event, ctx)


def _reopened(change: Change, event: AlertFired, ctx: Context) -> Change:
    """From the first step; but an incident that flaps tells nobody unless it goes on firing."""
    incident, limits = change.incident, ctx.rules.limits
    lately = tuple(at for at in incident.reopened if ctx.now - at < limits.flap_window)
    found = ctx.suppression(event.alert)
    if found is None and len(lately) >= limits.flap_reopens:
        often = f"flapping: re-opened {len(lately)} times within {_minutes(limits.flap_window)}"
        reason = f"{often}; told if it still fires in {_minutes(limits.flap_hold)}"
        told_at = ctx.now + limits.flap_hold
        found = Suppression(SuppressedBy.FLAPPING, reason, told_at, told_at)
    if found:
        return keep_quiet(change.becomes(replace(incident, reopened=lately)), event.alert, found, ctx)
    change = change.becomes(replace(incident, reopened=(*lately, ctx.now)))
    return start_chain(change, ctx, Manner("fired again soon after it was resolved"))


def source_resolved(incident: Incident, event: AlertResolved, ctx: Context) -> Decision:
    """One alert is over; the incident is when all its alerts are and the rule lets the source resolve it. Word that has
    waited while something was said to fire here is not believed: rather a person looks in vain."""
    if not _is_firing(incident, event.known):
        return NOTHING
    if event.at and incident.fired_at and event.at < incident.fired_at:
        text = f"{event.alert.title or event.alert.dedup_key}: said to be over before something was last said to fire"
        change = Change(replace(incident, updated_at=ctx.now)).note(ctx.now, "late_resolve", text, event.alert.source)
        return change.decision(Outcome.IGNORED)
    firing = max(0, incident.firing - 1)
    over_at = _latest(incident.over_at, event.at or ctx.now)
    still = no_longer_fires(incident, event.alert, ctx)
    change = Change(replace(still, firing=firing, updated_at=ctx.now, over_at=over_at))
    is_muted = Mark.MUTED in incident.marks
    if firing == 0 and incident.resolve_with_source and not is_muted:
        change = resolved(change, event.alert.source, "source", event.reason or ALL_RESOLVED, ctx)
    else:
        kept = "" if firing else f"; {'it is muted' if is_muted else 'the rule leaves resolving to a person'}"
        text = f"{event.alert.title}: {firing} still firing{kept}"
        change = change.note(ctx.now, "alert_resolved", text, who=event.alert.source)
    row = _row_of(incident, event.alert, incident.severity, ctx, firing=False)
    return change.decision(Outcome.RESOLVED, (row,))


def source_acknowledged(incident: Incident, event: AlertAcknowledged, ctx: Context) -> Decision:
    """A machine's acknowledgement has no owner: it is noted, and stops nothing unless the source's setting says so."""
    change = Change(replace(incident, updated_at=ctx.now))
    if event.counts and incident.status is Status.TRIGGERED:
        change = acknowledged(change, event.alert.source, "source", ctx)
    else:
        text = f"{event.alert.title or event.alert.dedup_key}: acknowledged in the tool, which stops nothing here"
        change = change.note(ctx.now, "source_acknowledged", text, who=event.alert.source)
    return change.decision(Outcome.ACKNOWLEDGED)


def nothing_open(incident: Incident | None, event: object, ctx: Context) -> Decision:
    """A report about something that is not open here."""
    return NOTHING


def _new(id: str, source: str, title: str, description: str, route: Route, ctx: Context, alerts: int = 0) -> Incident:
    return Incident(
        id=id,
        source=source,
        dedup_key=route.dedup_key,
        title=title,
        description=description,
        status=Status.TRIGGERED,
        opened_at=ctx.now,
        updated_at=ctx.now,
        alerts=alerts,
        firing=alerts,
        marks=route.marks,
        **decided(route, ctx),
    )


def _latest(before: datetime | None, at: datetime) -> datetime:
    return max(at, before or at)


def _is_firing(incident: Incident, known: KnownKey | None) -> bool:
    """Whether the store's word on the alert is of this incident and of this opening of it."""
    return known is not None and known.incident == incident.id and known.firing and known.episode == incident.episode


def _joined(change: Change, event: AlertFired, ctx: Context) -> Change:
    """Count the alert as firing here, unless it does already."""
    incident = change.incident
    if _is_firing(incident, event.known):
        return change
    is_new = event.known is None or event.known.incident != incident.id
    joined = replace(incident, alerts=incident.alerts + is_new, firing=incident.firing + 1)
    text = event.alert.title if is_new else f"{event.alert.title} fires again"
    return change.becomes(joined).note(ctx.now, "grouped", text, who=event.alert.source)


def _opened(change: Change, event: AlertFired, ctx: Context) -> Decision:
    incident, route = change.incident, event.route
    row = _row(incident, event.alert, route, ctx)
    return change.decision(_outcome(incident), (row,), _opened_keys(incident, route))


def _row(incident: Incident, alert: Alert, route: Route, ctx: Context) -> AlertRow:
    return _row_of(incident, alert, route.severity, ctx, firing=True)


def _row_of(incident: Incident, alert: Alert, severity: Severity, ctx: Context, firing: bool) -> AlertRow:
    return AlertRow(
        incident=incident.id,
        key=alert_key(alert.source, alert.dedup_key),
        firing=firing,
        episode=incident.episode,
        severity=severity,
        alert=alert,
        seen_at=ctx.now,
        inhibits=inhibited_keys(alert, ctx.rules.inhibitions),
    )


def _outcome(incident: Incident) -> Outcome:
    if incident.is_suppressed:
        return Outcome.SUPPRESSED
    if incident.severity is Severity.TRIAGE:
        return Outcome.TRIAGED
    return Outcome.HELD if Mark.HELD in incident.marks else Outcome.OPENED


def _opened_keys(incident: Incident, route: Route) -> tuple[str, ...]:
    """The key by which later alerts of the same group find it; those that tell nobody have an incident of their own."""
    key = quiet_group_key if incident.is_suppressed else group_key
    return (key(incident.source, incident.dedup_key),) if route.grouped else ()


def _minutes(length: timedelta) -> str:
    return f"{length.total_seconds() / 60:.0f} min"
