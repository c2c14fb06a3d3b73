"""Honeycomb's webhooks: a trigger or a burn alert, all its groups in one message."""

from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.fields import (
    Fields,
    compact,
    dig,
    digest,
    distinct,
    event_source,
    fields,
    first_line,
    first_word,
    flat,
    items,
    links,
    renamed,
    text,
    without_blanks,
    word,
)
from app.adapters.sources.posted import brief, folded, posted
from app.adapters.sources.prometheus_group import SEVERITIES
from app.adapters.sources.runbook_in_text import written_runbooks
from app.adapters.sources.signature import check_shared_secret
from app.adapters.sources.unread import unread
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity, SourceSettings
from app.service.ports import Alerts, Control, Request, Verdict

TOKEN = "x-honeycomb-webhook-token"  # noqa: S105 (the header's name)
_IDS = ("id", "triggerid", "burnalertid")
_NAMES = ("name", "triggername", "slo", "sloname")
_STATES = ("status", "state")
_TEXTS = ("summary", "description", "triggerdescription", "slodescription", "message")
_LABELS = {
    "environment": "environment",
    "datasetname": "dataset",
    "dataset": "dataset",
    "alerttype": "alert_type",
    "exhaustionminutes": "exhaustion_minutes",
}
_LINKS = {"resulturl": "result", "triggerurl": "trigger", "slourl": "SLO", "sliurl": "SLI", "url": "Honeycomb"}
_TRIGGERED = "resultgroupstriggered"
_SPEAKING = (*_IDS, *_NAMES, *_STATES, *_TEXTS)
"""Of these one must be there, or nothing was understood."""

_OVER = ("ok", "resolved", "closed")
_TEST_SUMMARY = "trigger test"
_MOST_GROUPS = 50


class Honeycomb:
    """One trigger per message. The shared secret comes in a header; the body is not covered by it."""

    type: str = "honeycomb"
    severities: Mapping[str, Severity] = SEVERITIES

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        given = request.headers.get(TOKEN)
        if not secret or given is None:
            return Verdict.UNSIGNED
        check_shared_secret(secret, given)
        return Verdict.SIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        sent = posted(request)
        said = folded(sent)
        if not first_word(said, *_SPEAKING) and not _name(said):
            return unread(sent, instance)
        if word(said.get("istest")).lower() == "true" or word(said.get("summary")).lower().startswith(_TEST_SUMMARY):
            return Control("Honeycomb's test of a trigger or of the integration")
        return Alerts((_alert(sent, said, instance),))


def _alert(sent: Fields, said: Fields, instance: SourceSettings) -> Alert:
    severity, groups = word(said.get("severity")), [fields(one) for one in items(said.get(_TRIGGERED))]
    texts = "\n".join(distinct(word(said.get(name)) for name in _TEXTS))
    is_over = first_word(said, *_STATES).lower() in _OVER
    return Alert(
        source=instance.name,
        source_type=Honeycomb.type,
        dedup_key=first_word(said, *_IDS) or digest(_name(said) or texts),
        status=AlertStatus.RESOLVED if is_over else AlertStatus.FIRING,
        title=_title(said, texts),
        description="\n".join(filter(None, (texts, *map(_shown, groups[:_MOST_GROUPS])))),
        severity=severity,
        labels=_labels(said, groups, severity),
        annotations=brief(sent),
        links=links(said, _LINKS),
        runbooks=written_runbooks(said, texts),
        raw=compact(sent),
    )


def _name(said: Fields) -> str:
    return first_word(said, *_NAMES) or word(dig(said.get("slo"), "name"))


def _title(said: Fields, texts: str) -> str:
    """The name, and what is wrong where that says more than it."""
    name, wrong = first_line(_name(said)), first_line(word(said.get("description")))
    if name and wrong:
        return f"{name}: {wrong}"
    return name or first_line(texts) or f"Honeycomb trigger {first_word(said, *_IDS)}".strip()


def _shown(group: Fields) -> str:
    of = ", ".join(f"{name}={value}" for name, value in flat(group.get("Group")).items())
    return f"{of or 'all'}: {text(group.get('Result'))}"


def _labels(said: Fields, groups: list[Fields], severity: str) -> dict[str, str]:
    """What the triggered groups have in common, so that a rule can go by their service or host."""
    own = renamed(said, _LABELS)
    own |= {"alertname": _name(said), "trigger": _name(said), "severity": severity}
    return {**event_source(_shared(groups)), **without_blanks(own)}


def _shared(groups: list[Fields]) -> dict[str, str]:
    each = [flat(group.get("Group")) for group in groups]
    first = each[0] if each else {}
    return {name: value for name, value in first.items() if all(one.get(name) == value for one in each)}
