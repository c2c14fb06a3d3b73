"""Datadog's webhooks: its default payload, whose title alone says what happened, and templates of every spelling."""

from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.datadog_title import Title, read_title
from app.adapters.sources.fields import (
    compact,
    digest,
    first_line,
    without_blanks,
)
from app.adapters.sources.named_runbooks import markdown_links, named_runbooks
from app.adapters.sources.plain_names import Plain, annotations, plain, plain_name
from app.adapters.sources.prometheus_group import SEVERITIES
from app.adapters.sources.tags import tag_labels
from app.adapters.sources.unread import unread
from app.adapters.sources.webhook_fields import Sent, read_sent
from app.domain.alert import Alert, AlertStatus, Link
from app.domain.classify import Severity, SourceSettings
from app.service.source_ports import Alerts, Control, Request, Verdict

_TITLES = ("title", "eventtitle", "alerttitle", "alertname", "monitorname", "name", "summary", "subject")
_MONITORS = ("monitorid", "alertid")
_SCOPES = ("scopes", "scope", "alertscope")
_GROUPS = ("aggregkey", "alertcyclekey", "cyclekey")
_NAMED = ("dedupkey", "dedup", "alias", "incidentkey")
_TRANSITIONS = ("alerttransition", "transition", "eventtransition", "state", "status", "alertstatus")
_PRIORITIES = ("severity", "alertpriority", "priority")
_EVENT_PRIORITIES = ("normal", "low")
_TEXTS = ("textonlymsg", "eventmsg", "body", "message", "description", "text", "alertstatus")
_LINKS = {"url": "event", "link": "event", "eventurl": "event", "alerturl": "event", "snapshot": "graph"}
_TIMES = ("date", "dateposix", "lastupdated", "lastupdatedposix")
_LABELS = {"eventtype": "event_type", "alertmetric": "metric", "hostname": "host", "alerttype": "alert_type"}
_SPEAKING = (*_TITLES, *_MONITORS, *_NAMED, *_TRANSITIONS, *_TEXTS)
"""Of these one must be there, or nothing was understood."""

_RECOVERED = ("recovered", "resolved", "recovery", "ok", "success")
_NO_DATA_FLAG = "Datadog got no data for this monitor"
_NO_DATA = ("no data", "re-no data", "reno data")
_WARNS = ("warn", "warning", "re-warn", "rewarn")
_OTHERS = ("triggered", "re-triggered", "retriggered", "alert", "renotify", "re-notify", "error")
_STATES = (*_RECOVERED, *_NO_DATA, *_WARNS, *_OTHERS)


class Datadog:
    """One monitor and scope per request. Datadog signs nothing; it repeats after 5xx only."""

    type: str = "datadog"
    severities: Mapping[str, Severity] = SEVERITIES

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        return Verdict.UNSIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        sent = read_sent(request)
        said = plain(sent.fields)
        if not said.first(*_SPEAKING):
            return unread(sent, instance)
        title = read_title(first_line(said.first(*_TITLES)))
        if title.is_test:
            return Control("Datadog's test notification of a monitor")
        return Alerts((_alert(sent, said, title, instance),))


def _alert(sent: Sent, said: Plain, title: Title, instance: SourceSettings) -> Alert:
    state = _state(said, title)
    is_over = state in _RECOVERED
    tags = {**tag_labels(said.first("tags")), **tag_labels(_scope(said, title))}
    message, at = said.first(*_TEXTS), said.instant(*_TIMES)
    return Alert(
        source=instance.name,
        source_type=Datadog.type,
        dedup_key=_dedup_key(sent, said, title),
        status=AlertStatus.RESOLVED if is_over else AlertStatus.FIRING,
        title=_shown(said, title, message),
        description=message.removeprefix("%%%").removesuffix("%%%").strip(),
        severity=_priority(said, title),
        labels=_labels(said, title, tags, state),
        annotations=annotations(sent.fields),
        links=_links(said, message),
        runbooks=named_runbooks({**tags, **said.whole}, message),
        started_at=None if is_over else at,
        ended_at=at if is_over else None,
        flags=(*sent.flags, *said.flags, *((_NO_DATA_FLAG,) if state in _NO_DATA else ())),
        raw=compact(sent.fields),
    )


def _state(said: Plain, title: Title) -> str:
    """The transition in small letters, wherever it is said: `$ALERT_STATUS` may be a word or a whole sentence."""
    words = [*(said.first(name).lower() for name in _TRANSITIONS), title.state, said.first("alerttype").lower()]
    return next((word for word in words if word in _STATES), next(filter(None, words), ""))


def _dedup_key(sent: Sent, said: Plain, title: Title) -> str:
    """The monitor and its scope; else Datadog's own keys; else, as in the default payload, the title without its state.

    `$ID` is one event. A template with `$ALERT_ID` but no `$ALERT_SCOPE` is told apart by the scope in the title.
    """
    named, monitor = said.first(*_NAMED), said.first(*_MONITORS)
    scope, grouped = _scope(said, title), said.first(*_GROUPS)
    if named:
        return named
    if monitor and (scope or not grouped or any(plain_name(name) in _SCOPES for name in sent.fields)):
        return f"{monitor}:{scope}"
    return grouped or digest(_org(said), title.name, scope)


def _scope(said: Plain, title: Title) -> str:
    """What the monitor fired on, as tags in one order."""
    parts = (said.first(*_SCOPES) or title.scope).split(",")
    return ",".join(sorted(filter(None, map(str.strip, parts))))


def _shown(said: Plain, title: Title, message: str) -> str:
    name = title.name or first_line(message.removeprefix("%%%"))
    scope = _scope(said, title)
    if not name:
        return f"Datadog monitor {said.first(*_MONITORS, *_NAMED)}".strip()
    return f"{name} ({scope})" if scope and scope not in name else name


def _priority(said: Plain, title: Title) -> str:
    """The monitor's, else what the title says of it; an event's own priority says nothing."""
    found = said.first(*_PRIORITIES)
    return title.priority or found if not found or found.lower() in _EVENT_PRIORITIES else found


def _labels(said: Plain, title: Title, tags: dict[str, str], state: str) -> dict[str, str]:
    """A warning is one whatever the monitor's priority: that speaks of its alerts.

    An event's priority is no severity, so a tag that names one goes before it.
    """
    own, priority = said.renamed(_LABELS), _priority(said, title)
    severity = tags.get("severity", priority) if priority.lower() in _EVENT_PRIORITIES else priority
    own |= {
        "alertname": title.name,
        "monitor_id": said.first(*_MONITORS),
        "org": _org(said),
        "priority": priority,
        "transition": state,
        "severity": "warn" if state in _WARNS else severity,
    }
    return {**tags, **without_blanks(own)}


def _org(said: Plain) -> str:
    return said.first("orgname", "orgid") or ("" if "org" in said.nested else said.first("org"))


def _links(said: Plain, message: str) -> tuple[Link, ...]:
    found = list(said.links(_LINKS))
    found += [Link(href, "monitor") for what, href in markdown_links(message) if what == "Monitor Status"]
    return tuple({each.href: each for each in found}.values())
