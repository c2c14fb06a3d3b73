"""Azure Monitor's alerts of action groups that the common schema is not switched on for, and of classic rules."""

from app.adapters.sources.azure_properties import labels_of, measured, runbooks_of
from app.adapters.sources.fields import (
    Fields,
    compact,
    digest,
    fields,
    first_word,
    instant,
    link,
    text,
    without_blanks,
    word,
)
from app.adapters.sources.unread import unread
from app.adapters.sources.webhook_fields import Sent
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import SourceSettings
from app.service.source_ports import Alerts, Control

TYPE = "azure-monitor"

_OVER = ("resolved", "deactivated")
_TEST_SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
_STATELESS = "Azure does not say when an alert of this kind is over: close it by hand"
_UNKNOWN = "an Azure schema that is not known here: switch the common alert schema on for this action group"


def read_older(body: Fields, instance: SourceSettings) -> Alerts | Control:
    """A classic or metric alert has a context, an activity log alert one inside it, a log alert its rule's name."""
    sent = fields(body.get("data")) or body
    context = fields(sent.get("context"))
    if not context and "AlertRuleName" not in sent and "schemaId" not in body:
        return unread(Sent(body), instance)
    inner = fields(context.get("activityLog"))
    said = inner or context or sent
    if _TEST_SUBSCRIPTION in (said.get("subscriptionId"), said.get("SubscriptionId")):
        return Control("Azure's test of an action group")
    return Alerts((_alert(body, sent, said, bool(inner), instance),))


def _alert(body: Fields, sent: Fields, said: Fields, is_activity: bool, instance: SourceSettings) -> Alert:
    status = AlertStatus.RESOLVED if word(sent.get("status")).lower() in _OVER else AlertStatus.FIRING
    name = first_word(said, "name", "AlertRuleName", "operationName")
    about = text(said.get("description") or said.get("Description"))
    severity = first_word(said, "severity", "Severity", "level")
    resource = first_word(said, "resourceId", "ResourceId")
    condition, properties = fields(said.get("condition")), (sent.get("properties"),)
    at = instant(first_word(said, "timestamp", "eventTimestamp", "SearchIntervalEndtimeUtc"))
    own = {
        "alertname": name,
        "rule": name,
        "resource": first_word(said, "resourceName"),
        "resource_type": first_word(said, "resourceType"),
        "region": first_word(said, "resourceRegion"),
        "severity": severity,
    }
    return Alert(
        source=instance.name,
        source_type=TYPE,
        dedup_key=_key(said, resource) or digest(compact(sent)),
        status=status,
        title=name or word(body.get("schemaId")) or "Azure alert without a name",
        description="\n".join(filter(None, (about, *measured(condition), first_word(said, "SearchQuery")))),
        severity=severity,
        labels=labels_of(resource, condition, properties, without_blanks(own)),
        links=link(said.get("portalLink"), "Azure") + link(said.get("LinkToSearchResults"), "query results"),
        runbooks=runbooks_of(about, properties),
        started_at=at if status is AlertStatus.FIRING else None,
        ended_at=at if status is AlertStatus.RESOLVED else None,
        flags=_flags(said, name, is_activity),
        raw=compact(body),
    )


def _key(said: Fields, resource: str) -> str:
    """The rule, or the event where there is none, and what it is about."""
    named = first_word(said, "id", "eventDataId", "AlertRuleName", "name")
    return " ".join(filter(None, (named, resource))) if named else ""


def _flags(said: Fields, name: str, is_activity: bool) -> tuple[str, ...]:
    if not name:
        return (_UNKNOWN,)
    return (_STATELESS,) if is_activity or "AlertRuleName" in said else ()
