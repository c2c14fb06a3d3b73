"""Incidents with their alerts, keys and timeline: written by decisions, read by id, by key and in pages."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from app.adapters import codec
from app.adapters.store_sqlite import outbox, records
from app.adapters.store_sqlite.rows import (
    LINES,
    Row,
    Value,
    execute_rows,
    id_of,
    number_of,
    read_lines,
    required_number,
    select_lines,
    select_rows,
    ticks_or_none,
)
from app.domain.errors import Conflict
from app.domain.incident import AlertRow, Decision, Entry, Incident, KnownKey, Status
from app.domain.notification import Notification
from app.service.ports import IncidentQuery, Loaded, Record

_MISMATCHES = "SELECT expected.column1 FROM ("
_MISMATCHES_END = """) AS expected LEFT JOIN incidents ON incidents.id = expected.column1
    WHERE coalesce(incidents.version, 0) <> expected.column2"""
_UNSEEN = "SELECT expected.column1 FROM ("
_UNSEEN_END = """) AS expected LEFT JOIN keys ON keys.key = expected.column1
    WHERE (keys.incident, keys.firing, keys.episode) IS NOT (expected.column2, expected.column3, expected.column4)"""
_COLUMNS = "(id, version, status, severity, squad, source, due_at, resolved_at, suppressed, doc)"
INCIDENTS = f"INSERT INTO incidents {_COLUMNS}"
_NEW = f"WITH new {_COLUMNS} AS ("
_UPDATE = ") UPDATE incidents SET version = new.version, doc = new.doc FROM new WHERE incidents.id = new.id"
_UPDATE_INDEXED = """) UPDATE incidents
    SET status = new.status, severity = new.severity, squad = new.squad, due_at = new.due_at,
        resolved_at = new.resolved_at, suppressed = new.suppressed
    FROM new WHERE incidents.id = new.id
        AND (incidents.status, incidents.severity, incidents.squad, incidents.due_at, incidents.resolved_at,
            incidents.suppressed)
        IS NOT (new.status, new.severity, new.squad, new.due_at, new.resolved_at, new.suppressed)"""
_UNLEASE = "DELETE FROM incident_leases WHERE id IN ("
KEYS = "INSERT INTO keys (key, incident, firing, episode)"
WHERE_OTHER = """ON CONFLICT (key) DO UPDATE
    SET incident = excluded.incident, firing = excluded.firing, episode = excluded.episode
    WHERE (keys.incident, keys.firing, keys.episode) <> (excluded.incident, excluded.firing, excluded.episode)"""
ALERTS = "INSERT INTO alerts (incident, key, doc)"
_OR_REPLACE = "ON CONFLICT (incident, key) DO UPDATE SET doc = excluded.doc"
TIMELINE = "INSERT INTO timeline (incident, version, doc)"
_BY_KEY = """SELECT CAST(group_concat(json_array(key, incident, firing, episode), x'0a') AS BLOB)
    FROM keys WHERE key IN ("""
_BY_ID = f"{LINES} incidents WHERE id IN ("
_ALERTS_AFTER = "SELECT doc FROM alerts WHERE incident = ? AND key > ? ORDER BY key LIMIT ?"
_WHOLE_TIMELINE = "SELECT doc FROM timeline WHERE incident = ? ORDER BY version"
_KNOWN = codec.Reader(tuple[str, int, int, int])


def commit(
    connection: sqlite3.Connection,
    decisions: Sequence[Decision],
    added: Sequence[Record],
    seen: Mapping[str, KnownKey | None],
    notices: Sequence[Notification],
    fresh: Sequence[Record],
) -> None:
    """Write what the decisions left, having compared versions and keys first: a `Conflict` finds nothing written."""
    kept = [(decision, decision.incident) for decision in decisions if decision.incident is not None]
    last = {incident.id: incident for _, incident in kept}
    created = _compare_versions(connection, [incident for _, incident in kept])
    _compare_keys(connection, seen)
    records.refuse_known(connection, fresh)
    rows = {id: incident_row(incident) for id, incident in last.items()}
    execute_rows(connection, INCIDENTS, [row for id, row in rows.items() if id in created])
    changed = [row for id, row in rows.items() if id not in created]
    execute_rows(connection, _NEW, changed, _UPDATE)
    execute_rows(connection, _NEW, changed, _UPDATE_INDEXED)
    execute_rows(connection, _UNLEASE, [(row[0],) for row in rows.values()], ")")
    execute_rows(connection, KEYS, list(_key_rows(kept)), WHERE_OTHER)
    execute_rows(connection, ALERTS, list(_alert_rows(kept)), _OR_REPLACE)
    execute_rows(connection, TIMELINE, list(_timeline_rows(kept)))
    outbox.add(connection, [notification for decision, _ in kept for notification in decision.notifications])
    outbox.add_notices(connection, notices)
    records.put(connection, [*added, *fresh])


def load(connection: sqlite3.Connection, keys: Sequence[str], ids: Sequence[str]) -> Loaded:
    found = _KNOWN.lines(select_lines(connection, _BY_KEY, [(key,) for key in dict.fromkeys(keys)], ")"))
    known = {key: KnownKey(id_of(incident), bool(firing), episode) for key, incident, firing, episode in found}
    numbers = {row[1] for row in found} | {number for id in ids if (number := number_of(id)) is not None}
    documents = select_lines(connection, _BY_ID, [(number,) for number in numbers], ")")
    return Loaded({incident.id: incident for incident in codec.INCIDENT.lines(documents)}, known)


def page(connection: sqlite3.Connection, query: IncidentQuery) -> list[Incident]:
    """In order of their ids. Whoever asks for open ones only is served from the index of those."""
    conditions: list[str] = []
    values: list[Value] = []
    for column, wanted in (
        ("status", sorted(query.statuses)),
        ("severity", sorted(query.severities)),
        ("squad", [query.squad] if query.squad else []),
        ("source", [query.source] if query.source else []),
    ):
        if wanted:
            conditions.append(f"{column} IN ({','.join('?' * len(wanted))})")
            values += [str(value) for value in wanted]
    if query.statuses and Status.RESOLVED not in query.statuses:
        conditions.append("status <> 'resolved'")
    if query.suppressed:
        conditions.append("suppressed")
    beyond, cursor = ("id > ?", query.after) if query.oldest_first else ("id < ?", query.before)
    if cursor:
        conditions.append(beyond)
        values.append(number_of(cursor))
    where = " AND ".join(conditions) or "TRUE"
    order = "ASC" if query.oldest_first else "DESC"
    statement = f"SELECT doc FROM incidents WHERE {where} ORDER BY id {order} LIMIT ?"  # noqa: S608 (only "?" varies)
    return codec.INCIDENT.lines(read_lines(connection, statement, (*values, query.limit)))


def alerts(connection: sqlite3.Connection, incident: str, limit: int, after: str) -> list[AlertRow]:
    return codec.ALERT.lines(read_lines(connection, _ALERTS_AFTER, (number_of(incident), after, limit)))


def timeline(connection: sqlite3.Connection, incident: str) -> list[Entry]:
    decisions = codec.ENTRIES.lines(read_lines(connection, _WHOLE_TIMELINE, (number_of(incident),)))
    return [entry for entries in decisions for entry in entries]


def _compare_versions(connection: sqlite3.Connection, incidents: Iterable[Incident]) -> set[str]:
    """Ids of the new ones. Raises `Conflict` unless each follows what is stored, or its predecessor in this call."""
    stored: dict[str, int] = {}
    reached: dict[str, int] = {}
    for incident in incidents:
        before = reached.get(incident.id, incident.version - 1)
        if incident.version != before + 1 or before < 0:
            raise Conflict(f"incident {incident.id}: version {incident.version} cannot follow version {before}")
        stored.setdefault(incident.id, before)
        reached[incident.id] = incident.version
    wrong = select_rows(
        connection, _MISMATCHES, [(required_number(id), version) for id, version in stored.items()], _MISMATCHES_END
    )
    if wrong:
        names = ", ".join(id_of(number) for (number,) in wrong)
        raise Conflict(f"somebody else committed first to incident {names}: load it and decide again")
    return {id for id, version in stored.items() if version == 0}


def _compare_keys(connection: sqlite3.Connection, seen: Mapping[str, KnownKey | None]) -> None:
    """Raises `Conflict` unless each key still is as it was seen."""
    if select_rows(connection, _UNSEEN, [_seen_row(key, known) for key, known in seen.items()], _UNSEEN_END):
        raise Conflict("somebody else committed first to one of the keys: load them and decide again")


def _seen_row(key: str, known: KnownKey | None) -> Row:
    return (key, None, None, None) if known is None else (key, *known_row(known))


def known_row(known: KnownKey) -> Row:
    """What a row of `keys` says after the key."""
    return required_number(known.incident), int(known.firing), known.episode


Kept = Sequence[tuple[Decision, Incident]]


def incident_row(incident: Incident) -> Row:
    return (
        required_number(incident.id),
        incident.version,
        incident.status.value,
        incident.severity.value,
        incident.squad,
        incident.source,
        ticks_or_none(incident.due_at),
        None if incident.is_open else ticks_or_none(incident.resolved_at),
        int(incident.is_suppressed),
        codec.encode(incident),
    )


def _key_rows(kept: Kept) -> Iterable[Row]:
    for decision, incident in kept:
        number = required_number(incident.id)
        for key in decision.keys:
            yield key, number, 0, incident.episode
        for alert in decision.alerts:
            for key in alert.keys:
                yield key, number, int(alert.firing), alert.episode


def _alert_rows(kept: Kept) -> Iterable[Row]:
    return (alert_row(alert) for decision, _ in kept for alert in decision.alerts)


def alert_row(alert: AlertRow) -> Row:
    return required_number(alert.incident), alert.key, codec.encode(alert)


def _timeline_rows(kept: Kept) -> Iterable[Row]:
    return (
        (required_number(incident.id), incident.version, codec.encode(decision.timeline))
        for decision, incident in kept
        if decision.timeline
    )
