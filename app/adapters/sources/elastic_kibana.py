"""Elastic: Kibana's rules, one alert or a summary of many per body, and Watcher's watches, in users' own templates."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from app.adapters.sources.body import parse_json
from app.adapters.sources.credentials import without_credentials
from app.adapters.sources.fields import (
    Fields,
    compact,
    dig,
    digest,
    fields,
    first_line,
    instant,
    items,
    link,
    number,
    without_blanks,
    word,
)
from app.adapters.sources.named_runbooks import named_runbooks
from app.adapters.sources.plain_names import UNNAMED, Plain, annotations, plain
from app.adapters.sources.tags import tag_labels
from app.adapters.sources.webhook_fields import Sent, read_sent
from app.domain.alert import Alert, AlertStatus, Link
from app.domain.classify import Severity, SourceSettings
from app.domain.errors import InvalidPayload
from app.service.ports import Alerts, Control, Request, Verdict

MOST_ALERTS = 1_000

_WRAPPERS = ("webhook_body", "ctx", "watch", "body", "payload")
_SECTIONS = {"context_info": "context", "alert_info": "alert", "rule_info": "rule"}
_GROUPS = ("new", "ongoing", "recovered")
_RECOVERED = ("recovered", "resolved", "ok", "inactive")
_QUIET = ("untracked", "delayed")
_LINKS = {
    "contextalertdetailsurl": "alert",
    "alertdetailsurl": "alert",
    "kibanaalerturl": "alert",
    "contextviewinappurl": "in Kibana",
    "viewinappurl": "in Kibana",
    "contextlink": "in Kibana",
    "contextresultslink": "results",
    "ruleurl": "rule",
    "link": "link",
    "url": "link",
}
_NEVER_RESOLVED = "a watch never resolves this by itself"


class ElasticKibana:
    """JSON in whatever shape. Kibana signs nothing: its connector can send a token of ours in a header."""

    type: str = "elastic-kibana"
    severities: Mapping[str, Severity] = {
        "critical": Severity.CRITICAL,
        **dict.fromkeys(("high", "error", "major"), Severity.HIGH),
        **dict.fromkeys(("medium", "warning", "minor", "low", "info"), Severity.TRIAGE),
    }

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        return Verdict.UNSIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        sent = read_sent(request)
        opened = _unwrapped(_opened(sent.fields, 0))
        found = list(_each(opened))
        if any(plain(one).is_unfilled("{{") for one in found):
            return Control("Kibana test of the connector")
        told = [(said, one) for one in found if _word(said := plain(one)) not in _QUIET]
        if not told:
            return Control("Kibana summary without alerts" if not found else "Kibana alert that is no longer tracked")
        return Alerts(tuple([_alert(said, one, sent, instance) for said, one in told]))


def _opened(value: object, depth: int) -> object:
    """JSON texts inside JSON as what they say; Mustache renders objects so. Three layers are more than any template."""
    if isinstance(value, dict):
        return {_SECTIONS.get(name, name): _opened(each, depth) for name, each in value.items()}
    if isinstance(value, str) and value.lstrip().startswith("{") and depth < 3:
        try:
            return _opened(without_credentials(parse_json(value.encode())), depth + 1)
        except InvalidPayload:
            return value
    return value


def _unwrapped(value: object) -> Fields:
    """The body without the names that templates put around it; a watch has a `payload` of its own, which stays."""
    body = fields(value)
    for name in _WRAPPERS:
        inner = fields(body.get(name))
        if inner and not ({"watch_id", "rule", "alert"} & body.keys()):
            around = {key: each for key, each in body.items() if key != name}
            return {**around, **_unwrapped(inner)}
    return body


def _each(body: Fields) -> Iterator[Fields]:
    """Each alert of a summary with what the body says of all of them; a body that is no summary is itself the alert."""
    summary = _summary(body.get("alerts"))
    if not any(group in summary for group in _GROUPS):
        yield body
        return
    shared = {name: value for name, value in body.items() if name != "alerts"}
    listed = [(group, one) for group in _GROUPS for one in _listed(summary.get(group))]
    if len(listed) > MOST_ALERTS:
        raise InvalidPayload(f"holds more than {MOST_ALERTS} alerts", "alerts")
    for group, one in [*listed, *((group, {}) for group in _untold(summary, listed))]:
        yield {**shared, **one, "summary_group": group}


def _summary(alerts: object) -> Fields:
    """The groups of a summary; a bare list is taken for new ones."""
    if isinstance(alerts, dict):
        return alerts
    return {"new": alerts} if _listed(alerts) else {}


def _untold(summary: Fields, listed: list[tuple[str, Fields]]) -> list[str]:
    """The group of which a summary says that it has alerts, but not which. While one fires, none is over."""
    told = {group for group, _ in listed}
    said = [group for group in _GROUPS if group not in told and _says_more(summary.get(group))]
    firing = [group for group in said if group not in _RECOVERED][:1]
    return firing or ([] if told & {"new", "ongoing"} else said)


def _says_more(group: object) -> bool:
    return bool(number(dig(group, "count")) or word(dig(group, "data")) or word(group))


def _listed(group: object) -> list[Fields]:
    """The documents of one group, which Mustache may have rendered as JSON text."""
    data = group.get("data") if isinstance(group, dict) else group
    if isinstance(data, dict):
        return [data]
    if isinstance(data, str):
        try:
            data = without_credentials(parse_json(f"[{data.strip().removeprefix('[').removesuffix(']')}]".encode()))
        except InvalidPayload:
            return []
    return [fields(one) for one in items(data) if isinstance(one, dict)]


def _word(said: Plain) -> str:
    """The word for what became of the alert: its group of actions, or its status."""
    names = ("summarygroup", "alertactiongroup", "actiongroup", "alertactiongroupname", "actiongroupname")
    words = [said.first(name).lower() for name in ("kibanaalertstatus", *names, "alertstatus", "status", "state")]
    return next((word for word in words if word in (*_RECOVERED, *_QUIET)), next(filter(None, words), ""))


def _alert(said: Plain, body: Fields, sent: Sent, instance: SourceSettings) -> Alert:
    status = AlertStatus.RESOLVED if _word(said) in _RECOVERED else AlertStatus.FIRING
    severity = said.first(
        "severity", "kibanaalertseverity", "alertseverity", "contextseverity", "ruleparamsseverity", "metadataseverity"
    )
    labels, texts, name = _labels(said, severity), _texts(said), _name(said)
    ended = instant(said.first("kibanaalertend", "contexttimestamp", "date", "timestamp"))
    return Alert(
        source=instance.name,
        source_type=ElasticKibana.type,
        dedup_key=_dedup_key(said, name) or digest(compact(sent.fields)),
        status=status,
        title=_title(said, name, texts),
        description="\n".join(texts),
        severity=severity,
        labels=labels,
        annotations=annotations(body),
        links=_links(said),
        runbooks=named_runbooks({**labels, **said.values}, *texts),
        started_at=instant(_started(said)) if status is AlertStatus.FIRING else None,
        ended_at=ended if status is AlertStatus.RESOLVED else None,
        flags=sent.flags + said.flags + _flags(said, name),
        raw=compact(sent.fields if body.get("summary_group") is None else body),
    )


def _name(said: Plain) -> str:
    named = said.first("rulename", "kibanaalertrulename", "metadataname", "watchid", "rulealertname", "alertname")
    return first_line(named or said.first("name", "title", "kibanaalertruleuuid", "ruleid"))


def _instance(said: Plain) -> str:
    return said.first("kibanaalertinstanceid", "alertid", "alertinstanceid")


def _dedup_key(said: Plain, name: str) -> str:
    """The watch; or the rule and what it speaks of, which a relapse shares; else the alert's own id; else a name."""
    watch = said.first("watchid")
    rule = said.first("kibanaalertruleuuid", "ruleid", "kibanaalertruleruleid")
    if watch and not rule:
        return watch
    instance, own = _instance(said), said.first("kibanaalertuuid", "alertuuid")
    if rule and instance and instance != "*":
        return f"{rule}:{instance}"
    return own or rule or (digest(name, instance) if name else "")


def _texts(said: Plain) -> tuple[str, ...]:
    found = (
        said.first("contextreason", "kibanaalertreason", "reason"),
        said.first("contextmessage", "message"),
        said.first("contexttitle"),
    )
    return tuple(dict.fromkeys(filter(None, found)))


def _title(said: Plain, name: str, texts: tuple[str, ...]) -> str:
    about = first_line(texts[0]) if texts else _instance(said)
    return (
        f"{name}: {about}"
        if name and about and about != name
        else name or about or "an alert of Elastic without a name"
    )


def _started(said: Plain) -> str:
    return said.first(
        "kibanaalertstart", "contexttimestamp", "date", "timestamp", "triggertriggeredtime", "executiontime"
    )


def _links(said: Plain) -> tuple[Link, ...]:
    found = [one for name, what in _LINKS.items() for one in link(said.first(name), what)]
    return tuple({one.href: one for one in reversed(found)}.values())[::-1]


def _labels(said: Plain, severity: str) -> dict[str, str]:
    own = {
        "rule": said.first("rulename", "kibanaalertrulename"),
        "rule_id": said.first("ruleid", "kibanaalertruleuuid"),
        "rule_type": said.first("ruletype", "kibanaalertruleruletypeid"),
        "space": said.first("rulespaceid", "spaceid", "space"),
        "alert_id": _instance(said),
        "action_group": said.first("alertactiongroup", "actiongroup", "kibanaalertactiongroup"),
        "watch": said.first("watchid"),
        "host": said.first("contexthost", "contexthostname", "hostname", "kibanaalerthostname"),
        "service": said.first("contextservicename", "servicename", "kibanaalertservicename"),
        "environment": said.first("contextserviceenvironment", "serviceenvironment", "environment"),
        "severity": severity,
    }
    tags = said.first("ruletags", "kibanaalertruletags", "tags")
    return {**tag_labels(tags), **without_blanks(own)}


def _flags(said: Plain, name: str) -> tuple[str, ...]:
    flapping = said.first("alertflapping", "flapping", "kibanaalertflapping").lower() == "true"
    watch = bool(said.first("watchid")) and not said.first("ruleid")
    return (
        *(("flapping",) if flapping else ()),
        *((_NEVER_RESOLVED,) if watch else ()),
        *(() if name else (UNNAMED,)),
    )
