"""Refused bodies of known sources are kept, bounded, so that nothing a tool sent is gone before a fix."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.errors import NotFound
from app.service.ports import Record, Request, Store

KIND = "quarantine"
SECRET_HEADERS = frozenset(
    {
        *("authorization", "cookie", "proxy-authorization", "x-api-key", "x-routing-key"),
        *("cf-webhook-auth", "x-honeycomb-webhook-token"),
    }
)
QUERY_TOKENS = ("token", "access_token", "auth_token")
"""Names in a query that hold a credential: ours, that of RFC 6750 (CloudEvents), and Google Cloud Monitoring's."""

MOST_BYTES = 262_144
MASK = "***"
SHORTEST_SECRET = 8


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A refused request. `replayed` is when it was taken after all, or None; `cut`: its body is not whole."""

    id: str
    source: str
    reason: str
    request: Request
    replayed: datetime | None = None
    cut: bool = False


async def keep_refused(
    source: str, reason: str, request: Request, secret: str, store: Store, keep: int, new_id: Callable[[], str]
) -> str:
    """Store a refused request without its credentials and return its id; the oldest beyond `keep` are dropped.

    `secret` is the source's own: some tools send it in the body.
    """
    kept = Quarantined(new_id(), source, reason, _without(request, secret), cut=len(request.body) > MOST_BYTES)
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
    await store.put_record(_record(replace(one, replayed=at)))


def _without(request: Request, secret: str) -> Request:
    if len(secret) < SHORTEST_SECRET:
        return request
    body = request.body.replace(secret.encode("utf-8", "surrogatepass"), MASK.encode())
    return replace(
        request,
        body=body,
        query={name: value.replace(secret, MASK) for name, value in request.query.items()},
        headers={name: value.replace(secret, MASK) for name, value in request.headers.items()},
    )


def _record(one: Quarantined) -> Record:
    request = one.request
    body = {
        "source": one.source,
        "reason": one.reason,
        "method": request.method,
        "path": request.path,
        "query": {name: value for name, value in request.query.items() if name not in QUERY_TOKENS},
        "headers": {name: value for name, value in request.headers.items() if name not in SECRET_HEADERS},
        "body": base64.b64encode(request.body[:MOST_BYTES]).decode(),
        "received_at": request.received_at.isoformat(),
        "replayed": one.replayed.isoformat() if one.replayed else None,
        "cut": one.cut,
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
    return Quarantined(record.id, body["source"], body["reason"], request, replayed, body["cut"])
