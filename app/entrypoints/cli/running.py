"""Starting and ending the server process; uvicorn and all of the application are imported with this module."""

import asyncio
import errno
import gc
import signal
import socket
import sys
from collections.abc import Callable

import typer
import uvicorn
import uvloop
from fastapi import FastAPI

from app.config import Settings
from app.entrypoints.cli.failures import CommandFailed
from app.entrypoints.cli.greeting import greeting
from app.entrypoints.http.app import create_app
from app.entrypoints.worker import Worker
from app.wired_access import first_link
from app.wiring import assemble

BACKLOG = 2048
KEEP_ALIVE = {
    getattr(socket, name): value
    for name, value in {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 15, "TCP_KEEPCNT": 4}.items()
    if hasattr(socket, name)
}
"""Seconds and tries. A connection whose other end has died without a word, or behind a router that forgot it, is found
out: otherwise it would stay open for ever, and in the end none could be opened."""

YOUNG_VALUES = 50_000
"""How many more values than have gone away make the garbage collector look."""

SWITCH_SECONDS = 0.00002
"""How long the event loop may keep Python's lock from the store's thread, whose commits would starve beside a busy loop
(ADR 2)."""

GRACE_SECONDS = 10
"""How long requests under way may take once the server is told to stop; messages in hand have the worker's own time."""


def run_server(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then end cleanly. The address is taken before anything is opened, so that a second
    server touches nothing of the first one's. Raises `CommandFailed`, `InvalidRules` or `StoreRefused`."""
    with _listen(settings.host, settings.port) as listening:
        bound = settings.model_copy(update={"port": listening.getsockname()[1]})
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(bound, listening))


async def _serve(settings: Settings, listening: socket.socket) -> None:
    application = await assemble(settings)
    app = create_app(application, Worker(application))
    sign_in = await first_link(application)
    server = _Server(_config(app), lambda: typer.echo(greeting(application, sign_in)), app.state.live.close)
    for stop in (signal.SIGTERM, signal.SIGINT):
        # Having ended gracefully, uvicorn raises the signal once more; that must not look like a crash.
        signal.signal(stop, lambda number, frame: None)
    _spare_the_collector()
    sys.setswitchinterval(SWITCH_SECONDS)
    await server.serve([listening])


def _spare_the_collector() -> None:
    """What is there at the start stays: the garbage collector need not look at it again. And a hundred alerts make
    thousands of values that all live until their commit: looking at them before is in vain, and cost a fifth."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_VALUES)


def _config(app: FastAPI) -> uvicorn.Config:
    """No access log and no log settings of uvicorn's own: the application logs by itself."""
    return uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        proxy_headers=False,
        log_config=None,
        server_header=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


class _Server(uvicorn.Server):
    """Says so once it really takes requests, and once it begins to end: streams would hold it up."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None], ending: Callable[[], None]) -> None:
        super().__init__(config)
        self._say_started = started
        self._say_ending = ending

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._say_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._say_ending()
        await super().shutdown(sockets)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.create_server((host, port), family=family, backlog=BACKLOG)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in KEEP_ALIVE.items():
            listening.setsockopt(socket.IPPROTO_TCP, option, value)
        return listening
    except OSError as error:
        raise CommandFailed(_why_not(error, host, port)) from None


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is in use: stop what listens there, or choose another with --port"
    if error.errno == errno.EACCES:
        return f"port {port} on {host} needs privileges: choose one above 1023 with --port"
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is not an address of this machine: choose one with --host, such as 127.0.0.1"
    return f"cannot listen on {host}, port {port} ({error.strerror}): choose others with --host and --port"
