"""Site24x7's webhooks: a monitor's state, as JSON, as a form, or in the query, under names that a user may change."""

from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.fields import (
    Fields,
    compact,
    digest,
    event_source,
    first_line,
    first_word,
    instant,
    links,
    renamed,
    without_blanks,
    word,
)
from app.adapters.sources.posted import brief, folded, posted
from app.adapters.sources.runbook_in_text import written_runbooks
from app.adapters.sources.tags import tag_labels
from app.adapters.sources.unread import unread
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity, SourceSettings
from app.service.ports import Alerts, Control, Request, Verdict

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
        sent = posted(request)
        said = folded(sent)
        if not first_word(said, *_SPEAKING):
            return unread(sent, instance)
        state = first_word(said, *_STATES)
        if state.lower() in _QUIET:
            return Control(f"Site24x7 monitor is in {state.lower()}")
        return Alerts((_alert(sent, said, state, instance),))


def _alert(sent: Fields, said: Fields, state: str, instance: SourceSettings) -> Alert:
    is_over = state.lower() == _UP
    reason = first_word(said, *_REASONS)
    began = next(filter(None, (instant(word(said.get(name))) for name in _TIMES)), None)
    return Alert(
        source=instance.name,
        source_type=Site24x7.type,
        dedup_key=first_word(said, *_IDS) or digest(first_word(said, *_NAMES), word(said.get("monitorurl"))),
        status=AlertStatus.RESOLVED if is_over else AlertStatus.FIRING,
        title=_title(said, state, reason),
        description=reason,
        severity=state,
        labels=_labels(said, state),
        annotations=brief(sent),
        links=links(said, _LINKS),
        runbooks=written_runbooks(said, reason),
        started_at=None if is_over else began,
        raw=compact(sent),
    )


def _title(said: Fields, state: str, reason: str) -> str:
    name = first_word(said, *_NAMES) or f"Site24x7 monitor {first_word(said, *_IDS)}".strip()
    said_so = ": ".join(filter(None, (f"{name} is {state}" if state else name, first_line(reason))))
    return first_line(said_so)


def _labels(said: Fields, state: str) -> dict[str, str]:
    own = renamed(said, _LABELS)
    tags = event_source(tag_labels(next(filter(None, (said.get(name) for name in _TAGS)), None)))
    return {**tags, **own, **without_blanks({"alertname": first_word(said, *_NAMES), "severity": state})}
