"""Incidents whole, with all that belongs to them: forgotten, packed, and put in as they are."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from app.adapters import codec
from app.adapters.store_sqlite import incidents, outbox, records
from app.adapters.store_sqlite.rows import Row, execute_rows, id_of, number_of, read_lines, required_number, ticks
from app.domain.incident import KnownKey
from app.domain.notification import Notification
from app.service.ports import Parcel, Record, Trail

_RESOLVED_LONGEST_AGO = "SELECT id FROM incidents WHERE resolved_at < ? ORDER BY resolved_at, id LIMIT ?"
_NOTICES_MADE_LONGEST_AGO = "SELECT id FROM notices WHERE created_at < ? ORDER BY created_at, id LIMIT ?"
_UNLEASE = "DELETE FROM outbox_leases WHERE id IN (SELECT id FROM outbox WHERE incident IN ("
_DROP = (
    "DELETE FROM incident_leases WHERE id IN (",
    "DELETE FROM outbox WHERE incident IN (",
    "DELETE FROM timeline WHERE incident IN (",
    "DELETE FROM alerts WHERE incident IN (",
    "DELETE FROM keys WHERE incident IN (",
    "DELETE FROM incidents WHERE id IN (",
    "DELETE FROM notices WHERE id IN (",
)
_FIRST = "SELECT doc FROM incidents ORDER BY id LIMIT ?"
_AFTER = "SELECT doc FROM incidents WHERE id > ? ORDER BY id LIMIT ?"
_KEYS = "SELECT key, incident, firing, episode FROM keys WHERE incident = ? ORDER BY key"
_ALERTS = "SELECT doc FROM alerts WHERE incident = ? ORDER BY key"


def forget(connection: sqlite3.Connection, resolved_before: datetime, limit: int) -> int:
    before = ticks(resolved_before)
    numbers = [
        number
        for query in (_RESOLVED_LONGEST_AGO, _NOTICES_MADE_LONGEST_AGO)
        for (number,) in connection.execute(query, (before, limit))
    ]
    _drop(connection, numbers)
    return len(numbers)


def pack(connection: sqlite3.Connection, after: str, limit: int) -> list[Parcel]:
    documents = (
        read_lines(connection, _AFTER, (number_of(after), limit)) if after else read_lines(connection, _FIRST, (limit,))
    )
    return [
        Parcel(
            incident,
            _keys(connection, number := required_number(incident.id)),
            tuple(codec.ALERT.lines(read_lines(connection, _ALERTS, (number,)))),
            tuple(incidents.timeline(connection, incident.id)),
            tuple(outbox.of_incident(connection, incident.id)),
        )
        for incident in codec.INCIDENT.lines(documents)
    ]


def trails(connection: sqlite3.Connection, ids: Sequence[str]) -> list[Trail]:
    return [
        Trail(tuple(incidents.timeline(connection, id)), tuple(outbox.of_incident(connection, id)))
        if number_of(id) is not None
        else Trail()
        for id in ids
    ]


def unpack(
    connection: sqlite3.Connection,
    parcels: Sequence[Parcel],
    added: Sequence[Record],
    notices: Sequence[Notification],
) -> None:
    """A timeline is kept as if the incident's last commit had written all of it."""
    ids = [*(parcel.incident.id for parcel in parcels), *(notice.incident for notice in notices)]
    _drop(connection, [required_number(id) for id in ids])
    execute_rows(connection, incidents.INCIDENTS, [incidents.incident_row(parcel.incident) for parcel in parcels])
    keys = [(key, *incidents.known_row(known)) for parcel in parcels for key, known in parcel.keys.items()]
    execute_rows(connection, incidents.KEYS, keys, incidents.WHERE_OTHER)
    alerts = [incidents.alert_row(alert) for parcel in parcels for alert in parcel.alerts]
    execute_rows(connection, incidents.ALERTS, alerts)
    execute_rows(connection, incidents.TIMELINE, [_timeline_row(parcel) for parcel in parcels if parcel.timeline])
    outbox.add(connection, [notification for parcel in parcels for notification in parcel.notifications])
    outbox.add_notices(connection, notices)
    records.put(connection, added)


def _drop(connection: sqlite3.Connection, numbers: Sequence[int]) -> None:
    rows = [(number,) for number in numbers]
    execute_rows(connection, _UNLEASE, rows, "))")
    for statement in _DROP:
        execute_rows(connection, statement, rows, ")")


def _keys(connection: sqlite3.Connection, number: int) -> dict[str, KnownKey]:
    rows = connection.execute(_KEYS, (number,))
    return {key: KnownKey(id_of(incident), bool(firing), episode) for key, incident, firing, episode in rows}


def _timeline_row(parcel: Parcel) -> Row:
    return required_number(parcel.incident.id), parcel.incident.version, codec.encode(parcel.timeline)
