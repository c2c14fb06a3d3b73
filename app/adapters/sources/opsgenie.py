"""Opsgenie's Alert API v2: what creates, acknowledges and closes alerts, so that a tool moves by changing one URL."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from urllib.parse import quote, unquote

from app.adapters.sources.alertmanager_text import names_in_text, runbooks_in_text, sources_in_text
from app.adapters.sources.body import clean, parse_object
from app.adapters.sources.credentials import without_credentials
from app.adapters.sources.fields import (
    Fields,
    compact,
    dig,
    digest,
    distinct,
    fields,
    flat,
    items,
    link,
    text,
    without_blanks,
    word,
)
from app.adapters.sources.signature import is_same
from app.domain.alert import Alert, AlertStatus, Link
from app.domain.classify import Severity, SourceSettings
from app.domain.errors import InvalidPayload, Unauthorised
from app.service.source_ports import Alerts, Control, Request, Verdict

DEFAULT_PRIORITY = "P3"
EMPTY_MESSAGE = "Message can not be empty."

_SCHEME = "geniekey"
_ACTION_PATH = re.compile(r"/alerts/(.+)/(acknowledge|close)/?$")
_STATUSES = {"acknowledge": AlertStatus.ACKNOWLEDGED, "close": AlertStatus.RESOLVED}
_RUNBOOKS = ("runbook_url", "runbook")
_RUNBOOK_TAG = re.compile(r"runbook(?:_url)?\s*[:=]\s*(\S.*)", re.IGNORECASE)
_MOST_LINKS = 10


class Opsgenie:
    """Create, acknowledge and close; the key in the header is the credential. All else that the API can do is no report
    of a tool, and has its own routes."""

    type: str = "opsgenie"
    severities: Mapping[str, Severity] = {
        "p1": Severity.CRITICAL,
        "p2": Severity.HIGH,
        "p3": Severity.HIGH,
        "p4": Severity.TRIAGE,
        "p5": Severity.TRIAGE,
    }

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        given = genie_key(request)
        if not secret or given is None:
            return Verdict.UNSIGNED
        if not is_same(secret, given):
            raise Unauthorised("the GenieKey is not the one of this source")
        return Verdict.SIGNED

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        """A path that ends in `/alerts/{alias}/close` or `/acknowledge` closes or acknowledges; any other creates."""
        action = _ACTION_PATH.search(request.path)
        if action is None:
            return Alerts((_created(_said(request), request, instance),))
        body = _said(request) if request.body.strip() else {}
        return Alerts((_answered(_alias(action[1]), _STATUSES[action[2]], body, instance),))


def _said(request: Request) -> Fields:
    """The body without what some tools leave in it beside the header: their `apiKey`, or another tool's key."""
    return fields(without_credentials(parse_object(request.body)))


def genie_key(request: Request) -> str | None:
    """The key that a request carries; None for one of another scheme, or of none."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == _SCHEME else None


def action_path(alias: str, action: str) -> str:
    """The path that does this to the alert of that alias."""
    return f"/v2/alerts/{quote(alias, safe='')}/{action}"


def _alias(encoded: str) -> str:
    found = clean({"alias": unquote(encoded, errors="surrogateescape")}, "the alias")["alias"].strip()
    if not found:
        raise InvalidPayload("is empty", "alias")
    return found


def _created(body: Fields, request: Request, instance: SourceSettings) -> Alert:
    message = word(body.get("message"))
    if not message:
        raise InvalidPayload(EMPTY_MESSAGE, "message")
    details, tags = flat(body.get("details")), [tag for each in items(body.get("tags")) if (tag := word(each))]
    description = text(body.get("description"))
    priority = word(body.get("priority"))
    return Alert(
        source=instance.name,
        source_type=Opsgenie.type,
        dedup_key=word(body.get("alias")) or _fresh(request),
        status=AlertStatus.FIRING,
        title=message,
        description=description,
        severity=priority,
        labels={**_labels(body, tags, priority or DEFAULT_PRIORITY), **_name(details, description)},
        annotations=details,
        links=_links(details, description),
        runbooks=distinct(_runbooks(details, tags, description)),
        raw=compact(body),
    )


def _answered(alias: str, status: AlertStatus, body: Fields, instance: SourceSettings) -> Alert:
    return Alert(
        source=instance.name,
        source_type=Opsgenie.type,
        dedup_key=alias,
        status=status,
        title=alias,
        raw=compact({**body, "alias": alias}),
    )


def _fresh(request: Request) -> str:
    """Opsgenie names an alert without an alias by its own id, so that it is always a new one."""
    return digest(request.received_at.isoformat(), request.body.decode("utf-8", "replace"))


def _labels(body: Fields, tags: list[str], priority: str) -> dict[str, str]:
    """What rules match on, beside `details`, which are annotations. Their `source` is renamed: to a matcher that word
    is the instance's name. `team` is the first one that is to respond."""
    teams = [
        word(each.get("name"))
        for each in (*map(fields, items(body.get("responders"))), *map(fields, items(body.get("teams"))))
        if word(each.get("type")) in ("", "team")
    ]
    return without_blanks(
        {
            "entity": word(body.get("entity")),
            "event_source": word(body.get("source")),
            "tags": ",".join(tags),
            "team": next(filter(None, teams), ""),
            "severity": priority,
        }
    )


def _name(details: dict[str, str], description: str) -> dict[str, str]:
    """What the alert is called, by a detail or by Alertmanager's default text if all in it are called alike."""
    names = distinct((details.get("alertname", ""), *names_in_text(description)))
    return {"alertname": names[0]} if len(names) == 1 else {}


def _runbooks(details: dict[str, str], tags: list[str], description: str) -> Iterator[str]:
    for name in _RUNBOOKS:
        yield details.get(name, "")
    for tag in tags:
        if found := _RUNBOOK_TAG.fullmatch(tag):
            yield found[1]
    yield from runbooks_in_text(description)


def _links(details: dict[str, str], description: str) -> tuple[Link, ...]:
    found = {each.href: each for name, value in details.items() if name not in _RUNBOOKS for each in link(value, name)}
    found.update((each.href, each) for href in sources_in_text(description) for each in link(href, "source"))
    return tuple(found.values())[:_MOST_LINKS]


def named(value: object) -> str:
    """A person, team or escalation as a request names it: by id, user name or name."""
    return next(filter(None, (word(dig(value, name)) for name in ("username", "name", "id"))), "")
