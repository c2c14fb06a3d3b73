"""Alerts come in: route each, and apply them together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.alert import Alert, AlertStatus
from app.domain.events import AlertAcknowledged, AlertFired, AlertResolved
from app.domain.incident import Incident, Mark, Outcome, alert_key, group_key, quiet_group_key
from app.domain.replacing import quick, replace
from app.domain.route import route_alert
from app.domain.ruleset import Rules
from app.domain.suppress import SuppressedBy, inhibited_keys, inhibitor_keys
from app.service.apply import Applier
from app.service.job import Applied, Job, Records
from app.service.lanes import Lane


@quick
@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one alert; `incident` is empty where it led to none. `debt` is the squad that owes a runbook for
    it (empty: the alert opened nothing, or has one; "none": it belongs to no squad). `suppressed` is what kept it from
    telling anybody (None: nothing did, or it was no news)."""

    outcome: Outcome
    incident: str
    debt: str = ""
    suppressed: SuppressedBy | None = None


async def ingest(
    alerts: Sequence[Alert],
    rules: Rules,
    applier: Applier,
    new_id: Callable[[], str],
    lane: Lane,
    records: Records | None = None,
) -> list[Taken]:
    """One outcome per alert, in order, all durable when it returns; with `records` of the last one in the same commit.
    They wait for their turn in `lane`.

    Raises `StoreUnavailable` when nothing could be promised, and the error of a decision that failed.
    """
    jobs = [job_for(alert, rules, new_id) for alert in alerts]
    if records:
        jobs[-1] = replace(jobs[-1], records=records)
    if rules.inhibitions:
        return await _inhibiting_first(alerts, jobs, rules, applier, lane)
    return taken(await applier.submit(jobs, lane))


async def _inhibiting_first(
    alerts: Sequence[Alert], jobs: Sequence[Job], rules: Rules, applier: Applier, lane: Lane
) -> list[Taken]:
    """A group may name what is inhibited before what inhibits it."""
    order = sorted(range(len(jobs)), key=lambda n: not inhibited_keys(alerts[n], rules.inhibitions))
    results = dict(zip(order, await applier.submit([jobs[n] for n in order], lane), strict=True))
    return taken([results[n] for n in range(len(jobs))])


def taken(results: Sequence[Applied]) -> list[Taken]:
    """The outcome of each. Raises the first error among them."""
    return [_taken(result) for result in results]


def job_for(alert: Alert, rules: Rules, new_id: Callable[[], str], at: datetime | None = None) -> Job:
    """The event that an alert is, and the keys under which its incident may be found. `at`: when it came, if it has
    waited since."""
    own = alert_key(alert.source, alert.dedup_key)
    match alert.status:
        case AlertStatus.RESOLVED:
            return Job(lambda known: AlertResolved(alert, known, at), (own,))
        case AlertStatus.ACKNOWLEDGED:
            counts = rules.sources[alert.source].acknowledge
            return Job(lambda known: AlertAcknowledged(alert, counts), (own,))
        case AlertStatus.FIRING:
            route, fresh = route_alert(alert, rules), new_id()
            group = (group_key(alert.source, route.dedup_key),) if route.grouped else ()
            quiet = (own, quiet_group_key(alert.source, route.dedup_key)) if route.grouped else ()
            return Job(
                lambda known: AlertFired(alert, route, fresh, known, at),
                (own, *group),
                alert=alert,
                quieted=quiet,
                beside=inhibitor_keys(alert, rules.inhibitions),
            )


def jobs_again(alerts: Sequence[Alert], fresh: Sequence[str], rules: Rules, at: datetime) -> list[Job | None]:
    """The jobs of alerts that came `at` that time, with the ids they had; None where the source is gone."""
    ids = iter(fresh)
    return [_again(alert, next(ids) if alert.status is AlertStatus.FIRING else "", rules, at) for alert in alerts]


def _again(alert: Alert, fresh: str, rules: Rules, at: datetime) -> Job | None:
    if alert.source not in rules.sources:
        return None
    return replace(job_for(alert, rules, lambda: fresh, at), fresh=fresh)


def _taken(result: Applied) -> Taken:
    if result.error:
        raise result.error
    if result.incident is None:
        return Taken(result.outcome, "")
    outcome, incident = result.outcome, result.incident
    return Taken(outcome, incident.id, _debt(outcome, incident), _suppressed(outcome, incident))


def _debt(outcome: Outcome, incident: Incident) -> str:
    opened = outcome in (Outcome.OPENED, Outcome.HELD, Outcome.TRIAGED)
    return (incident.squad or "none") if opened and Mark.NO_RUNBOOK in incident.marks else ""


def _suppressed(outcome: Outcome, incident: Incident) -> SuppressedBy | None:
    found = incident.suppression if outcome in (Outcome.SUPPRESSED, Outcome.GROUPED) else None
    return found.by if found else None
