"""Elastic: Kibana's rules, one alert or a summary of many per body, and Watcher's watches, in users' own templates."""

from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.elastic_bodies import each_alert
from app.adapters.sources.fields import (
    Fields,
    compact,
    digest,
    first_line,
    instant,
    link,
    without_blanks,
)
from app.adapters.sources.named_runbooks import named_runbooks
from app.adapters.sources.plain_names import Plain, annotations, plain
from app.adapters.sources.tags import tag_labels
from app.adapters.sources.unread import FLAG
from app.adapters.sources.webhook_fields import Sent, read_sent
from app.domain.alert import Alert, AlertStatus, Link
from app.domain.classify import Severity, SourceSettings
from app.service.source_ports import Alerts, Control, Request, Verdict

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
        found = list(each_alert(sent.fields))
        if any(_is_test(plain(one)) for one in found):
            return Control("Kibana test of the connector")
        told = [(said, one) for one in found if _word(said := plain(one)) not in _QUIET]
        if not told:
            return Control("Kibana summary without alerts" if not found else "Kibana alert that is no longer tracked")
        return Alerts(tuple([_alert(said, one, sent, instance) for said, one in told]))


def _is_test(said: Plain) -> bool:
    """The connector's test button sends the template as it stands: nothing that names an alert is filled in."""
    return said.is_unfilled("{{") and not (_name(said) or _dedup_key(said, ""))


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
        runbooks=named_runbooks({**labels, **said.whole}, *texts),
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
        "alertname": _name(said),
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
        *(() if name else (FLAG,)),
    )
