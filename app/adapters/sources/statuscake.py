"""StatusCake's uptime webhooks: a form with a test's state and a token that is the same in every request."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import md5

from app.adapters.sources.fields import (
    compact,
    digest,
    first_line,
    link,
    without_blanks,
)
from app.adapters.sources.named_runbooks import named_runbooks
from app.adapters.sources.plain_names import Plain, plain
from app.adapters.sources.prometheus_group import SEVERITIES
from app.adapters.sources.signature import is_same
from app.adapters.sources.tags import tag_labels
from app.adapters.sources.unread import unread
from app.adapters.sources.webhook_fields import Sent, given_proof, read_sent
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity, SourceSettings
from app.domain.errors import InvalidPayload, Unauthorised
from app.service.source_ports import Alerts, Control, Request, Verdict

_UP = "up"
_SPEAKING = ("url", "name", "status", "statuscode", "testid")
"""Of these one must be there, or nothing was understood."""


class StatusCake:
    """One test per request. Its `Token` is the MD5 of user name and API key: weak, the same for every webhook of an
    account, and therefore never enough; but a wrong one is refused.

    A secret of the form `username:apikey` says what the token must be. Any other is only what `?token=` is compared
    with.
    """

    type: str = "statuscake"
    severities: Mapping[str, Severity] = SEVERITIES

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        """Source: StatusCake's knowledge base, "How To Use The Web Hook URL"."""
        user, named, key = secret.rpartition(":")
        given = _token(request) if named else None
        if given is not None:
            expected = md5((user.lower() + key).encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
            if not is_same(expected, given.lower()):
                raise Unauthorised("the Token is not the one of this source's user name and API key")
        return Verdict.UNSIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        sent = read_sent(request)
        said = plain(sent.fields)
        if not said.first(*_SPEAKING):
            return unread(sent, instance)
        return Alerts((_alert(sent, said, instance),))


def _token(request: Request) -> str | None:
    """What a body that cannot be read holds is for `parse` to say."""
    try:
        return given_proof(request, "Token")
    except InvalidPayload:
        return None


def _alert(sent: Sent, said: Plain, instance: SourceSettings) -> Alert:
    name = first_line(said.first("name", "url")) or f"StatusCake test {said.first('testid')}".strip()
    state, labels = said.first("status"), _labels(said, name)
    is_over = state.lower() == _UP
    return Alert(
        source=instance.name,
        source_type=StatusCake.type,
        dedup_key=said.first("testid") or digest(said.first("name"), said.first("url")),
        status=AlertStatus.RESOLVED if is_over else AlertStatus.FIRING,
        title=name if is_over else f"{name} is {state or 'not up'}: {_wrong(said)}",
        description=f"checked every {rate} seconds" if (rate := said.first("checkrate")) else "",
        labels=labels,
        links=link(said.first("url"), "page"),
        runbooks=named_runbooks({**labels, **said.whole}),
        flags=(*sent.flags, *said.flags),
        raw=compact(sent.fields),
    )


def _wrong(said: Plain) -> str:
    code = said.first("statuscode")
    return "timeout" if code == "0" else f"HTTP {code}" if code else "no status code"


def _labels(said: Plain, name: str) -> dict[str, str]:
    own = {field: said.first(field) for field in ("url", "ip", "method")}
    own |= {
        "alertname": name,
        "check": name,
        "status_code": said.first("statuscode"),
        "tags": said.first("tags"),
    }
    return {**tag_labels(said.first("tags")), **without_blanks(own)}
