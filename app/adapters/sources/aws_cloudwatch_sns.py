"""CloudWatch alarms as Amazon SNS delivers them: JSON in JSON, sent as text, signed with a key of SNS."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from app.adapters.sources.body import parse_object, parse_text
from app.adapters.sources.certificate import good_until
from app.adapters.sources.cloudwatch_alarm import SEVERITIES, read_message
from app.adapters.sources.fields import Fields, compact, items, text, word
from app.adapters.sources.sns_envelope import (
    NOTIFICATION,
    SUBSCRIPTION,
    UNSUBSCRIPTION,
    certificate_url,
    check_signature,
    confirmation,
    is_raw,
    signed_envelope,
)
from app.domain.classify import Severity, SourceSettings
from app.domain.errors import InvalidPayload
from app.service.source_ports import Alerts, Control, Request, Verdict

_CAPABILITIES = ("Signature", "UnsubscribeURL", "SubscribeURL", "Token")
"""What lets whoever holds it do something, and so does not belong into a copy that people read."""

_TOPIC = re.compile(r"arn:aws[a-z\-]*:sns:[a-z0-9\-]+:\d{12}:[A-Za-z0-9_\-]+(\.fifo)?")


class AwsCloudwatchSns:
    """Alarms, from alarm actions or EventBridge, with SNS's envelope or without (raw message delivery).

    Options: `topics`, the ARNs that are ours. SNS signs for everybody who has an AWS account, so a right signature is
    enough for these topics only; from others a token is asked for besides.
    """

    type: str = "aws-cloudwatch-sns"
    severities: Mapping[str, Severity] = SEVERITIES

    def problems(self, options: Mapping[str, object]) -> Sequence[str]:
        """A topic that is written wrong is a foreign one, and SNS gives up what is refused."""
        if not options:
            return ()
        listed = _topics(options)
        wrong = [word(one) for one in listed if not _TOPIC.fullmatch(text(one))]
        none = () if listed else ("options.topics lists no topic, so a token is asked for with every message",)
        return (*none, *(f"options.topics: {one!r} is not the ARN of an SNS topic" for one in wrong))

    def fetches(self, request: Request) -> str:
        envelope = signed_envelope(request)
        return certificate_url(envelope) if envelope else ""

    def good_until(self, fetched: bytes) -> datetime | None:
        return good_until(fetched)

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        """RSA over the named fields of the envelope; the secret has no part in it."""
        envelope = signed_envelope(request)
        if envelope is None:
            return Verdict.UNSIGNED
        check_signature(envelope, request.fetched, now)
        return Verdict.SIGNED if envelope["TopicArn"] in _topics(instance.options or {}) else Verdict.UNSIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        if is_raw(request):
            said, topic = parse_text(request.body), request.headers.get("x-amz-sns-topic-arn", "")
            return read_message(said, "", topic, compact({"TopicArn": topic, "Message": said}), instance)
        envelope = parse_object(request.body)
        kind, topic = word(envelope.get("Type")), word(envelope.get("TopicArn"))
        raw = compact({name: value for name, value in envelope.items() if name not in _CAPABILITIES})
        if kind == SUBSCRIPTION:
            return _confirmation(request, topic)
        if kind == UNSUBSCRIPTION:
            return Control(f"the subscription to {topic} has ended")
        if kind == NOTIFICATION:
            return read_message(_message(envelope), word(envelope.get("Subject")), topic, raw, instance)
        if "AlarmName" in envelope:
            return read_message(raw, "", topic, raw, instance)
        raise InvalidPayload(f"is none of {NOTIFICATION}, {SUBSCRIPTION}, {UNSUBSCRIPTION}", "Type")


def _message(envelope: Fields) -> str:
    """What was published. SNS sends text; whoever passed the envelope on may have made an object of the JSON in it."""
    said = text(envelope.get("Message"))
    if not said.strip():
        raise InvalidPayload("is missing or blank", "Message")
    return said


def _topics(options: Mapping[str, object]) -> list[object]:
    listed = options.get("topics")
    return [listed] if isinstance(listed, str) else items(listed)


def _confirmation(request: Request, topic: str) -> Control:
    """Only what SNS has signed is visited: a certificate was handed in, and the request has passed `verify` with it."""
    if not request.fetched:
        return Control(f"a confirmation of {topic} that nobody has signed: it was not followed")
    host, url = confirmation(parse_object(request.body))
    return Control(f"confirmation of the subscription to {topic}, at {host}", visit=url)
