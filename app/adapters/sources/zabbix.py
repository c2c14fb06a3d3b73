"""Zabbix: what a webhook media type or a script sends, with the macros under whatever names."""

import re
from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.fields import compact, digest, first_line, link, without_blanks
from app.adapters.sources.named_runbooks import named_runbooks
from app.adapters.sources.plain_names import Plain, annotations, plain
from app.adapters.sources.tags import tag_labels
from app.adapters.sources.unread import FLAG
from app.adapters.sources.webhook_fields import Sent, read_sent
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity, SourceSettings
from app.service.source_ports import Alerts, Control, Request, Verdict

_RESOLVED = ("0", "ok", "resolved", "recovery", "recovered", "resolve")
_FIRING = ("1", "problem", "alerting", "trigger", "firing")
_STATUS_NAMES = (
    *("eventvalue", "eventstatus", "status", "state", "eventtype"),
    *("triggervalue", "triggerstatus", "problemstatus", "eventrecoveryvalue", "eventrecoverystatus", "value"),
)
"""`value` last: some templates put the item's there."""

_SEVERITY_NAMES = (
    *("severity", "eventseverity", "triggerseverity", "problemseverity"),
    *("eventnseverity", "triggernseverity", "nseverity", "priority"),
)
_SUBJECT_STATE = re.compile(r"(resolved|ok|recovery|problem)(?: in [^:]*)?:\s*", re.IGNORECASE)
"""How the subjects of Zabbix's own templates begin: `Problem: …`, `Resolved in 4m: …`."""

_QUIET_UPDATES = ("comment", "message", "closed", "suppressed")
"""What a person did to a problem that neither opens nor closes it here. A problem that was closed by hand recovers in
a message of its own."""


class Zabbix:
    """One event per body. Zabbix signs nothing: its script can send a token of ours."""

    type: str = "zabbix"
    severities: Mapping[str, Severity] = {
        **dict.fromkeys(("disaster", "5"), Severity.CRITICAL),
        **dict.fromkeys(("high", "4", "average", "3"), Severity.HIGH),
        **dict.fromkeys(("warning", "2", "information", "1"), Severity.TRIAGE),
    }

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        return Verdict.UNSIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        sent = read_sent(request)
        said = plain(sent.fields)
        if said.is_unfilled("{EVENT.ID}"):
            return Control("Zabbix test of the media type")
        status = _status(said)
        if status is None:
            return Control("Zabbix update that opens and closes nothing")
        return Alerts((_alert(said, status, sent, instance),))


def _status(said: Plain) -> AlertStatus | None:
    """None for an update that opens and closes nothing; what says neither fires."""
    words = [said.first(name).lower() for name in _STATUS_NAMES]
    known = next((word for word in words if word in _RESOLVED or word in _FIRING), "")
    if known in _RESOLVED:
        return AlertStatus.RESOLVED
    stated = _SUBJECT_STATE.match(_subject(said))
    if not known and stated and stated[1].lower() in _RESOLVED:
        return AlertStatus.RESOLVED
    return _updated_status(said)


def _updated_status(said: Plain) -> AlertStatus | None:
    """What an update makes of a problem. A new severity, or an acknowledgement taken back, fires again."""
    done = [action.strip() for action in _updated(said).lower().split(",")]
    if any(action.startswith("acknowledged") for action in done):
        return AlertStatus.ACKNOWLEDGED
    if done != [""] and all(action.startswith(_QUIET_UPDATES) for action in done):
        return None
    return AlertStatus.FIRING


def _updated(said: Plain) -> str:
    return said.first("eventupdateaction", "updateaction")


def _alert(said: Plain, status: AlertStatus, sent: Sent, instance: SourceSettings) -> Alert:
    severity = said.first(*_SEVERITY_NAMES)
    labels = _labels(said, severity)
    texts = (said.first("message", "alertmessage", "eventmessage"), said.first("description", "triggerdescription"))
    at = said.instant("eventtimestamp", "timestamp")
    return Alert(
        source=instance.name,
        source_type=Zabbix.type,
        dedup_key=_dedup_key(said) or digest(compact(sent.fields)),
        status=status,
        title=_title(said),
        description="\n".join(dict.fromkeys(filter(None, (*texts, said.first("eventopdata", "opdata"))))),
        severity=severity,
        labels=labels,
        annotations=annotations(sent.fields),
        links=link(said.first("triggerurl"), said.first("triggerurlname") or "trigger")
        + link(said.first("eventurl", "linktoupstreamdetails", "url", "zabbixurl"), "Zabbix")
        + link(said.first("imageurl"), "image"),
        runbooks=_runbooks(said, labels, texts),
        started_at=at if status is AlertStatus.FIRING else None,
        ended_at=said.instant("eventrecoverytimestamp") if status is AlertStatus.RESOLVED else None,
        flags=sent.flags + said.flags + (() if _name(said) else (FLAG,)),
        raw=compact(sent.fields),
    )


def _subject(said: Plain) -> str:
    return said.first("title", "alertsubject", "subject", "eventname", "name")


def _name(said: Plain) -> str:
    return first_line(said.first("eventname", "name", "problem", "triggername") or _subject(said))


def _title(said: Plain) -> str:
    """The problem's name, with the host where the name does not hold it."""
    name, host = _name(said), _host(said)
    if not name:
        return f"a Zabbix problem on {host}" if host else first_line(said.first("message")) or "a Zabbix problem"
    return f"{host}: {name}" if host and host not in name else name


def _host(said: Plain) -> str:
    return said.first("hostname", "host", "eventhost", "hosthost", "hostvisiblename")


def _dedup_key(said: Plain) -> str:
    """The problem's event, which recoveries and updates name too; else the trigger; else host and subject."""
    event = said.first("eventid", "id", "alertuid", "problemid", "eventproblemid")
    if event and event != "0":
        return event
    if said.first("triggerid"):
        return f"trigger:{said.first('triggerid')}"
    subject = _stateless(_subject(said))
    return digest(_host(said), subject) if subject else ""


def _stateless(subject: str) -> str:
    stated = _SUBJECT_STATE.match(subject)
    return subject[stated.end() :] if stated else subject


def _labels(said: Plain, severity: str) -> dict[str, str]:
    own = {
        "alertname": _stateless(_name(said)),
        "host": _host(said),
        "host_ip": said.first("hostip", "hostconn"),
        "host_groups": said.first("hostgroups", "triggerhostgroupname", "hostgroup"),
        "service": said.first("service"),
        "item": said.first("itemname"),
        "trigger_id": said.first("triggerid"),
        "severity": severity,
    }
    return {**tag_labels(said.first("eventtags", "tags", "eventtagsjson")), **without_blanks(own)}


def _runbooks(said: Plain, labels: Mapping[str, str], texts: tuple[str, ...]) -> tuple[str, ...]:
    """A tag or field called so, the trigger's URL if its name says so, and what the trigger's description says."""
    found = named_runbooks({**labels, **said.whole}, *texts)
    if "runbook" in said.first("triggerurlname").lower() and said.first("triggerurl"):
        return (said.first("triggerurl"), *found)
    return found
