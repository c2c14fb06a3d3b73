"""What a message on an SNS topic says: a CloudWatch alarm in one of its forms, another service's JSON, or just text."""

from collections.abc import Mapping
from urllib.parse import quote

from app.adapters.sources.body import parse_object
from app.adapters.sources.fields import (
    Fields,
    dig,
    digest,
    fields,
    first_line,
    first_word,
    instant,
    items,
    link,
    text,
    without_blanks,
    word,
)
from app.adapters.sources.named_runbooks import named_runbooks
from app.domain.alert import Alert, AlertStatus, Link
from app.domain.classify import Severity, SourceSettings
from app.domain.errors import InvalidPayload
from app.service.source_ports import Alerts, Control

TYPE = "aws-cloudwatch-sns"
MESSAGE = "message"
SEVERITIES: Mapping[str, Severity] = {
    "alarm": Severity.CRITICAL,
    "insufficient_data": Severity.HIGH,
    **dict.fromkeys(("ok", MESSAGE), Severity.TRIAGE),
}
"""CloudWatch has no severities, so an alarm's state stands for one. `message` is what is no alarm at all."""

_TITLES = ("title", "detail-type", "summary", "Event Message", "Event", "message")


def read_message(said: str, subject: str, topic: str, raw: str, instance: SourceSettings) -> Alerts | Control:
    """The alert in a message. Text is a person's note, or the console's "Publish message", and opens nothing; JSON of
    another service, or what was meant to be JSON, is a triage alert."""
    if not said.lstrip().startswith("{"):
        return Control("a text on the topic, and no alarm")
    try:
        message = parse_object(said.encode())
    except InvalidPayload:
        return Alerts((_other({"message": said}, subject, topic, raw, instance),))
    alarm = _from_eventbridge(message)
    read = _alarm if "AlarmName" in alarm else _other
    return Alerts((read(alarm, subject, topic, raw, instance),))


def _from_eventbridge(message: Fields) -> Fields:
    """A state change that came by way of EventBridge, in the words of an alarm's own notification; else the message."""
    detail = fields(message.get("detail"))
    if "alarmName" not in detail:
        return message
    return {
        "AlarmName": detail.get("alarmName"),
        "AlarmArn": next(iter(items(message.get("resources"))), None),
        "AlarmDescription": dig(detail, "configuration", "description"),
        "AWSAccountId": message.get("account"),
        "Region": message.get("region"),
        "NewStateValue": dig(detail, "state", "value"),
        "NewStateReason": dig(detail, "state", "reason"),
        "StateChangeTime": dig(detail, "state", "timestamp") or message.get("time"),
    }


def _alarm(alarm: Fields, subject: str, topic: str, raw: str, instance: SourceSettings) -> Alert:
    name, arn = word(alarm.get("AlarmName")), word(alarm.get("AlarmArn"))
    region, account = _place(alarm, arn)
    state = word(alarm.get("NewStateValue"))
    status = AlertStatus.RESOLVED if state.upper() == "OK" else AlertStatus.FIRING
    about = text(alarm.get("AlarmDescription"))
    at = instant(alarm.get("StateChangeTime"))
    labels = {"alertname": name, "alarm": name, "account": account, "region": region, "topic": topic, "severity": state}
    return Alert(
        source=instance.name,
        source_type=TYPE,
        dedup_key=arn or digest(account, region, name),
        status=status,
        title=": ".join(filter(None, (name, first_line(about)))) or subject or "CloudWatch alarm without a name",
        description="\n".join(filter(None, (text(alarm.get("NewStateReason")), about))),
        severity=state,
        labels=without_blanks({**_metric(alarm), **labels}),
        links=_console(arn, region, name),
        runbooks=named_runbooks({}, about),
        started_at=at if status is AlertStatus.FIRING else None,
        ended_at=at if status is AlertStatus.RESOLVED else None,
        flags=("CloudWatch has no data for this alarm",) if state.upper() == "INSUFFICIENT_DATA" else (),
        raw=raw,
    )


def _place(alarm: Fields, arn: str) -> tuple[str, str]:
    """Region and account. The alarm names its region for people ("EU (Ireland)"), its ARN has the code."""
    parts = arn.split(":")
    region, account = (parts[3], parts[4]) if len(parts) > 6 else ("", "")
    return region or word(alarm.get("Region")), word(alarm.get("AWSAccountId")) or account


def _metric(alarm: Fields) -> dict[str, str]:
    """Namespace, metric and dimensions; of an expression over several metrics those of the first."""
    trigger = fields(alarm.get("Trigger"))
    used = [fields(dig(one, "MetricStat", "Metric")) for one in items(trigger.get("Metrics"))]
    metric = next(filter(None, used), trigger)
    dimensions = {
        first_word(one, "name", "Name").lower(): first_word(one, "value", "Value")
        for one in map(fields, items(metric.get("Dimensions")))
    }
    own = {"namespace": word(metric.get("Namespace")), "metric": word(metric.get("MetricName"))}
    return {name: value for name, value in {**dimensions, **own}.items() if name}


def _console(arn: str, region: str, name: str) -> tuple[Link, ...]:
    if not arn.startswith("arn:aws:") or not name:
        return ()
    place = quote(region, safe="")
    href = (
        f"https://{place}.console.aws.amazon.com/cloudwatch/home?region={place}#alarmsV2:alarm/{quote(name, safe='')}"
    )
    return link(href, "CloudWatch")


def _other(message: Fields, subject: str, topic: str, raw: str, instance: SourceSettings) -> Alert:
    title = first_line(subject or first_word(message, *_TITLES)) or f"a message on {topic or 'an SNS topic'}"
    severity = first_word(message, "severity", "Severity") or MESSAGE
    return Alert(
        source=instance.name,
        source_type=TYPE,
        dedup_key=digest(topic, title),
        status=AlertStatus.FIRING,
        title=title,
        description=first_word(message, "description", "message", "Message"),
        severity=severity,
        labels=without_blanks({"topic": topic, "severity": severity}),
        flags=("this is no CloudWatch alarm, and nothing but a person will close it",),
        raw=raw,
    )
