"""The command: `python -m bench [--quick] [--only NAME] [--markdown]`; ends with an error when a target is missed."""

import argparse
import fcntl
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CalledProcessError
from typing import IO

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bench import accepting, claiming, crowded, flooding, holding, pages, paging, planning, replicas, reporting
from bench.course import Course
from bench.figures import Figure
from bench.load import LoadRefusedError
from bench.redis_server import bundled
from bench.serving import ALERTMANAGER, CLIENT_CORE, ServerFailedError
from bench.tables import markdown, tables

SCENARIOS: dict[str, Callable[[Course], list[Figure]]] = {
    "accepting": accepting.measure,
    "paging": paging.measure,
    "flooding": flooding.measure,
    "crowded": crowded.measure,
    "replicas": replicas.measure,
    "holding": holding.measure,
    "claiming": claiming.measure,
    "planning": planning.measure,
    "reporting": reporting.measure,
    "pages": pages.measure,
}
WIDTH = 110
BUSY = 0.7
"""The load average above which somebody else is at work here."""

FAILURES = (LoadRefusedError, ServerFailedError, TimeoutError, CalledProcessError)


def main() -> int:
    given = _arguments()
    if os.cpu_count() == 1 or not shutil.which("wrk") or not shutil.which("taskset"):
        sys.exit("the bench needs two cores, wrk (Debian: apt-get install wrk) and taskset (util-linux)")
    lock = _alone()
    os.sched_setaffinity(0, {CLIENT_CORE})
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    busy = os.getloadavg()[0]
    if busy > BUSY:
        console.print(f"[yellow]The machine is busy (load {busy:.1f}): expect worse figures, and wider ratios.[/]")
    begun = time.monotonic()
    figures, failed = _measure(given, console)
    for table in tables(figures):
        console.print(table)
    for reason in failed:
        console.print(f"[bold red]failed[/] {reason}")
    console.print(_remarks(time.monotonic() - begun))
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(_as_json(figures, given.quick, busy), indent=1) + "\n")
    console.print(f"written to {given.out}")
    if given.markdown:
        print(markdown(figures))
    lock.close()
    return int(bool(failed) or any(figure.is_missed for figure in figures))


def _alone() -> IO[str]:
    """Two benches on the same cores would measure each other; the lock goes with the process."""
    lock = (Path(tempfile.gettempdir()) / "oncall-router-bench.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit("another bench is running on this machine: wait for it, or both measure each other")
    return lock


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="some minutes: one short round, fewer open incidents")
    parser.add_argument("--only", choices=SCENARIOS, help="one part of it")
    parser.add_argument("--out", type=Path, default=Path("var/bench.json"), help="where the figures go as JSON")
    parser.add_argument("--markdown", action="store_true", help="print the figures as Markdown too, at the end")
    parser.add_argument("--redis", type=Path, help="a redis-server or valkey-server (default: the one of the tests)")
    parser.add_argument("--rounds", type=int, help="how often everything is repeated (3; quick: 1)")
    return parser.parse_args()


def _measure(given: argparse.Namespace, console: Console) -> tuple[list[Figure], list[str]]:
    """Every figure, and why parts have none: one that fails does not take the others with it."""
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with (
        tempfile.TemporaryDirectory(prefix="bench-", dir=_on_disk()) as folder,
        Progress(*columns, console=console, refresh_per_second=2, transient=True) as progress,
    ):
        task = progress.add_task("")

        def step(text: str) -> None:
            progress.update(task, description=text)
            if not console.is_terminal:
                console.print(text)

        course = _course(given, Path(folder).resolve(), step)
        figures: list[Figure] = []
        failed: list[str] = []
        for name in [given.only] if given.only else list(SCENARIOS):
            try:
                figures += SCENARIOS[name](course)
            except FAILURES as error:
                failed.append(f"{name}: {type(error).__name__}: {error}")
        return figures, failed


def _course(given: argparse.Namespace, folder: Path, step: Callable[[str], None]) -> Course:
    server = (given.redis or bundled()).resolve()
    if given.quick:
        return Course(folder, 1, given.rounds or 1, 5_000, 200, 5, 3, server, step)
    return Course(folder, 5, given.rounds or 3, 100_000, 2_000, 50, 10, server, step)


def _on_disk() -> Path:
    """Beside the data of a real server: /tmp may live in memory, where a sync costs nothing."""
    found = Path("var")
    found.mkdir(exist_ok=True)
    return found


def _remarks(seconds: float) -> str:
    beside = "" if ALERTMANAGER.exists() else " Alertmanager is not installed (Debian: prometheus-alertmanager)."
    return f"{seconds:.0f} s. Pages go through the signed webhook channel to a receiver on the client's core.{beside}"


def _as_json(figures: list[Figure], quick: bool, load: float) -> dict[str, object]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "python": platform.python_version(),
            "system": platform.platform(),
            "cores": os.cpu_count(),
            "load": load,
        },
        "quick": quick,
        "figures": [figure.as_json() for figure in figures],
    }


if __name__ == "__main__":
    sys.exit(main())
