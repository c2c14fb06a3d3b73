"""What Opsgenie keeps of an alert and an incident has no place for: tags, details, its own message and priority.

It is a log of small records beside the incident, each in the commit of what it reports, so that two changes at the same
moment are both kept and none has to be read before it is written.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from app.domain.alert import Alert
from app.service.ports import Record, Store

KIND = "opsgenie-alert"
KEPT = timedelta(days=400)
PAGE = 50
_AFTER_SLASH = "0"
"""The character after `/`: an id that begins so is greater than all that begin with the slash."""

Responder = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """An alert as its tool described it when it created it, with the changes since. `responders` are as they were sent:
    they page nobody here."""

    alias: str
    message: str
    description: str = ""
    priority: str = ""
    tags: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
    entity: str = ""
    source: str = ""
    actions: tuple[str, ...] = ()
    responders: tuple[Responder, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What is different from now on; an empty text leaves things as they are."""

    alias: str
    message: str = ""
    description: str = ""
    priority: str = ""
    add_tags: tuple[str, ...] = ()
    drop_tags: tuple[str, ...] = ()
    add_details: Mapping[str, str] = field(default_factory=dict)
    drop_details: tuple[str, ...] = ()
    add_responders: tuple[Responder, ...] = ()


Written = Sheet | Change


def sheet_of(alert: Alert) -> Sheet:
    """What a firing alert of Opsgenie's says."""
    sent = json.loads(alert.raw)
    responders = [one for one in _list(sent, "responders") if isinstance(one, dict)]
    return Sheet(
        alias=alert.dedup_key,
        message=alert.title,
        description=alert.description,
        priority=alert.labels.get("severity", alert.severity),
        tags=_texts(sent, "tags"),
        details=dict(alert.annotations),
        entity=alert.labels.get("entity", ""),
        source=alert.labels.get("event_source", ""),
        actions=_texts(sent, "actions"),
        responders=tuple({name: text for name, text in one.items() if isinstance(text, str)} for one in responders),
    )


def revised(sheet: Sheet, change: Change) -> Sheet:
    """The sheet with one change made."""
    details = {name: text for name, text in sheet.details.items() if name not in change.drop_details}
    tags = tuple(tag for tag in sheet.tags if tag not in change.drop_tags)
    return replace(
        sheet,
        message=change.message or sheet.message,
        description=change.description or sheet.description,
        priority=change.priority or sheet.priority,
        tags=tuple(dict.fromkeys((*tags, *change.add_tags))),
        details={**details, **change.add_details},
        responders=(*sheet.responders, *(one for one in change.add_responders if one not in sheet.responders)),
    )


def record_of(written: Written, incident: str, id: str, now: datetime) -> Record:
    """`id` is a fresh one: ids of later records are greater."""
    kind = "sheet" if isinstance(written, Sheet) else "change"
    return Record(KIND, f"{incident}/{id}", json.dumps({kind: asdict(written)}), expires_at=now + KEPT)


async def written_of(incident: str, store: Store) -> list[Written]:
    """All that is written of an incident's alerts, oldest first."""
    found: list[Written] = []
    before = incident + _AFTER_SLASH
    while True:
        page = await store.records(KIND, PAGE, before)
        own = [record for record in page if incident_of(record) == incident]
        found += [read(record) for record in own]
        if len(own) < PAGE:
            return found[::-1]
        before = own[-1].id


def incident_of(record: Record) -> str:
    return record.id.partition("/")[0]


def read(record: Record) -> Written:
    body = json.loads(record.body)
    return Sheet(**_values(body["sheet"])) if "sheet" in body else Change(**_values(body["change"]))


def latest(written: Sequence[Written], alias: str = "") -> Sheet | None:
    """The last sheet of an alias (empty: of whichever comes first) with all changes since; None where there is none."""
    sheets = [one for one in written if isinstance(one, Sheet)]
    wanted = alias or (sheets[0].alias if sheets else "")
    found: Sheet | None = None
    for one in written:
        if one.alias == wanted:
            found = one if isinstance(one, Sheet) else found and revised(found, one)
    return found


def _list(sent: Mapping[str, object], name: str) -> list[object]:
    value = sent.get(name)
    return value if isinstance(value, list) else []


def _texts(sent: Mapping[str, object], name: str) -> tuple[str, ...]:
    return tuple(stripped for one in _list(sent, name) if isinstance(one, str) and (stripped := one.strip()))


def _values(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in body.items()}
