"""What Nagios and its descendant Icinga 2 say of a host or a service, however a notification script spells it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from app.adapters.sources.fields import compact, digest, distinct, fields, first_line, instant, link, without_blanks
from app.adapters.sources.named_runbooks import named_runbooks
from app.adapters.sources.plain_names import Plain, annotations, plain, plain_name
from app.adapters.sources.unread import FLAG
from app.adapters.sources.webhook_fields import Sent, read_sent
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity, SourceSettings
from app.service.source_ports import Alerts, Control, Request

SEVERITIES: Mapping[str, Severity] = MappingProxyType(
    {
        "critical": Severity.CRITICAL,
        "down": Severity.CRITICAL,
        "unknown": Severity.HIGH,
        "unreachable": Severity.HIGH,
        "warning": Severity.TRIAGE,
        "ok": Severity.TRIAGE,
        "up": Severity.TRIAGE,
    }
)
"""Both tools have states, not severities."""

_FINE = ("OK", "UP")
_SERVICE_STATES = {"0": "OK", "1": "WARNING", "2": "CRITICAL", "3": "UNKNOWN"}
_HOST_STATES = {"0": "UP", "1": "DOWN", "2": "UNREACHABLE"}
_STATUSES = {
    "problem": AlertStatus.FIRING,
    "trigger": AlertStatus.FIRING,
    "recovery": AlertStatus.RESOLVED,
    "resolve": AlertStatus.RESOLVED,
    "acknowledgement": AlertStatus.ACKNOWLEDGED,
    "acknowledge": AlertStatus.ACKNOWLEDGED,
    "acknowledgementset": AlertStatus.ACKNOWLEDGED,
}
"""Types of notifications, the three actions of PagerDuty's agent, and one event of Icinga's stream."""

_ESSENTIAL = ("notificationtype", "hostname", "hoststate", "servicestate")
_QUIET = ("flapping", "downtime", "comment")
_NO = ("", "0", "0.0", "false")


@dataclass(frozen=True, slots=True)
class HostCheck:
    """`service` is empty when the host itself was checked. `kind` is the notification's type in small letters, empty
    where an event command speaks of states alone. `state` is the tool's word for it."""

    said: Plain
    host: str
    service: str
    kind: str
    state: str
    is_soft: bool

    def own(self, *names: str) -> str:
        """The first of these fields of the thing that was checked: `output` is `service_output` or `host_output`."""
        prefix = "service" if self.service else "host"
        return self.said.first(
            *[f"{prefix}{name}" for name in names], *[f"checkresult{name}" for name in names], *names
        )

    @property
    def shown(self) -> str:
        host = self.said.first("hostdisplayname") or self.host
        service = self.said.first("servicedisplayname") or self.service
        return f"{host}/{service}" if self.service else host

    @property
    def is_fine(self) -> bool:
        return self.state.upper() in _FINE

    @property
    def is_acknowledged(self) -> bool:
        return self.own("acknowledgement", "acknowledged").lower() not in _NO

    @property
    def is_in_downtime(self) -> bool:
        return self.own("downtimedepth").lower() not in _NO


def parse_host_check(request: Request, type: str, instance: SourceSettings) -> Alerts | Control:
    """One notification. Soft states, flapping and downtimes open and close nothing."""
    sent = read_sent(request)
    check = _check(sent)
    status = _status(check)
    if status is None:
        return Control(f"{type}: a notification that opens and closes nothing")
    return Alerts((_alert(check, status, sent, type, instance),))


def _check(sent: Sent) -> HostCheck:
    said = _plain(sent)
    is_host = said.first("entitytype", "pdnagiosobject", "objecttype").lower() == "host"
    service = "" if is_host else said.first("servicedesc", "servicename", "service", "servicedescription")
    host, kind = said.first("hostname", "host", "hostdisplayname"), said.first("notificationtype", "eventtype", "type")
    check = HostCheck(said, host, service, kind.partition(" ")[0].lower(), "", is_soft=False)
    return replace(check, state=_state(check), is_soft=_is_soft(check))


def _plain(sent: Sent) -> Plain:
    """The fields without the tool's name, which Nagios puts before those that it exports to scripts; PagerDuty's agent
    has them one level down."""
    said = plain({**sent.fields, **fields(sent.fields.get("details"))})
    values: dict[str, str] = {}
    for name, value in said.values.items():
        values.setdefault(name.removeprefix("nagios").removeprefix("icinga2").removeprefix("icinga") or name, value)
    return Plain(values, said.unfilled, said.nested)


def _state(check: HostCheck) -> str:
    said = check.own("state", "stateid").removesuffix(".0")
    if said:
        return (_SERVICE_STATES if check.service else _HOST_STATES).get(said, said)
    exited = check.own("exitstatus").removesuffix(".0")
    if check.service or not exited:
        return _SERVICE_STATES.get(exited, "")
    return "UP" if exited == "0" else "DOWN"


def _is_soft(check: HostCheck) -> bool:
    return check.own("statetype").upper().removesuffix(".0") in ("SOFT", "0")


def _status(check: HostCheck) -> AlertStatus | None:
    """None for what opens and closes nothing. The type of the notification decides, else the state."""
    if check.kind in _STATUSES:
        return _STATUSES[check.kind]
    if check.kind.startswith(_QUIET) or (check.kind == "custom" and check.is_fine):
        return None
    if check.is_fine:
        return AlertStatus.RESOLVED
    if check.is_soft:
        return None
    return AlertStatus.ACKNOWLEDGED if check.is_acknowledged else AlertStatus.FIRING


def _alert(check: HostCheck, status: AlertStatus, sent: Sent, type: str, instance: SourceSettings) -> Alert:
    said, title = check.said, _title(check, status)
    severity = "" if _is_stale(check, status) else check.state
    at = instant(check.own("laststatechange", "executionend") or said.first(f"last{_prefix(check)}statechange"))
    texts = (check.own("output"), _long(check), _comment(said))
    return Alert(
        source=instance.name,
        source_type=type,
        dedup_key=_dedup_key(check) or digest(compact(sent.fields)),
        status=status,
        title=title,
        description="\n".join(dict.fromkeys(filter(None, texts))),
        severity=severity,
        labels=_labels(check, severity),
        annotations=annotations(sent.fields),
        links=link(check.own("actionurl"), "action")
        + link(check.own("notesurl"), "notes")
        + link(said.first("url", "clienturl"), "monitoring"),
        runbooks=distinct((*named_runbooks(said.whole, *texts), *_notes(check))),
        started_at=at if status is AlertStatus.FIRING else None,
        ended_at=at if status is AlertStatus.RESOLVED else None,
        flags=sent.flags + _flags(check, status) + (() if _dedup_key(check) else (FLAG,)),
        raw=compact(sent.fields),
    )


def _prefix(check: HostCheck) -> str:
    return "service" if check.service else "host"


def _dedup_key(check: HostCheck) -> str:
    """PagerDuty's agent names what belongs together; else it is the host and the service, as Icinga writes them."""
    named = check.said.first("incidentkey")
    return named or "!".join(filter(None, (check.host, check.service)))


def _is_stale(check: HostCheck, status: AlertStatus) -> bool:
    """Whether a resolution still names the state of the problem, as PagerDuty's agent does."""
    return status is AlertStatus.RESOLVED and not check.is_fine


def _title(check: HostCheck, status: AlertStatus) -> str:
    shown, said = check.shown, first_line(check.own("output"))
    if not shown:
        return first_line(check.said.first("description", "message", "title", "incidentkey") or said) or "a check"
    now = "recovered" if _is_stale(check, status) else f"is {check.state}" if check.state else "has a problem"
    return f"{shown} {now}: {said}" if said and said != check.state else f"{shown} {now}"


def _long(check: HostCheck) -> str:
    """Nagios writes the line ends of long output as a backslash and an n."""
    return (check.said.first(f"long{_prefix(check)}output") or check.own("longoutput")).replace("\\n", "\n")


def _comment(said: Plain) -> str:
    author = said.first("notificationauthor", "serviceackauthor", "hostackauthor", "author")
    comment = said.first("notificationcomment", "serviceackcomment", "hostackcomment", "comment")
    return f"{author}: {comment}" if author and comment else comment


def _notes(check: HostCheck) -> tuple[str, ...]:
    """`notes_url` is where these tools keep what to do; a service without one has its host's."""
    return distinct([check.own("notesurl"), check.said.first("hostnotesurl")])


def _labels(check: HostCheck, severity: str) -> dict[str, str]:
    said = check.said
    return without_blanks(
        {
            "alertname": check.service or check.host,
            "host": check.host,
            "service": check.service,
            "host_alias": said.first("hostalias"),
            "host_address": said.first("hostaddress"),
            "host_groups": said.first("hostgroupnames", "hostgroups", "hostgroupname"),
            "service_groups": said.first("servicegroupnames", "servicegroups", "servicegroupname"),
            "check_command": check.own("checkcommand"),
            "server": said.first("server"),
            "notification_type": check.kind,
            "severity": severity,
        }
    )


def _flags(check: HostCheck, status: AlertStatus) -> tuple[str, ...]:
    """Scripts name all macros there are, so only one that matters is worth a remark when it stays unfilled."""
    left = {path: value for path, value in check.said.unfilled.items() if plain_name(path) in _ESSENTIAL}
    marks: tuple[str, ...] = ("in a scheduled downtime",) if check.is_in_downtime else ()
    marks += ("flapping",) if check.own("flapping").lower() not in _NO else ()
    return Plain({}, left).flags + (() if status is AlertStatus.RESOLVED else marks)
