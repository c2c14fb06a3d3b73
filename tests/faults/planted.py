"""`oncall-router` with something planted in it: bugs that tests must notice, and circumstances that they need.

Run as `python -m tests.faults.planted WHAT serve …`; `lease=8` and `clock=300` are circumstances, with a number.
"""

import itertools
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from app.adapters import clock, journal_file
from app.adapters.store_redis import RedisStore
from app.adapters.store_redis import clock as server_clock
from app.adapters.store_sqlite import file
from app.domain.incident import Outcome
from app.entrypoints.cli.main import main
from app.service import dispatch, tick


def trust_the_cache(_: float) -> None:
    """The store no longer waits for the disk."""
    careful = file._SETTINGS
    file._SETTINGS = careful.replace("PRAGMA synchronous = FULL;", "PRAGMA synchronous = OFF;")
    assert careful != file._SETTINGS


def drop_the_journal(_: float) -> None:
    """What a replica had journalled before it was killed does not count when it starts again."""
    careful = journal_file.open_folder

    def forgetful(path: Path, most_bytes: int) -> Any:
        for segment in path.glob("*.journal"):
            segment.unlink()
        return careful(path, most_bytes)

    journal_file.open_folder = forgetful


def claim_without_lease(_: float) -> None:
    """What one worker has claimed, another may claim as well."""
    careful = RedisStore.claim_notifications

    async def claim_notifications(self: RedisStore, now: datetime, lease: timedelta, limit: int) -> Any:
        return await careful(self, now, timedelta(0), limit)

    RedisStore.claim_notifications = claim_notifications  # type: ignore[method-assign]


def forget_the_outbox(_: float) -> None:
    """Every fifth commit that opens something leaves its outgoing messages out."""
    careful, opening = RedisStore.commit, itertools.count(1)

    async def commit(self: RedisStore, decisions: Any, *rest: Any, **named: Any) -> None:
        opens = any(one.outcome is Outcome.OPENED for one in decisions)
        forgets = opens and next(opening) % 5 == 0
        kept = [replace(one, notifications=()) for one in decisions] if forgets else decisions
        await careful(self, kept, *rest, **named)

    RedisStore.commit = commit  # type: ignore[method-assign]


def trust_its_own_clock(_: float) -> None:
    """A replica asks its machine for the time, instead of the server that all of them share."""
    server_clock.ServerClock.now = lambda self: server_clock.machine_time()  # type: ignore[method-assign]


def lease_for(seconds: float) -> None:
    """So that a test need not wait a minute for what a killed worker had in hand."""
    dispatch.LEASE = tick.LEASE = timedelta(seconds=seconds)
    dispatch.LONGEST_SEND = seconds / 2


def shift_the_clock(seconds: float) -> None:
    """This machine's wall clock is wrong by so much; its steady clock runs as it should."""
    true = time.time

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(seconds=seconds)

    time.time = lambda: true() + seconds
    for module in (clock, server_clock):
        vars(module)["datetime"] = Shifted


PLANTED: Mapping[str, Callable[[float], None]] = {
    "synchronous-off": trust_the_cache,
    "journal-dropped": drop_the_journal,
    "no-lease": claim_without_lease,
    "outbox-forgotten": forget_the_outbox,
    "own-clock": trust_its_own_clock,
    "lease": lease_for,
    "clock": shift_the_clock,
}


def plant(what: str) -> None:
    name, _, number = what.partition("=")
    PLANTED[name](float(number or 0))


if __name__ == "__main__":
    plant(sys.argv.pop(1))
    main()
