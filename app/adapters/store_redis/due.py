"""What is due: claimed under leases, counted, and looked ahead to."""

from datetime import datetime, timedelta

from app.adapters.store_redis.keys import Keys
from app.adapters.store_redis.primary import Command, Order, Primary
from app.adapters.store_redis.scripts import CLAIM
from app.adapters.store_redis.texts import instant, ticks
from app.service.ports import Backlog


async def claim(primary: Primary, now: datetime, lease: timedelta, limit: int, outbox: bool) -> list[bytes]:
    """Members of the sorted set, oldest first."""
    asked = {"now": ticks(now), "ends": ticks(now + lease), "limit": limit, "outbox": outbox}
    claimed: list[bytes] = await primary.write(Order(CLAIM, asked))
    return claimed


async def backlog(primary: Primary, keys: Keys, now: datetime) -> Backlog:
    sets = [keys.named(f"{kind}_{state}") for kind in ("timers", "outbox") for state in ("due", "leased_due")]
    counts = [("ZCOUNT", name, "-inf", ticks(now)) for name in sets]
    found = await primary.read(*counts, *(_first(name) for name in sets))
    number, first = found[: len(sets)], [_at(members) for members in found[len(sets) :]]
    return Backlog(number[0] + number[1], _earliest(first[:2], now), number[2] + number[3], _earliest(first[2:], now))


async def next_due(primary: Primary, keys: Keys) -> datetime | None:
    sets = [keys.named(f"{kind}_{state}") for kind in ("timers", "outbox") for state in ("due", "leased")]
    found = await primary.read(*(_first(name) for name in sets))
    return min((at for members in found if (at := _at(members))), default=None)


def _first(name: str) -> Command:
    return ("ZRANGEBYSCORE", name, "-inf", "+inf", "WITHSCORES", "LIMIT", 0, 1)


def _at(members: list[bytes]) -> datetime | None:
    return instant(float(members[1])) if members else None


def _earliest(found: list[datetime | None], now: datetime) -> datetime | None:
    return min((at for at in found if at and at <= now), default=None)
