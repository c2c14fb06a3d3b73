"""The whole application on loopback, at three o'clock on a Sunday night, for a real browser to look at."""

import asyncio
import socket
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import httpx
import uvicorn

from app.adapters.sessions import Session
from app.entrypoints.http.app import create_app
from app.entrypoints.worker import Worker
from app.service.signing_in import Offer, sign_in_address
from app.service.tokens import ADMIN as EVERY_SCOPE
from app.service.tokens import Scope
from app.wiring import Application, assemble
from tests.entrypoints.http.rig import ADMIN, PAYMENTS, SECRETS, SUNDAY_NIGHT, Recording, settings

T = TypeVar("T")


class NightClock:
    """Goes on like any other, from a Sunday at three; a test may move it forward."""

    def __init__(self) -> None:
        self._start = monotonic()
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return SUNDAY_NIGHT + timedelta(seconds=monotonic() - self._start) + self.ahead


@dataclass(slots=True)
class Site:
    """Served by a thread of this process, so that a test can look behind it."""

    folder: Path
    clock: NightClock = field(default_factory=NightClock)
    channel: Recording = field(default_factory=Recording)
    port: int = 0
    application: Application = field(init=False)
    _loop: asyncio.AbstractEventLoop = field(init=False)
    _server: uvicorn.Server = field(init=False)
    _thread: threading.Thread = field(init=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """On the port that it had before, if it had one."""
        listening = socket.create_server(("127.0.0.1", self.port), reuse_port=False)
        self.port = listening.getsockname()[1]
        ready: Future[None] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(listening, ready)), daemon=True)
        self._thread.start()
        ready.result(20)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive(), "open streams hold the server up"

    async def _serve(self, listening: socket.socket, ready: "Future[None]") -> None:
        configured = settings(self.folder, public_url=self.url)
        self._loop = asyncio.get_running_loop()
        self.application = await assemble(configured, self.clock, {"console": self.channel}, SECRETS)
        app = create_app(self.application, Worker(self.application))
        self._server = _Server(app, ready)
        await self._server.serve([listening])

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` gives, done in the server's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        reply = httpx.post(self.url + path, json=body, headers={"authorization": f"Bearer {ADMIN}"})
        assert reply.is_success, reply.text
        return dict(reply.json())

    def incident(self, id: str) -> dict[str, Any]:
        reply = httpx.get(f"{self.url}/api/v1/incidents/{id}", headers={"authorization": f"Bearer {ADMIN}"})
        return dict(reply.json())

    def opened(self, key: str, title: str = "Payments API is down", **changes: Any) -> str:
        """The id of a new incident, critical unless `changes` say otherwise."""
        body = {"title": title, "severity": "critical", "dedup_key": key, "labels": PAYMENTS, **changes}
        return str(self.post("/webhooks/generic", **body)["incidents"][0])

    def session(self, person: str, scopes: frozenset[Scope] = EVERY_SCOPE) -> str:
        """The cookie of somebody who has just signed in."""
        return self.application.sessions.seal(Session.begin(person, "", scopes, self.clock.now()))

    def sign_in_link(self, person: str, scopes: frozenset[Scope] = EVERY_SCOPE) -> str:
        secret, record = self.application.signing_in.new_link(Offer(person, scopes))
        self.do(self.application.store.put_record(record))
        return sign_in_address(self.url, secret)


class _Server(uvicorn.Server):
    """Says when it serves, and ends its streams when it is to end, as the command does."""

    def __init__(self, app: Any, ready: "Future[None]") -> None:
        super().__init__(uvicorn.Config(app, log_config=None, access_log=False, lifespan="on"))
        self._app = app
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready.set_result(None)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.state.live.close()
        await super().shutdown(sockets)
