"""Honeycomb's webhooks: a trigger or a burn alert, all its groups in one message."""

from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.fields import (
    Fields,
    compact,
    digest,
    distinct,
    event_source,
    fields,
    first_line,
    flat,
    items,
    text,
    without_blanks,
)
from app.adapters.sources.named_runbooks import named_runbooks
from app.adapters.sources.plain_names import Plain, annotations, plain
from app.adapters.sources.prometheus_group import SEVERITIES
from app.adapters.sources.signature import check_shared_secret
from app.adapters.sources.unread import unread
from app.adapters.sources.webhook_fields import Sent, read_sent
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity, SourceSettings
from app.service.source_ports import Alerts, Control, Request, Verdict

TOKEN = "x-honeycomb-webhook-token"  # noqa: S105 (the header's name)
_IDS = ("id", "triggerid", "burnalertid")
_NAMES = ("name", "triggername", "slo", "sloname")
_STATES = ("status", "state")
_TEXTS = ("summary", "description", "triggerdescription", "slodescription", "message")
_LABELS = {
    "environment": "environment",
    "environmentname": "environment",
    "datasetname": "dataset",
    "dataset": "dataset",
    "alerttype": "alert_type",
    "exhaustionminutes": "exhaustion_minutes",
}
_LINKS = {"resulturl": "result", "triggerurl": "trigger", "slourl": "SLO", "sliurl": "SLI", "url": "Honeycomb"}
_TRIGGERED = "resultgroupstriggered"
_SPEAKING = (*_IDS, *_NAMES, *_STATES, *_TEXTS)
"""Of these one must be there, or nothing was understood."""

_OVER = ("ok", "resolved", "closed", "recovered")
_TESTS = ("istest", "alertistest")
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
        sent = read_sent(request)
        said = plain(sent.fields)
        if said.first(*_TESTS).lower() == "true" or said.first("summary").lower().startswith(_TEST_SUMMARY):
            return Control("Honeycomb's test of a trigger or of the integration")
        if not said.first(*_SPEAKING):
            return unread(sent, instance)
        return Alerts((_alert(sent, said, instance),))


def _alert(sent: Sent, said: Plain, instance: SourceSettings) -> Alert:
    severity, groups = said.first("severity"), [fields(one) for one in items(said.nested.get(_TRIGGERED))]
    texts = "\n".join(distinct(map(said.first, _TEXTS)))
    is_over = said.first(*_STATES).lower() in _OVER
    labels = _labels(said, groups, severity)
    return Alert(
        source=instance.name,
        source_type=Honeycomb.type,
        dedup_key=said.first(*_IDS) or digest(said.first(*_NAMES) or texts),
        status=AlertStatus.RESOLVED if is_over else AlertStatus.FIRING,
        title=_title(said, texts),
        description="\n".join(filter(None, (texts, *map(_shown, groups[:_MOST_GROUPS])))),
        severity=severity,
        labels=labels,
        annotations=annotations(sent.fields),
        links=said.links(_LINKS),
        runbooks=named_runbooks({**labels, **said.whole}, texts),
        flags=(*sent.flags, *said.flags),
        raw=compact(sent.fields),
    )


def _title(said: Plain, texts: str) -> str:
    """The name, and what is wrong where that says more than it."""
    name, wrong = first_line(said.first(*_NAMES)), first_line(said.first("description"))
    if name and wrong:
        return f"{name}: {wrong}"
    return name or first_line(texts) or f"Honeycomb trigger {said.first(*_IDS)}".strip()


def _shown(group: Fields) -> str:
    of = ", ".join(f"{name}={value}" for name, value in flat(group.get("Group")).items())
    return f"{of or 'all'}: {text(group.get('Result'))}"


def _labels(said: Plain, groups: list[Fields], severity: str) -> dict[str, str]:
    """What the triggered groups have in common, so that a rule can go by their service or host."""
    name = said.first(*_NAMES)
    own = {**said.renamed(_LABELS), "alertname": name, "trigger": name, "severity": severity}
    return {**event_source(_shared(groups)), **without_blanks(own)}


def _shared(groups: list[Fields]) -> dict[str, str]:
    each = [flat(group.get("Group")) for group in groups]
    first = each[0] if each else {}
    return {name: value for name, value in first.items() if all(one.get(name) == value for one in each)}
