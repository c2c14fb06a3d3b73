"""Refused bodies of known sources are kept, bounded, so that nothing a tool sent is gone before a fix."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import NotFound
from app.service.ports import Record, Request, Store

KIND = "quarantine"
SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})
MOST_BYTES = 262_144


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A refused request. `replayed` is when it was taken after all, or None."""

    id: str
    source: str
    reason: str
    request: Request
    replayed: datetime | None = None


async def keep_refused(
    source: str, reason: str, request: Request, store: Store, keep: int, new_id: Callable[[], str]
) -> str:
    """Store a refused request without its credentials and return its id; the oldest beyond `keep` are dropped."""
    kept = Quarantined(new_id(), source, reason, request)
    await store.add_record(_record(kept), keep=keep)
    return kept.id


async def quarantined(store: Store, limit: int, before: str = "") -> list[Quarantined]:
    """Newest first."""
    return [_read(record) for record in await store.records(KIND, limit, before)]


async def one_quarantined(store: Store, id: str) -> Quarantined:
    """Raises `NotFound`."""
    record = await store.record(KIND, id)
    if record is None:
        raise NotFound(f"nothing in quarantine has the id {id!r}")
    return _read(record)


async def mark_replayed(one: Quarantined, store: Store, at: datetime) -> None:
    await store.put_record(_record(Quarantined(one.id, one.source, one.reason, one.request, at)))


def _record(one: Quarantined) -> Record:
    request = one.request
    body = {
        "source": one.source,
        "reason": one.reason,
        "method": request.method,
        "path": request.path,
        "query": {name: value for name, value in request.query.items() if name != "token"},
        "headers": {name: value for name, value in request.headers.items() if name not in SECRET_HEADERS},
        "body": base64.b64encode(request.body[:MOST_BYTES]).decode(),
        "received_at": request.received_at.isoformat(),
        "replayed": one.replayed.isoformat() if one.replayed else None,
    }
    return Record(KIND, one.id, json.dumps(body))


def _read(record: Record) -> Quarantined:
    body = json.loads(record.body)
    request = Request(
        method=body["method"],
        path=body["path"],
        query=body["query"],
        headers=body["headers"],
        body=base64.b64decode(body["body"]),
        received_at=datetime.fromisoformat(body["received_at"]),
    )
    replayed = datetime.fromisoformat(body["replayed"]) if body["replayed"] else None
    return Quarantined(record.id, body["source"], body["reason"], request, replayed)
