"""Checkly's webhooks: a check that fails, degrades or recovers, in a template that a user may edit."""

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
from app.adapters.sources.signature import check_hmac_hex
from app.adapters.sources.tags import tag_labels
from app.adapters.sources.unread import unread
from app.adapters.sources.webhook_fields import Sent, read_sent
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity, SourceSettings
from app.service.source_ports import Alerts, Control, Request, Verdict

SIGNATURE = "x-checkly-signature"
_TITLES = ("event", "alerttitle", "title", "message", "summary")
_NAMES = ("checkname", "name")
_TYPES = ("alerttype", "type")
_ERRORS = ("checkerrormessage", "errormessage", "error", "description")
_LINKS = dict.fromkeys(("link", "resultlink", "url"), "check result")
_LABELS = {
    "checkname": "check",
    "name": "check",
    "checktype": "check_type",
    "groupname": "group",
    "region": "region",
    "runlocation": "location",
    "apicheckresponsestatuscode": "status_code",
    "sslcheckdomain": "domain",
    "ssldaysremaining": "days_remaining",
}
_SPEAKING = (*_TITLES, *_NAMES, *_TYPES, *_ERRORS, "checkid")
"""Of these one must be there, or nothing was understood."""

_RECOVERED = ("alert_recovery", "alert_degraded_recovery")
_QUIET = ("no_alert",)
_CERTIFICATE = "alert_ssl"
_RECOVERED_TITLE = "has recovered"


class Checkly:
    """One check per request. Signed with the webhook's secret, if it has one; `x-checkly-timestamp` is not covered."""

    type: str = "checkly"
    severities: Mapping[str, Severity] = {
        **dict.fromkeys(("alert_failure", "alert_failure_remain", "alert_degraded_failure"), Severity.CRITICAL),
        **dict.fromkeys(("alert_degraded", "alert_degraded_remain", "alert_failure_degraded"), Severity.TRIAGE),
        **dict.fromkeys((*_RECOVERED, _CERTIFICATE), Severity.TRIAGE),
    }

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        """Hex HMAC-SHA256 of the raw body. Source: checklyhq.com/docs/integrations/alerts/webhooks."""
        signature = request.headers.get(SIGNATURE)
        if not secret or signature is None:
            return Verdict.UNSIGNED
        check_hmac_hex(secret, request.body, signature)
        return Verdict.SIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        sent = read_sent(request)
        said = plain(sent.fields)
        if not said.first(*_SPEAKING):
            return unread(sent, instance)
        if said.first(*_TYPES).lower() in _QUIET:
            return Control("Checkly check that goes on passing")
        return Alerts((_alert(sent, said, instance),))


def _alert(sent: Sent, said: Plain, instance: SourceSettings) -> Alert:
    kind, error, at = said.first(*_TYPES), said.first(*_ERRORS), said.instant("startedat")
    title = first_line(said.first(*_TITLES)) or f"{said.first(*_NAMES)} {kind}".strip()
    is_over = kind.lower() in _RECOVERED or (not kind and title.lower().endswith(_RECOVERED_TITLE))
    labels = _labels(said, kind)
    return Alert(
        source=instance.name,
        source_type=Checkly.type,
        dedup_key=_dedup_key(said, kind, title),
        status=AlertStatus.RESOLVED if is_over else AlertStatus.FIRING,
        title=title or first_line(error) or f"Checkly check {said.first('checkid')}",
        description=error,
        severity=kind,
        labels=labels,
        annotations=annotations(sent.fields),
        links=said.links(_LINKS),
        runbooks=named_runbooks({**labels, **said.whole}, error),
        started_at=None if is_over else at,
        ended_at=at if is_over else None,
        flags=(*sent.flags, *said.flags),
        raw=compact(sent.fields),
    )


def _dedup_key(said: Plain, kind: str, title: str) -> str:
    """The check; a certificate that runs out is another thing than the check that fails, and never "recovers"."""
    check = said.first("checkid") or digest(said.first(*_NAMES) or title)
    return f"{check}:ssl" if kind.lower() == _CERTIFICATE else check


def _labels(said: Plain, kind: str) -> dict[str, str]:
    own = {**said.renamed(_LABELS), "alertname": said.first(*_NAMES), "severity": kind}
    return {**tag_labels(said.first("tags", "checktags")), **without_blanks(own)}
