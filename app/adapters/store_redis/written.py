"""The domain's values as scripts take them: one part for each incident, whatever the number of decisions on it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.adapters import codec
from app.adapters.store_redis.texts import NUL, known_text, ticks, ticks_or_none
from app.domain.errors import Conflict
from app.domain.incident import AlertRow, Decision, Entry, Incident, KnownKey
from app.domain.notification import Notification
from app.service.ports import Parcel, Record

Part = dict[str, Any]
Kept = Sequence[tuple[Decision, Incident]]

ALL = "all"
OPEN = "open"
SUPPRESSED = "suppressed"
NOTICE = "notice"


def squad_place(squad: str) -> str:
    return f"squad{NUL}{squad}"


def source_place(source: str) -> str:
    return f"source{NUL}{source}"


def decided(kept: Kept) -> list[Part]:
    """What the decisions left of each incident. Raises `Conflict` unless their versions succeed each other."""
    before = _versions_before([incident for _, incident in kept])
    made: dict[str, list[tuple[Decision, Incident]]] = {}
    for decision, incident in kept:
        made.setdefault(incident.id, []).append((decision, incident))
    return [_merged(before[id], each) for id, each in made.items()]


def known(kept: Kept) -> list[str]:
    """Keys and what they lead to now, in turn."""
    leads: dict[str, str] = {}
    for decision, incident in kept:
        for key in decision.keys:
            leads[key] = known_text(KnownKey(incident.id, False, incident.episode))
        for alert in decision.alerts:
            for key in alert.keys:
                leads[key] = known_text(KnownKey(incident.id, alert.firing, alert.episode))
    return _flat(leads.items())


def packed(parcel: Parcel) -> Part:
    """A whole incident, as new."""
    alerts = {alert.key for alert in parcel.alerts}
    keys = [key for key in parcel.keys if key not in alerts]
    timeline = [parcel.timeline] if parcel.timeline else []
    return _part(parcel.incident, 0, keys, parcel.alerts, timeline, parcel.notifications)


def packed_known(parcels: Iterable[Parcel]) -> list[str]:
    return _flat((key, known_text(known)) for parcel in parcels for key, known in parcel.keys.items())


def record(kept: Record) -> Part:
    expires = ticks_or_none(kept.expires_at)
    text = f"{'' if expires is None else expires}\n{kept.body}"
    return {"name": f"{kept.kind}{NUL}{kept.id}", "text": text, "expires": expires}


def row(notification: Notification) -> Part:
    return {
        "key": notification.key,
        "document": _text(notification),
        "due": ticks_or_none(notification.due_at),
    }


def notice(row_: Notification) -> Part:
    """A row that belongs to no incident."""
    return {"id": row_.incident, "created": ticks(row_.created_at), "row": row(row_)}


def _merged(before: int, made: Kept) -> Part:
    decisions = [decision for decision, _ in made]
    return _part(
        made[-1][1],
        before,
        dict.fromkeys(key for decision in decisions for key in _beside_alerts(decision)),
        [alert for decision in decisions for alert in decision.alerts],
        [decision.timeline for decision in decisions if decision.timeline],
        [notification for decision in decisions for notification in decision.notifications],
    )


def _beside_alerts(decision: Decision) -> Iterable[str]:
    """Every key that leads to the incident, but for those that alerts are stored under."""
    yield from decision.keys
    for alert in decision.alerts:
        yield from alert.inhibits


def _part(
    incident: Incident,
    before: int,
    keys: Iterable[str],
    alerts: Iterable[AlertRow],
    timeline: Iterable[Sequence[Entry]],
    notifications: Iterable[Notification],
) -> Part:
    return {
        "id": incident.id,
        "before": before,
        "version": incident.version,
        "places": _places(incident),
        "keys": list(keys),
        "due": ticks_or_none(incident.due_at),
        "resolved": None if incident.is_open else ticks(incident.resolved_at or incident.updated_at),
        "document": _text(incident),
        "alerts": _flat((alert.key, _text(alert)) for alert in alerts),
        "timeline": [_text(entries) for entries in timeline],
        "outbox": [row(notification) for notification in notifications],
    }


def _places(incident: Incident) -> list[str]:
    """Where an incident is listed."""
    places = [ALL, source_place(incident.source)]
    if incident.is_open:
        places.append(OPEN)
    if incident.is_suppressed:
        places.append(SUPPRESSED)
    if incident.squad:
        places.append(squad_place(incident.squad))
    return places


def _versions_before(incidents: Iterable[Incident]) -> Mapping[str, int]:
    """The version that each incident must have in the store."""
    before: dict[str, int] = {}
    reached: dict[str, int] = {}
    for incident in incidents:
        last = reached.get(incident.id, incident.version - 1)
        if incident.version != last + 1 or last < 0:
            raise Conflict(f"incident {incident.id}: version {incident.version} cannot follow version {last}")
        before.setdefault(incident.id, last)
        reached[incident.id] = incident.version
    return before


def _text(value: Incident | AlertRow | Notification | Sequence[Entry]) -> str:
    """As text, since the MessagePack reader of Redis knows no bytes."""
    return codec.encode(value).decode()


def _flat(pairs: Iterable[tuple[str, Any]]) -> list[Any]:
    return [value for pair in pairs for value in pair]
