"""Grafana's webhook: Alertmanager's group with additions, and the one-alert bodies of Grafana 8 and before."""

from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.body import parse_object
from app.adapters.sources.fields import (
    Fields,
    compact,
    dig,
    digest,
    fields,
    first_word,
    flat,
    instant,
    items,
    link,
    text,
    word,
)
from app.adapters.sources.prometheus_group import SEVERITIES, Group, read_alert, read_group
from app.adapters.sources.signature import check_fresh, check_hmac_hex
from app.adapters.sources.unread import unread
from app.adapters.sources.webhook_fields import Sent
from app.domain.alert import Alert, AlertStatus, Link
from app.domain.classify import Severity, SourceSettings
from app.domain.errors import Unauthorised
from app.service.source_ports import Alerts, Control, Request, Verdict

_SIGNATURE_HEADER = "x-grafana-alerting-signature"
_TIMESTAMP_HEADER = "x-grafana-alerting-timestamp"
_LINKS = {"dashboardURL": "dashboard", "panelURL": "panel", "silenceURL": "silence", "imageURL": "image"}
_LEGACY_STATUSES = {"alerting": AlertStatus.FIRING, "no_data": AlertStatus.FIRING, "ok": AlertStatus.RESOLVED}
_LEGACY_QUIET = ("pending", "paused")
_LEGACY_TEST = "Someone is testing the alert notification"


class Grafana:
    """Alerting (version "1") and legacy bodies, signed or not; "Test" in the contact point opens nothing.

    Options: `signature_header`, `timestamp_header`, as named in the contact point. Once `timestamp_header` is set, a
    signature without a signed time is refused.
    """

    type: str = "grafana"
    severities: Mapping[str, Severity] = SEVERITIES

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        """Hex HMAC-SHA256 of the body, or of `seconds:body` with a time. Source: grafana/alerting, http/hmac.go."""
        signature = request.headers.get(_header(instance, "signature_header") or _SIGNATURE_HEADER)
        if not secret or signature is None:
            return Verdict.UNSIGNED
        named = _header(instance, "timestamp_header")
        stamp = request.headers.get(named or _TIMESTAMP_HEADER)
        if named and stamp is None:
            raise Unauthorised(f"the header {named} with the signed time is missing")
        if stamp is None:
            check_hmac_hex(secret, request.body, signature)
            return Verdict.SIGNED
        check_fresh(stamp, now)
        check_hmac_hex(secret, f"{stamp.strip()}:".encode() + request.body, signature)
        return Verdict.SIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        envelope = parse_object(request.body)
        group = read_group(envelope)
        if group is not None:
            return _group(group, instance)
        if "alerts" not in envelope and first_word(envelope, "ruleId", "ruleName", "state"):
            return _legacy(envelope, instance)
        return unread(Sent(envelope), instance)


def _header(instance: SourceSettings, option: str) -> str:
    return word((instance.options or {}).get(option)).lower()


def _group(group: Group, instance: SourceSettings) -> Alerts | Control:
    real = [sent for sent in group.alerts if not _is_test(sent)]
    if group.alerts and not real:
        return Control("Grafana's contact point test")
    return Alerts(
        tuple([read_alert(sent, group, instance.name, Grafana.type, _name(sent), _links(sent)) for sent in real])
    )


def _is_test(sent: Fields) -> bool:
    """The test button's alert; a user may change its labels or its annotations, so one of two signs must be there."""
    return dig(sent, "labels", "alertname") == "TestAlert" and (
        dig(sent, "labels", "instance") == "Grafana" or dig(sent, "annotations", "summary") == "Notification test"
    )


def _name(sent: Fields) -> str:
    """The alert's name; of "no data" and "error" alerts also the rule's, which Grafana moves to a label."""
    labels = fields(sent.get("labels"))
    name, rule = word(labels.get("alertname")), word(labels.get("rulename"))
    if rule and rule != name:
        return f"{name} ({rule})" if name else rule
    return name or word(labels.get("grafana_folder"))


def _links(sent: Fields) -> tuple[Link, ...]:
    return tuple([found for name, what in _LINKS.items() for found in link(sent.get(name), what)])


def _legacy(sent: Fields, instance: SourceSettings) -> Alerts | Control:
    state = word(sent.get("state")).lower()
    if text(sent.get("message")).startswith(_LEGACY_TEST):
        return Control("Grafana's notification test")
    if state in _LEGACY_QUIET:
        return Control(f"Grafana rule is {state}")
    return Alerts((_legacy_alert(sent, state, instance),))


def _legacy_alert(sent: Fields, state: str, instance: SourceSettings) -> Alert:
    title = first_word(sent, "ruleName", "title") or "Grafana rule without a name"
    tags = flat(sent.get("tags"))
    return Alert(
        source=instance.name,
        source_type=Grafana.type,
        dedup_key=word(sent.get("ruleId")) or digest(title),
        status=_LEGACY_STATUSES.get(state, AlertStatus.FIRING),
        title=title,
        description="\n".join([text(sent.get("message")), *_matches(sent)]).strip(),
        severity=tags.get("severity", ""),
        labels={"alertname": title, **tags},
        links=link(sent.get("ruleUrl"), "rule") + link(sent.get("imageUrl"), "image"),
        runbooks=tuple([found for name in ("runbook_url", "runbook") if (found := tags.get(name))]),
        started_at=instant(sent.get("startsAt")),
        flags=("Grafana got no data for this rule",) if state == "no_data" else (),
        raw=compact(sent),
    )


def _matches(sent: Fields) -> list[str]:
    matches = map(fields, items(sent.get("evalMatches")))
    return [f"{text(match.get('metric'))} = {text(match.get('value'))}" for match in matches]
