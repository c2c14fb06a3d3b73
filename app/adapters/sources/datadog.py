"""Datadog's webhooks: its default payload, whose title alone says what happened, and templates of every spelling."""

from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.datadog_title import Title, read_title
from app.adapters.sources.fields import (
    Fields,
    compact,
    digest,
    distinct,
    event_source,
    first_line,
    first_word,
    instant,
    link,
    text,
    without_blanks,
    word,
)
from app.adapters.sources.posted import brief, folded, posted
from app.adapters.sources.prometheus_group import SEVERITIES
from app.adapters.sources.runbook_in_text import markdown_links, written_runbooks
from app.adapters.sources.tags import tag_labels
from app.adapters.sources.unread import unread
from app.domain.alert import Alert, AlertStatus, Link
from app.domain.classify import Severity, SourceSettings
from app.service.ports import Alerts, Control, Request, Verdict

_TITLES = ("title", "eventtitle", "alerttitle", "alertname", "monitorname", "name", "summary", "subject")
_MONITORS = ("monitorid", "alertid")
_SCOPES = ("scopes", "scope", "alertscope")
_GROUPS = ("aggregkey", "alertcyclekey", "cyclekey")
_NAMED = ("dedupkey", "dedup", "alias", "incidentkey")
_TRANSITIONS = ("alerttransition", "transition", "state")
_PRIORITIES = ("severity", "alertpriority", "priority")
_EVENT_PRIORITIES = ("normal", "low")
_TEXTS = ("textonlymsg", "eventmsg", "body", "message", "description", "text", "alertstatus")
_LINKS = {"url": "event", "link": "event", "eventurl": "event", "alerturl": "event", "snapshot": "graph"}
_TIMES = ("date", "dateposix", "lastupdated", "lastupdatedposix")
_LABELS = {"eventtype": "event_type", "alertmetric": "metric", "hostname": "host", "alerttype": "alert_type"}
_SPEAKING = (*_TITLES, *_MONITORS, *_NAMED, *_TRANSITIONS, *_TEXTS)
"""Of these one must be there, or nothing was understood."""

_RECOVERED = ("recovered", "resolved", "recovery", "ok", "success")
_NO_DATA = ("no data", "re-no data", "reno data")
_WARNS = ("warn", "warning", "re-warn", "rewarn")


class Datadog:
    """One monitor and scope per request. Datadog signs nothing; it repeats after 5xx only."""

    type: str = "datadog"
    severities: Mapping[str, Severity] = SEVERITIES

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        return Verdict.UNSIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        sent = posted(request)
        said = folded(sent)
        if not first_word(said, *_SPEAKING):
            return unread(sent, instance)
        title = read_title(first_line(first_word(said, *_TITLES)))
        if title.is_test:
            return Control("Datadog's test notification of a monitor")
        return Alerts((_alert(sent, said, title, instance),))


def _alert(sent: Fields, said: Fields, title: Title, instance: SourceSettings) -> Alert:
    state = (first_word(said, *_TRANSITIONS) or title.state or first_word(said, "alerttype")).lower()
    is_over = state in _RECOVERED
    tags = {**tag_labels(said.get("tags")), **tag_labels(_scope(said, title))}
    message, at = first_word(said, *_TEXTS), instant(first_word(said, *_TIMES))
    return Alert(
        source=instance.name,
        source_type=Datadog.type,
        dedup_key=_dedup_key(said, title),
        status=AlertStatus.RESOLVED if is_over else AlertStatus.FIRING,
        title=_shown(said, title, message),
        description=message.removeprefix("%%%").removesuffix("%%%").strip(),
        severity=first_word(said, *_PRIORITIES),
        labels=_labels(said, title, tags, state),
        annotations=brief(sent),
        links=_links(said, message),
        runbooks=distinct((*written_runbooks(said), *written_runbooks(tags, message))),
        started_at=None if is_over else at,
        ended_at=at if is_over else None,
        flags=("Datadog got no data for this monitor",) if state in _NO_DATA else (),
        raw=compact(sent),
    )


def _dedup_key(said: Fields, title: Title) -> str:
    """The monitor and its scope; else Datadog's own keys; else, as in the default payload, the title without its state.

    `$ID` is one event. A template with `$ALERT_ID` but no `$ALERT_SCOPE` is told apart by the scope in the title.
    """
    named, monitor = first_word(said, *_NAMED), first_word(said, *_MONITORS)
    scope, grouped = _scope(said, title), first_word(said, *_GROUPS)
    if named:
        return named
    if monitor and (scope or not grouped or any(name in said for name in _SCOPES)):
        return f"{monitor}:{scope}"
    return grouped or digest(text(said.get("org")), title.name, scope)


def _scope(said: Fields, title: Title) -> str:
    """What the monitor fired on, as tags in one order."""
    parts = (first_word(said, *_SCOPES) or title.scope).split(",")
    return ",".join(sorted(filter(None, map(str.strip, parts))))


def _shown(said: Fields, title: Title, message: str) -> str:
    name = title.name or first_line(message.removeprefix("%%%"))
    scope = _scope(said, title)
    if not name:
        return f"Datadog monitor {first_word(said, *_MONITORS, *_NAMED)}".strip()
    return f"{name} ({scope})" if scope and scope not in name else name


def _labels(said: Fields, title: Title, tags: dict[str, str], state: str) -> dict[str, str]:
    """A warning is one whatever the monitor's priority: that speaks of its alerts.

    An event's priority is no severity, so a tag that names one goes before it.
    """
    own = {ours: word(said.get(theirs)) for theirs, ours in _LABELS.items()}
    priority = first_word(said, *_PRIORITIES)
    severity = tags.get("severity", priority) if priority.lower() in _EVENT_PRIORITIES else priority
    own |= {
        "alertname": title.name,
        "monitor_id": first_word(said, *_MONITORS),
        "org": word(said.get("orgname")) or _org(said),
        "priority": priority,
        "transition": state,
        "severity": "warn" if state in _WARNS else severity,
    }
    return {**event_source(tags), **without_blanks(own)}


def _org(said: Fields) -> str:
    org = said.get("org")
    return first_word(org, "name", "id") if isinstance(org, dict) else word(org)


def _links(said: Fields, message: str) -> tuple[Link, ...]:
    found = [each for name, what in _LINKS.items() for each in link(said.get(name), what)]
    found += [Link(href, "monitor") for what, href in markdown_links(message) if what == "Monitor Status"]
    return tuple({each.href: each for each in found}.values())
