"""What is really in the store, read beside the running service and round it."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Stored:
    """Rows by table; `timers` are incidents with a deadline, `unsent` messages that are due and not sent."""

    incidents: int
    timers: int
    alerts: int
    timeline: int
    outbox: int
    unsent: int

    def since(self, before: "Stored") -> "Stored":
        return Stored(
            self.incidents - before.incidents,
            self.timers - before.timers,
            self.alerts - before.alerts,
            self.timeline - before.timeline,
            self.outbox - before.outbox,
            self.unsent - before.unsent,
        )


Look = Callable[[], Stored]


def look(database: Path) -> Stored:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=20)) as connection:
        found = connection.execute(
            """SELECT (SELECT count(*) FROM incidents), (SELECT count(*) FROM incidents WHERE due_at IS NOT NULL),
            (SELECT count(*) FROM alerts), (SELECT count(*) FROM timeline), (SELECT count(*) FROM outbox),
            (SELECT count(*) FROM outbox WHERE due_at <= ?)""",
            (time.time_ns() // 1000,),
        ).fetchone()
    return Stored(*found)


def file_size(database: Path) -> int:
    """Bytes of the file once all that is in its log has been taken over."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=20)) as connection:
        (pages,), (size,) = (connection.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
        return int(pages * size)


def wait_until_sent(look: Look, patience: float) -> float:
    """Seconds until nothing that is due is left to send; raises `TimeoutError` after `patience`."""
    start = time.monotonic()
    while unsent := look().unsent:
        if time.monotonic() - start > patience:
            raise TimeoutError(f"{unsent} messages are still unsent after {patience:g} s")
        time.sleep(0.25)
    return time.monotonic() - start
