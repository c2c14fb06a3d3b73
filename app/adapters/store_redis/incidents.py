"""Incidents with their alerts, keys and timeline: written by decisions, read by id, by key and in pages."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from app.adapters import codec
from app.adapters.store_redis import written
from app.adapters.store_redis.keys import Keys
from app.adapters.store_redis.primary import Order, Primary
from app.adapters.store_redis.scripts import COMMIT, LOAD
from app.adapters.store_redis.texts import NUL, known_key, known_text
from app.domain.errors import Conflict
from app.domain.incident import AlertRow, Decision, Entry, Incident, KnownKey, Status
from app.domain.notification import Notification
from app.service.ports import IncidentQuery, Loaded, Record

REMEMBERED = timedelta(minutes=10)

BATCH = 200

Kept = list[tuple[Decision, Incident]]


async def commit(
    primary: Primary,
    decisions: Sequence[Decision],
    records: Sequence[Record],
    seen: Mapping[str, KnownKey | None],
    notices: Sequence[Notification],
    fresh: Sequence[Record],
    wake: Callable[[datetime | None], str | None],
) -> None:
    """Raises `Conflict` with nothing written. `wake` says whom to name as waking the others when this falls due."""
    kept = [(decision, decision.incident) for decision in decisions if decision.incident is not None]
    if not (kept or records or seen or notices or fresh):
        return
    incidents = written.decided(kept)
    asked = {
        "incidents": incidents,
        "known": written.known(kept),
        "records": [written.record(record) for record in records],
        "seen": list(seen),
        "seen_as": ["" if known is None else known_text(known) for known in seen.values()],
        "notices": [written.notice(notice) for notice in notices],
        "fresh": [written.record(record) for record in fresh],
        "ring": wake(_first_due(kept, notices)),
    }
    ids = [*(part["id"] for part in incidents), *(notice.incident for notice in notices)]
    if changed := await primary.write(Order(COMMIT, asked, ids, remember=REMEMBERED, confirmed=True)):
        names = ", ".join(name.decode() for name in changed)
        raise Conflict(f"somebody else committed first to {names}: load it and decide again")


async def load(primary: Primary, keys: Sequence[str], ids: Sequence[str]) -> Loaded:
    wanted = list(dict.fromkeys(keys))
    known, documents = await primary.load(LOAD, {"keys": wanted, "ids": list(ids)})
    incidents = codec.INCIDENT.lines(_lines(documents))
    return Loaded(
        {incident.id: incident for incident in incidents},
        {key: known_key(text) for key, text in zip(wanted, known, strict=True) if text},
    )


async def page(primary: Primary, keys: Keys, query: IncidentQuery) -> list[Incident]:
    """In order of their ids: read from the shortest list that has them all, and what is not asked for passed over."""
    place = await _shortest(primary, keys, _places(query))
    found: list[Incident] = []
    cursor = query.after if query.oldest_first else query.before
    while len(found) < query.limit:
        ids = await (_ids_after if query.oldest_first else _ids_before)(primary, keys, place, cursor)
        if not ids:
            break
        (documents,) = await primary.read(("HMGET", keys.named("incidents"), *ids))
        incidents = codec.INCIDENT.lines(_lines(documents))
        found += [incident for incident in incidents if _is_asked_for(incident, query)]
        cursor = ids[-1].decode()
    return found[: query.limit]


async def alerts(primary: Primary, keys: Keys, incident: str, limit: int, after: str) -> list[AlertRow]:
    (names,) = await primary.read(("HKEYS", keys.alerts(incident)))
    wanted = sorted(name for name in names if name > after.encode())[:limit]
    if not wanted:
        return []
    (documents,) = await primary.read(("HMGET", keys.alerts(incident), *wanted))
    return codec.ALERT.lines(_lines(documents))


async def timeline(primary: Primary, keys: Keys, incident: str) -> list[Entry]:
    (commits,) = await primary.read(("LRANGE", keys.timeline(incident), 0, -1))
    return [entry for entries in codec.ENTRIES.lines(_lines(commits)) for entry in entries]


def _first_due(kept: Kept, notices: Sequence[Notification]) -> datetime | None:
    due = [incident.due_at for _, incident in kept]
    due += [notification.due_at for decision, _ in kept for notification in decision.notifications]
    due += [notice.due_at for notice in notices]
    return min((at for at in due if at), default=None)


def _lines(documents: Sequence[bytes | None]) -> bytes:
    return b"\n".join(document for document in documents if document)


def _places(query: IncidentQuery) -> list[str]:
    """Every list that holds all that are asked for."""
    places = []
    if query.squad:
        places.append(written.squad_place(query.squad))
    if query.source:
        places.append(written.source_place(query.source))
    if query.suppressed:
        places.append(written.SUPPRESSED)
    if query.statuses and Status.RESOLVED not in query.statuses:
        places.append(written.OPEN)
    return places or [written.ALL]


async def _shortest(primary: Primary, keys: Keys, places: list[str]) -> str:
    if len(places) == 1:
        return places[0]
    index = keys.named("index")
    lengths = await primary.read(*(("ZLEXCOUNT", index, f"[{place}{NUL}", f"({place}{NUL}g") for place in places))
    return min(zip(lengths, places, strict=True))[1]


async def _ids_before(primary: Primary, keys: Keys, place: str, before: str) -> list[bytes]:
    newest = f"({place}{NUL}{before or 'g'}"  # Ids are hexadecimal, so all of them come before a "g".
    (members,) = await primary.read(
        ("ZREVRANGEBYLEX", keys.named("index"), newest, f"[{place}{NUL}", "LIMIT", 0, BATCH)
    )
    return _ids_of(members)


async def _ids_after(primary: Primary, keys: Keys, place: str, after: str) -> list[bytes]:
    oldest, end = f"({place}{NUL}{after}", f"({place}{NUL}g"
    (members,) = await primary.read(("ZRANGEBYLEX", keys.named("index"), oldest, end, "LIMIT", 0, BATCH))
    return _ids_of(members)


def _ids_of(members: Sequence[bytes]) -> list[bytes]:
    return [member.rpartition(NUL.encode())[2] for member in members]


def _is_asked_for(incident: Incident, query: IncidentQuery) -> bool:
    return (
        (not query.statuses or incident.status in query.statuses)
        and (not query.severities or incident.severity in query.severities)
        and (not query.squad or incident.squad == query.squad)
        and (not query.source or incident.source == query.source)
        and (not query.suppressed or incident.is_suppressed)
    )
