"""Refused bodies of known sources are kept, bounded, so that nothing a tool sent is gone before a fix."""

import base64
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.errors import NotFound
from app.service.ports import Record, Store
from app.service.source_ports import Request

KIND = "quarantine"
BODY = "quarantine-body"
"""The requests themselves, under the same ids: a list of a thousand need not read a thousand bodies."""

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
PAGE = 500
REPLAYED_KEPT = timedelta(days=7)
"""What was taken after all makes room by itself."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A refused request without itself. `replayed` is when it was taken after all, or None; `cut`: its body is not
    whole, of which `size` bytes are kept."""

    id: str
    source: str
    reason: str
    received_at: datetime
    size: int
    replayed: datetime | None = None
    cut: bool = False

    @property
    def waits(self) -> bool:
        """Whether it can be replayed and has not been."""
        return self.replayed is None and not self.cut


@dataclass(frozen=True, slots=True)
class Filter:
    """Which ones: of one source (empty: of any), and those that were replayed or were not (None: both)."""

    source: str = ""
    replayed: bool | None = None

    def takes(self, one: Quarantined) -> bool:
        fits = self.replayed is None or self.replayed == (one.replayed is not None)
        return fits and self.source in ("", one.source)


ALL = Filter()


async def keep_refused(
    source: str, reason: str, request: Request, secret: str, store: Store, keep: int, new_id: Callable[[], str]
) -> str:
    """Store a refused request without its credentials and return its id; the oldest beyond `keep` are dropped.

    `secret` is the source's own: some tools send it in the body.
    """
    kept = _without(request, secret)
    size, cut = min(len(kept.body), MOST_BYTES), len(kept.body) > MOST_BYTES
    one = Quarantined(new_id(), source, reason, request.received_at, size, cut=cut)
    await store.add_record(_body_record(one.id, kept), keep=keep)
    await store.add_record(_record(one), keep=keep)
    return one.id


async def quarantined(store: Store, limit: int, before: str = "", filter: Filter = ALL) -> list[Quarantined]:
    """Newest first."""
    found: list[Quarantined] = []
    while len(found) < limit:
        page = [_read(record) for record in await store.records(KIND, PAGE, before)]
        found += [one for one in page if filter.takes(one)]
        if len(page) < PAGE:
            break
        before = page[-1].id
    return found[:limit]


async def waiting(store: Store, source: str = "") -> list[Quarantined]:
    """All that can be replayed, oldest first."""
    found: list[Quarantined] = []
    before = ""
    while page := await quarantined(store, PAGE, before, Filter(source, replayed=False)):
        found += [one for one in page if one.waits]
        before = page[-1].id
    return found[::-1]


async def waiting_by_source(store: Store) -> Mapping[str, int]:
    return Counter(one.source for one in await waiting(store))


async def one_quarantined(store: Store, id: str) -> Quarantined:
    """Raises `NotFound`."""
    record = await store.record(KIND, id)
    if record is None:
        raise NotFound(f"nothing in quarantine has the id {id[:80]!r}")
    return _read(record)


async def kept_body(store: Store, id: str) -> Record:
    """What `request_in` reads. Raises `NotFound`."""
    record = await store.record(BODY, id) or await _in_one(store, id)
    if record is None:
        raise NotFound(f"the body of {id[:80]!r} is not in quarantine any more")
    return record


def request_in(record: Record) -> Request:
    """The request as it was kept."""
    body = json.loads(record.body)
    return Request(
        method=body["method"],
        path=body["path"],
        query=body["query"],
        headers=body["headers"],
        body=base64.b64decode(body["body"]),
        received_at=datetime.fromisoformat(body["received_at"]),
    )


def replayed_records(one: Quarantined, body: Record, at: datetime) -> tuple[Record, ...]:
    """The mark that it was taken, for the commit that takes it; and both parts make room for others later."""
    marked = _record(replace(one, replayed=at))
    return tuple(replace(part, expires_at=at + REPLAYED_KEPT) for part in (marked, body))


async def dismiss(store: Store, id: str) -> None:
    """It is not listed any more from the first step on; a body that was left over goes as the oldest one does."""
    await store.delete_record(KIND, id)
    await store.delete_record(BODY, id)


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
    body = {
        "source": one.source,
        "reason": one.reason,
        "received_at": one.received_at.isoformat(),
        "size": one.size,
        "replayed": one.replayed.isoformat() if one.replayed else None,
        "cut": one.cut,
    }
    return Record(KIND, one.id, json.dumps(body))


async def _in_one(store: Store, id: str) -> Record | None:
    """The body of one that was kept before lists had records of their own: both were in one."""
    record = await store.record(KIND, id)
    return replace(record, kind=BODY) if record and "body" in json.loads(record.body) else None


def _body_record(id: str, request: Request) -> Record:
    body = {
        "method": request.method,
        "path": request.path,
        "query": {name: value for name, value in request.query.items() if name not in QUERY_TOKENS},
        "headers": {name: value for name, value in request.headers.items() if name not in SECRET_HEADERS},
        "body": base64.b64encode(request.body[:MOST_BYTES]).decode(),
        "received_at": request.received_at.isoformat(),
    }
    return Record(BODY, id, json.dumps(body))


def _read(record: Record) -> Quarantined:
    body = json.loads(record.body)
    return Quarantined(
        id=record.id,
        source=body["source"],
        reason=body["reason"],
        received_at=datetime.fromisoformat(body["received_at"]),
        size=body["size"] if "size" in body else len(base64.b64decode(body["body"])),
        replayed=datetime.fromisoformat(body["replayed"]) if body["replayed"] else None,
        cut=body["cut"],
    )
