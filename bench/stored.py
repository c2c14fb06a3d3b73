"""What is really in the store, read from its file beside the running server."""

import sqlite3
import time
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


def look(database: Path) -> Stored:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=20)) as connection:
        found = connection.execute(
            """SELECT (SELECT count(*) FROM incidents), (SELECT count(*) FROM incidents WHERE due_at IS NOT NULL),
            (SELECT count(*) FROM alerts), (SELECT count(*) FROM timeline), (SELECT count(*) FROM outbox),
            (SELECT count(*) FROM outbox WHERE due_at <= ?)""",
            (time.time_ns() // 1000,),
        ).fetchone()
    return Stored(*found)


def wait_until_sent(database: Path, patience: float) -> float:
    """Seconds until nothing that is due is left to send; raises `TimeoutError` after `patience`."""
    start = time.monotonic()
    while look(database).unsent:
        if time.monotonic() - start > patience:
            raise TimeoutError(f"{look(database).unsent} messages are still unsent after {patience:g} s")
        time.sleep(0.25)
    return time.monotonic() - start
