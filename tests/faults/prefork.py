"""Starts servers at once: it has imported all of the program, and each server is a fork of it that runs `main()`.

Run as `python -m tests.faults.prefork`. A line of JSON on stdin, `{"arguments": […], "log": path}`, starts a process;
its pid comes back as a line, and when it has ended a second one: its exit code, or minus the signal that killed it.
"""

import json
import os
import sys

from app.entrypoints.cli import running
from app.entrypoints.cli.main import main

assert running  # Imported for what it imports: the whole application.


def become_server(arguments: list[str], log: str) -> None:
    said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for descriptor, target in ((os.open(os.devnull, os.O_RDONLY), 0), (said, 1), (said, 2)):
        os.dup2(descriptor, target)
    sys.argv = ["oncall-router", *arguments]
    code: object = 70
    try:
        main()
        code = 0
    except SystemExit as ended:
        code = ended.code or 0
    finally:
        os._exit(code if isinstance(code, int) else 1)


def serve_orders() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            become_server(order["arguments"], order["log"])
        print(pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    serve_orders()
