"""Starts servers at once: it has imported all of the program, and each server is a fork of it that runs `main()`.

Run as `python -m tests.faults.prefork`. Each line of JSON on stdin is answered by a line. `{"arguments": […],
"environment": {…}, "planted": […], "log": path}` starts a server: its pid. `{"ended": pid}` asks how one ended: its
exit code, minus the signal that killed it, or null while it runs.
"""

import json
import os
import sys

from app.entrypoints.cli import running
from app.entrypoints.cli.main import main
from tests.faults.planted import plant

assert running  # Imported for what it imports: the whole application.


def become_server(arguments: list[str], environment: dict[str, str], planted: list[str], log: str) -> None:
    said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for descriptor, target in ((os.open(os.devnull, os.O_RDONLY), 0), (said, 1), (said, 2)):
        os.dup2(descriptor, target)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["oncall-router", *arguments]
    code: object = 70
    try:
        for what in planted:
            plant(what)
        main()
        code = 0
    except SystemExit as ended:
        code = ended.code or 0
    finally:
        os._exit(code if isinstance(code, int) else 1)


def how_it_ended(pid: int) -> int | None:
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def serve_orders() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        if "ended" in order:
            print(json.dumps(how_it_ended(order["ended"])), flush=True)
            continue
        pid = os.fork()
        if pid == 0:
            become_server(**order)
        print(pid, flush=True)


if __name__ == "__main__":
    serve_orders()
