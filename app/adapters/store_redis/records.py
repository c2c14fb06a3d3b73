"""Small records by kind and id."""

from collections.abc import Sequence
from datetime import datetime

from app.adapters.store_redis import written
from app.adapters.store_redis.keys import Keys
from app.adapters.store_redis.primary import Order, Primary
from app.adapters.store_redis.scripts import ADD_RECORD, PUT_RECORDS, SWEEP
from app.adapters.store_redis.texts import NUL, instant, ticks
from app.service.ports import Record

AT_ONCE = 1000
_AFTER_NUL = "\x01"


async def get(primary: Primary, keys: Keys, kind: str, id: str) -> Record | None:
    (text,) = await primary.read(("HGET", keys.named("records"), f"{kind}{NUL}{id}"))
    return None if text is None else _record(f"{kind}{NUL}{id}".encode(), text)


async def page(primary: Primary, keys: Keys, kind: str, limit: int, before: str) -> list[Record]:
    newest = f"({kind}{NUL}{before}" if before else f"({kind}{_AFTER_NUL}"
    names = ("ZREVRANGEBYLEX", keys.named("record_ids"), newest, f"[{kind}{NUL}", "LIMIT", 0, limit)
    return await _named(primary, keys, (await primary.read(names))[0])


async def every(primary: Primary, keys: Keys, after: tuple[str, str], limit: int) -> list[Record]:
    first = f"({NUL.join(after)}" if any(after) else "-"
    names = ("ZRANGEBYLEX", keys.named("record_ids"), first, "+", "LIMIT", 0, limit)
    return await _named(primary, keys, (await primary.read(names))[0])


async def add(primary: Primary, record: Record, keep: int | None) -> bool:
    asked = {
        "record": written.record(record),
        "keep": keep,
        "from": f"[{record.kind}{NUL}",
        "to": f"({record.kind}{_AFTER_NUL}",
    }
    (added,) = await primary.write(Order(ADD_RECORD, asked, confirmed=True))
    return bool(added)


async def put(primary: Primary, records: Sequence[Record]) -> None:
    asked = {"records": [written.record(record) for record in records], "drop": []}
    await primary.write(Order(PUT_RECORDS, asked, confirmed=True))


async def delete(primary: Primary, kind: str, id: str) -> None:
    await primary.write(Order(PUT_RECORDS, {"records": [], "drop": [f"{kind}{NUL}{id}"]}, confirmed=True))


async def sweep(primary: Primary, now: datetime) -> int:
    total = 0
    while True:
        dropped: int
        (dropped,) = await primary.write(Order(SWEEP, {"now": ticks(now), "limit": AT_ONCE}))
        total += dropped
        if dropped < AT_ONCE:
            return total


async def _named(primary: Primary, keys: Keys, names: Sequence[bytes]) -> list[Record]:
    if not names:
        return []
    (texts,) = await primary.read(("HMGET", keys.named("records"), *names))
    return [_record(name, text) for name, text in zip(names, texts, strict=True) if text is not None]


def _record(name: bytes, text: bytes) -> Record:
    kind, _, id = name.decode().partition(NUL)
    expires, _, body = text.decode().partition("\n")
    return Record(kind, id, body, instant(int(expires)) if expires else None)
