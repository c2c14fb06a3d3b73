"""What is answered with 202 is on the disk by then: seen in the system calls of the running server.

A kill -9 proves nothing of this, since the kernel keeps what a dead process has written.
"""

import os
import re
import shutil
import signal
import sys
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from tests.faults.people import people
from tests.faults.running import COMMAND, PATIENCE, House, Server, an_alert, serving, wait_for

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(
        shutil.which("strace") is None, reason="NOT PROVEN: install strace to see the fsync before each reply"
    ),
]

ALERTS = 12
CALLS = "read,readv,recvfrom,recvmsg,write,writev,sendto,sendmsg,pwrite64,pwritev,fsync,fdatasync"

WHOLE = re.compile(r"^(?P<thread>\d+) +(?P<name>\w+)\((?P<rest>.*)$")
RESUMED = re.compile(r"^(?P<thread>\d+) +<\.\.\. \w+ resumed>(?P<rest>.*)$")
ASKED = re.compile(r'"POST /(webhooks|api)/')
ANSWERED = re.compile(r'"HTTP/1\.1 20[12] ')


@dataclass(slots=True)
class Witness:
    """Reads a trace and says what happened, in order: `asked`, `written` and `synced` (to the log), `answered`."""

    seen: list[str] = field(default_factory=list)
    _begun: dict[str, str] = field(default_factory=dict)

    def watch(self, line: str) -> None:
        """A call counts when it returns, but an answer when it begins."""
        if whole := WHOLE.match(line):
            thread, name, rest = whole.groups()
            call = f"{name}({rest.removesuffix(' <unfinished ...>')}"
            if name.startswith(("write", "send")) and ANSWERED.search(call):
                self.seen.append("answered")
            if rest.endswith("<unfinished ...>"):
                self._begun[thread] = call
            else:
                self._returned(call)
        elif resumed := RESUMED.match(line):
            self._returned(self._begun.pop(resumed["thread"], "") + resumed["rest"])

    def _returned(self, call: str) -> None:
        if call.startswith(("read", "recv")) and ASKED.search(call):
            self.seen.append("asked")
        elif call.startswith("pwrite") and "-wal>" in call:
            self.seen.append("written")
        elif call.startswith(("fsync", "fdatasync")) and "-wal>" in call and call.rstrip().endswith("= 0"):
            self.seen.append("synced")

    def answers(self) -> int:
        return self.seen.count("answered")

    def early(self) -> int:
        """Answers before which the log was not both written and then synced, since their request was read."""
        found, since = 0, list[str]()
        for event in self.seen:
            if event == "answered":
                found += "written" not in since or since[-1] != "synced"
            since = [] if event in ("asked", "answered") else [*since, event]
        return found


def traced(tmp_path: Path, *program: str | Path) -> Witness:
    """Run the program under strace, send alerts one by one and let each be paged before the next, and look."""
    trace = tmp_path / "trace"
    strace = ["strace", "-f", "--seccomp-bpf", "-yy", "-s", "64", "-e", f"trace={CALLS}", "-o", trace, *program]
    with people() as them, serving(House(tmp_path / "house", people=them.url), strace) as server:
        for number in range(ALERTS):
            incident = report(server, number)
            wait_for(partial(is_paged, server, incident), "the page, and the record of it")
        stop(server)
    witness = Witness()
    for line in trace.read_text(errors="replace").splitlines():
        witness.watch(line)
    return witness


def report(server: Server, number: int) -> str:
    """By webhook, or by a person; the incident's id."""
    if number % 3:
        reply = server.ask("POST", "/webhooks/generic", an_alert(f"alert-{number}"))
        assert reply.status == 202, reply
        return str(reply.json()["incidents"][0])
    raised = {"title": f"alert-{number}", "severity": "critical", "by": "asha"}
    reply = server.ask("POST", "/api/v1/incidents", raised)
    assert reply.status == 201, reply
    return str(reply.json()["id"])


def is_paged(server: Server, incident: str) -> bool:
    """Nothing of this incident is still to be written."""
    found = server.ask("GET", f"/api/v1/incidents/{incident}/notifications").json()["items"]
    return len(found) == 2 and all(one["state"] == "done" for one in found)


def stop(server: Server) -> None:
    """strace itself takes no SIGTERM: its child does, and it ends as that does."""
    (child,) = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    os.kill(int(child), signal.SIGTERM)
    assert server.process.wait(PATIENCE) == 0, server.said()


def test_every_reply_waits_until_the_log_is_on_the_disk(tmp_path: Path) -> None:
    witness = traced(tmp_path, COMMAND)

    assert witness.answers() == ALERTS
    assert witness.early() == 0


def test_a_store_that_does_not_wait_for_the_disk_is_found_out(tmp_path: Path) -> None:
    witness = traced(tmp_path, sys.executable, "-m", "tests.faults.planted", "synchronous-off")

    assert witness.answers() == ALERTS
    assert witness.early() == ALERTS
