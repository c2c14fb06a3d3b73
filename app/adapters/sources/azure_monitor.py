"""Azure Monitor's action groups: the common alert schema, and the older ones of metric, log and activity log alerts."""

from collections.abc import Mapping
from datetime import datetime

from app.adapters.sources.azure_older import read_older
from app.adapters.sources.azure_properties import labels_of, measured, runbooks_of
from app.adapters.sources.body import parse_object
from app.adapters.sources.fields import (
    Fields,
    compact,
    dig,
    digest,
    fields,
    first_word,
    instant,
    items,
    link,
    text,
    without_blanks,
    word,
)
from app.domain.alert import Alert, AlertStatus, Link
from app.domain.classify import Severity, SourceSettings
from app.service.source_ports import Alerts, Control, Request, Verdict

_TEST_SUBSCRIPTION = "/subscriptions/11111111-1111-1111-1111-111111111111/"
_RESULTS = ("linkToFilteredSearchResultsUI", "linkToSearchResultsUI")


class AzureMonitor:
    """One alert a body. Azure signs nothing: a token in the address. "Test action group" opens nothing.

    Source: Azure Monitor documentation, "Common alert schema" and "Non-common alert schema definitions".
    """

    type: str = "azure-monitor"
    severities: Mapping[str, Severity] = {
        **dict.fromkeys(("sev0", "0", "critical"), Severity.CRITICAL),
        **dict.fromkeys(("sev1", "1", "error"), Severity.HIGH),
        **dict.fromkeys(
            ("sev2", "2", "warning", "sev3", "3", "informational", "sev4", "4", "verbose"), Severity.TRIAGE
        ),
    }

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        return Verdict.UNSIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        body = parse_object(request.body)
        essentials = fields(dig(body, "data", "essentials"))
        if not essentials:
            return read_older(body, instance)
        if _TEST_SUBSCRIPTION in text(essentials.get("alertId")):
            return Control("Azure's test of an action group")
        return Alerts((_alert(body, essentials, instance),))


def _alert(body: Fields, essentials: Fields, instance: SourceSettings) -> Alert:
    context = fields(dig(body, "data", "alertContext"))
    condition = fields(context.get("condition"))
    targets = [word(one) for one in items(essentials.get("alertTargetIDs"))]
    is_resolved = word(essentials.get("monitorCondition")).lower() == "resolved"
    title = first_word(essentials, "alertRule") or "Azure alert without a name"
    about, severity = word(essentials.get("description")), word(essentials.get("severity"))
    properties = (context.get("properties"), dig(body, "data", "customProperties"))
    return Alert(
        source=instance.name,
        source_type=AzureMonitor.type,
        dedup_key=first_word(essentials, "alertId", "originAlertId") or digest(title, *targets),
        status=AlertStatus.RESOLVED if is_resolved else AlertStatus.FIRING,
        title=title,
        description="\n".join(filter(None, (about, *measured(condition)))),
        severity=severity,
        labels=labels_of(next(iter(targets), ""), condition, properties, _words(essentials, severity)),
        links=_links(essentials, condition),
        runbooks=runbooks_of(about, properties),
        started_at=instant(essentials.get("firedDateTime")),
        ended_at=instant(essentials.get("resolvedDateTime")) if is_resolved else None,
        flags=_flags(essentials),
        raw=compact(body),
    )


def _words(essentials: Fields, severity: str) -> dict[str, str]:
    return without_blanks(
        {
            "alertname": word(essentials.get("alertRule")),
            "rule": word(essentials.get("alertRule")),
            "signal": word(essentials.get("signalType")),
            "service": word(essentials.get("monitoringService")),
            "resource": ", ".join(filter(None, map(word, items(essentials.get("configurationItems"))))),
            "severity": severity,
        }
    )


def _links(essentials: Fields, condition: Fields) -> tuple[Link, ...]:
    found = link(essentials.get("investigationLink"), "Azure")
    for one in map(fields, items(condition.get("allOf"))):
        found += link(first_word(one, *_RESULTS), "query results")
    return found


def _flags(essentials: Fields) -> tuple[str, ...]:
    is_stateless = word(essentials.get("signalType")).lower() == "activity log"
    return ("Azure never says that an activity log alert is over: close it by hand",) if is_stateless else ()
