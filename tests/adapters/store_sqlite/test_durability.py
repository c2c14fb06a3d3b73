"""What was acknowledged is on disk: shown by killing a writer, and by watching its system calls."""

import random
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.adapters.store_sqlite import SqliteStore
from tests.adapters.store_sqlite.peek import ids_in, rows_in
from tests.builders import a_decision, an_incident

pytestmark = pytest.mark.server

WRITER = (sys.executable, "-m", "tests.adapters.store_sqlite.writer")
ROUNDS = 10


def killed_while_writing(path: Path, after: float) -> set[str]:
    """Ids that the writer had printed in whole lines when it was killed, so long after the first."""
    writer = subprocess.Popen([*WRITER, str(path), "8"], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    first = writer.stdout.readline()
    time.sleep(after)
    writer.kill()
    rest, _ = writer.communicate()
    return {line.decode().strip() for line in (first + rest).splitlines(keepends=True) if line.endswith(b"\n")}


async def test_nothing_acknowledged_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "oncall.db"
    acknowledged: set[str] = set()
    for _ in range(ROUNDS):
        acknowledged |= killed_while_writing(path, after=random.uniform(0.0, 0.2))

        store = await SqliteStore.open(path)
        found = await ids_in(store)
        some = random.choice(sorted(acknowledged))
        whole = a_decision(incident=an_incident(id=some))
        assert (await store.load([], [some])).incidents == {some: whole.incident}
        assert await store.notifications(some) == list(whole.notifications)
        await store.close()

        assert acknowledged <= found
        for table in ("timeline", "outbox", "alerts"):
            assert rows_in(path, table) == len(found)
    assert len(acknowledged) > ROUNDS * 10


CALL = re.compile(r"^(?P<process>\d+) +(?P<name>\w+)\((?P<rest>.*)$")
RESUMED = re.compile(r"^(?P<process>\d+) +<\.\.\. (?P<name>\w+) resumed>(?P<rest>.*)$")


def system_calls(trace: str) -> list[str]:
    """`log written`, `log synced` and `acknowledged` in their order; a sync counts when it has returned."""
    events: list[str] = []
    unfinished: dict[str, str] = {}
    for line in trace.splitlines():
        if begun := CALL.match(line):
            process, name, rest = begun.groups()
            if name.startswith("pwrite") and "-wal>" in rest:
                events.append("log written")
            elif name == "write" and rest.startswith("1<"):
                events.append("acknowledged")
            elif name in ("fsync", "fdatasync") and "-wal>" in rest:
                if "unfinished" in rest:
                    unfinished[process] = name
                elif rest.rstrip().endswith("= 0"):
                    events.append("log synced")
        elif (resumed := RESUMED.match(line)) and unfinished.get(resumed["process"]) == resumed["name"]:
            del unfinished[resumed["process"]]
            if resumed["rest"].rstrip().endswith("= 0"):
                events.append("log synced")
    return events


def acknowledged_before_synced(events: list[str]) -> int:
    """How many acknowledgements had something written before them that was not synced yet, or nothing at all."""
    early = 0
    synced = False
    for event in events:
        if event == "acknowledged":
            early += not synced
            synced = False
        else:
            synced = event == "log synced"
    return early


@pytest.mark.skipif(
    shutil.which("strace") is None, reason="NOT PROVEN: install strace to see the fsync before each reply"
)
@pytest.mark.parametrize(("pragma", "early"), [("", 0), ("PRAGMA synchronous = OFF", 20)])
def test_the_log_is_synced_before_each_acknowledgement(tmp_path: Path, pragma: str, early: int) -> None:
    trace = tmp_path / "trace"
    watched = ("strace", "-f", "-y", "-s", "16", "-e", "trace=fsync,fdatasync,write,pwrite64,sendto", "-o", str(trace))

    done = subprocess.run([*watched, *WRITER, str(tmp_path / "oncall.db"), "1", "20", pragma], capture_output=True)

    assert done.returncode == 0, done.stderr.decode()
    assert len(done.stdout.splitlines()) == 20
    events = system_calls(trace.read_text())
    assert events.count("acknowledged") == 20
    assert events.count("log written") >= 20
    assert acknowledged_before_synced(events) == early
