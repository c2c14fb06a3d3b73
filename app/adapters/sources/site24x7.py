"""Site24x7's webhooks: a monitor's state, as JSON, as a form, or in the query, under names that a user may change."""

from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.fields import (
    compact,
    digest,
    first_line,
    without_blanks,
)
from app.adapters.sources.named_runbooks import named_runbooks
from app.adapters.sources.plain_names import Plain, annotations, plain
from app.adapters.sources.tags import tag_labels
from app.adapters.sources.unread import unread
from app.adapters.sources.webhook_fields import Sent, read_sent
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity, SourceSettings
from app.service.source_ports import Alerts, Control, Request, Verdict

_IDS = ("monitorid", "incidentnumber")
_NAMES = ("monitorname", "displayname", "name", "title")
_STATES = ("status", "monitorstatus", "severity")
_REASONS = ("incidentreason", "reason", "incidentdetails", "description", "message")
_TIMES = ("outagetimeunixformat", "incidenttimeiso")
_TAGS = ("tags", "monitortags", "tag")
_LINKS = {"monitordashboardlink": "monitor", "rcalink": "root cause", "permalink": "monitor", "monitorurl": "page"}
_LABELS = {
    "monitorname": "monitor",
    "displayname": "monitor",
    "monitortype": "monitor_type",
    "monitorgroupname": "group",
    "failedlocations": "location",
    "monitorurl": "url",
    "customername": "customer",
}
_SPEAKING = (*_IDS, *_NAMES, *_STATES, *_REASONS)
"""Of these one must be there, or nothing was understood."""

_UP = "up"
_QUIET = ("maintenance", "suspended")


class Site24x7:
    """One monitor per request. Site24x7 signs nothing."""

    type: str = "site24x7"
    severities: Mapping[str, Severity] = {
        **dict.fromkeys(("down", "critical"), Severity.CRITICAL),
        **dict.fromkeys(("trouble", _UP), Severity.TRIAGE),
    }

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        return Verdict.UNSIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        sent = read_sent(request)
        said = plain(sent.fields)
        if not said.first(*_SPEAKING):
            return unread(sent, instance)
        state = said.first(*_STATES)
        if state.lower() in _QUIET:
            return Control(f"Site24x7 monitor is in {state.lower()}")
        return Alerts((_alert(sent, said, state, instance),))


def _alert(sent: Sent, said: Plain, state: str, instance: SourceSettings) -> Alert:
    is_over = state.lower() == _UP
    reason, labels = said.first(*_REASONS), _labels(said, state)
    began = said.instant(*_TIMES)
    return Alert(
        source=instance.name,
        source_type=Site24x7.type,
        dedup_key=said.first(*_IDS) or digest(said.first(*_NAMES), said.first("monitorurl")),
        status=AlertStatus.RESOLVED if is_over else AlertStatus.FIRING,
        title=_title(said, state, reason),
        description=reason,
        severity=state,
        labels=labels,
        annotations=annotations(sent.fields),
        links=said.links(_LINKS),
        runbooks=named_runbooks({**labels, **said.whole}, reason),
        started_at=None if is_over else began,
        flags=(*sent.flags, *said.flags),
        raw=compact(sent.fields),
    )


def _title(said: Plain, state: str, reason: str) -> str:
    name = said.first(*_NAMES) or f"Site24x7 monitor {said.first(*_IDS)}".strip()
    said_so = ": ".join(filter(None, (f"{name} is {state}" if state else name, first_line(reason))))
    return first_line(said_so)


def _labels(said: Plain, state: str) -> dict[str, str]:
    own = {**said.renamed(_LABELS), "alertname": said.first(*_NAMES), "severity": state}
    return {**tag_labels(said.first(*_TAGS)), **without_blanks(own)}
