"""Socket Mode against a local server: what comes is handed in, answered after that, and the socket comes back."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from websockets.asyncio.server import ServerConnection, serve

from app.adapters.channels.slack_api import SlackApi
from app.adapters.outbound_http import OutboundHttp
from app.adapters.slack_socket import SlackSocket
from app.adapters.sources.fields import Fields
from tests.adapters.channels.fake_slack import FakeSlack
from tests.adapters.store_redis.until import until
from tests.contracts.channel_rig import QUICK

pytestmark = pytest.mark.server

APP_TOKEN = "xapp-1-s3cr3t"
HELLO = {"type": "hello", "num_connections": 1}


class Town:
    """Slack's end of the sockets: `script` says what each connection in turn is sent; what it answers is in `heard`."""

    def __init__(self, *script: list[Any]) -> None:
        self.script = list(script)
        self.connections = 0
        self.heard: list[dict[str, Any]] = []
        self.answered = asyncio.Event()

    async def talk(self, socket: ServerConnection) -> None:
        frames = self.script[self.connections] if self.connections < len(self.script) else [HELLO]
        self.connections += 1
        for frame in frames:
            if frame is None:
                socket.transport.abort()
                return
            await socket.send(frame if isinstance(frame, str | bytes) else json.dumps(frame))
        async for answer in socket:
            self.heard.append(json.loads(answer))
            self.answered.set()


@asynccontextmanager
async def running(
    town: Town, httpserver: HTTPServer, handle: Callable[[str, Fields], Any], first_wait: float = 0.01
) -> AsyncIterator[list[str]]:
    """The socket at work, and what it has said of its trouble."""
    fake, said, http = FakeSlack("xoxb-1"), list[str](), OutboundHttp(total=QUICK)
    httpserver.expect_request(re.compile(r"/api/[\w.]+"), method="POST").respond_with_handler(fake)
    async with serve(town.talk, "127.0.0.1", 0) as server:
        fake.app_token, fake.socket = APP_TOKEN, f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/t1cket"
        api = SlackApi(http, APP_TOKEN, httpserver.url_for("/api"))
        task = asyncio.create_task(SlackSocket(api, handle, said.append, first_wait).run())
        try:
            yield said
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await http.aclose()


def envelope(number: int, kind: str = "interactive", **payload: object) -> dict[str, object]:
    return {"envelope_id": f"e{number}", "type": kind, "payload": payload, "accepts_response_payload": True}


async def test_an_envelope_is_handed_in_and_acknowledged_with_the_answer_after_that(httpserver: HTTPServer) -> None:
    town, gate, taken = Town([HELLO, envelope(1, "slash_commands", text="who")]), asyncio.Event(), list[object]()

    async def handle(kind: str, payload: Fields) -> dict[str, object]:
        taken.append((kind, payload))
        await gate.wait()
        return {"text": "Asha"}

    async with running(town, httpserver, handle):
        await until(lambda: bool(taken))
        assert town.heard == []
        gate.set()
        await until(lambda: bool(town.heard))

    assert taken == [("slash_commands", {"text": "who"})]
    assert town.heard == [{"envelope_id": "e1", "payload": {"text": "Asha"}}]


async def test_one_that_takes_long_holds_up_no_other(httpserver: HTTPServer) -> None:
    town = Town([HELLO, envelope(1), envelope(2)])

    async def handle(kind: str, payload: Fields) -> None:
        if not town.heard and not slow.done():
            slow.set_result(None)
            await until(lambda: bool(town.heard))

    slow: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    async with running(town, httpserver, handle):
        await until(lambda: len(town.heard) == 2)

    assert town.heard == [{"envelope_id": "e2"}, {"envelope_id": "e1"}]


async def nothing(kind: str, payload: Fields) -> None:
    return None


async def test_it_connects_again_when_slack_says_goodbye_breaks_off_or_talks_nonsense(httpserver: HTTPServer) -> None:
    town = Town(
        [HELLO, {"type": "disconnect", "reason": "refresh_requested"}],
        [HELLO, None],
        [HELLO, "{", b"\xff", "[]", '"x"', {"type": 7}, {"envelope_id": {}}, "null", envelope(1)],
    )

    async with running(town, httpserver, nothing) as said:
        await until(lambda: bool(town.heard))

    assert (town.connections, town.heard) == (3, [{"envelope_id": "e1"}])
    assert [line for line in said if "t1cket" in line or APP_TOKEN in line] == []


async def test_an_envelope_that_breaks_something_here_is_not_acknowledged_and_the_socket_comes_back(
    httpserver: HTTPServer,
) -> None:
    town = Town([HELLO, envelope(1)], [HELLO, envelope(1)])
    calls = 0

    async def handle(kind: str, payload: Fields) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise RuntimeError("broken")

    async with running(town, httpserver, handle) as said:
        await until(lambda: bool(town.heard))

    assert town.heard == [{"envelope_id": "e1"}]
    assert said == ["slack: the socket broke (ExceptionGroup)"]


async def test_while_slack_gives_no_address_it_is_asked_ever_less_often(httpserver: HTTPServer) -> None:
    httpserver.expect_ordered_request("/api/apps.connections.open").respond_with_json(
        {"ok": False, "error": "internal_error"}
    )
    httpserver.expect_ordered_request("/api/apps.connections.open").respond_with_json({"ok": True, "url": "https://x"})
    httpserver.expect_ordered_request("/api/apps.connections.open").respond_with_data("down", status=503)
    http, said = OutboundHttp(total=QUICK), list[str]()
    api = SlackApi(http, APP_TOKEN, httpserver.url_for("/api"))

    task = asyncio.create_task(SlackSocket(api, nothing, said.append, first_wait=0.01).run())
    await until(lambda: len(said) >= 3)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await http.aclose()

    assert said[:3] == [
        "slack says internal_error",
        "slack gave no address to connect to",
        "slack answered 503",
    ]
