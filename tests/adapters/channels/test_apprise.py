"""Apprise is asked off the event loop, within a bound; with the library there it keeps what else a channel promises."""

import asyncio
import importlib
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from app.adapters.channels import apprise as module
from app.adapters.channels.apprise import Apprise
from app.domain.message import MessageKind
from app.domain.notification import Rejected, Retry, Sent
from app.service.ports import Channel
from tests.contracts.channel_contract import RemoteContract, assert_no_secret
from tests.contracts.channel_rig import HOSTILE, QUICK, Received, RemoteRig, a_page, an_item

URL = "json://s3cr3t@example.com/x"


@dataclass
class Library:
    """Stands in for Apprise where it is not installed: one service of which the test says what it takes and does."""

    title_maxlen: int = 250
    body_maxlen: int = 32_768
    knows: bool = True
    works: bool = True
    gate: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None
    told: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate.set()

    def AppriseAsset(self, **_: object) -> object:
        return None

    @property
    def Apprise(self) -> Any:
        def made(asset: object) -> Any:
            return SimpleNamespace(add=lambda service: None, notify=self._notify)

        made.instantiate = lambda url, asset: self if self.knows else None  # type: ignore[attr-defined]
        return made

    def _notify(self, **message: Any) -> bool:
        self.gate.wait()
        if self.error:
            raise self.error
        self.told.append(message)
        return self.works


async def test_a_page_has_its_headline_as_title_and_its_facts_as_text() -> None:
    library = Library()

    outcome = await Apprise(library).send(a_page(URL))

    assert outcome == Sent()
    [told] = library.told
    assert (told["title"], told["notify_type"], told["body_format"]) == (
        "CRITICAL Checkout answers 500",
        "failure",
        "text",
    )
    assert told["body"].startswith("why you: You are primary this week")
    assert an_item().link in told["body"]


async def test_where_it_is_not_installed_it_says_how_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IS_INSTALLED", False)

    assert await Apprise().send(a_page(URL)) == Rejected(
        "apprise is not installed here; install it: pip install 'oncall-router[apprise]'"
    )


async def test_a_service_that_hangs_keeps_a_thread_and_not_the_loop_and_their_number_is_bounded() -> None:
    library = Library()
    library.gate.clear()
    channel = Apprise(library, patience=timedelta(seconds=0.1))

    async with asyncio.timeout(3):
        hung = await asyncio.gather(*(channel.send(a_page(URL)) for _ in range(module.MOST_THREADS)))
        busy = await channel.send(a_page(URL))
    library.gate.set()
    again = busy
    for _ in range(300):
        await asyncio.sleep(0.01)
        if len(library.told) >= module.MOST_THREADS and (again := await channel.send(a_page(URL))) != busy:
            break

    assert set(hung) == {Retry("apprise did not end in time")}
    assert busy == Retry("apprise is busy with messages that take long")
    assert again == Sent()


@pytest.mark.parametrize(
    ("library", "outcome"),
    [
        (
            Library(knows=False),
            Rejected("apprise does not know this address, or a library that it needs is not installed"),
        ),
        (Library(works=False), Retry("apprise could not deliver it, and does not say why")),
        (Library(error=TypeError("s3cr3t")), Retry("apprise broke: TypeError")),
    ],
)
async def test_what_goes_wrong_is_said_without_the_address(library: Library, outcome: object) -> None:
    assert await Apprise(library).send(a_page(URL)) == outcome


@pytest.mark.parametrize(("most_of_title", "most_of_body"), [(250, 32_768), (0, 500), (0, 160), (100, 300)])
async def test_texts_stay_within_what_the_service_takes_and_hold_the_link(
    most_of_title: int, most_of_body: int
) -> None:
    library = Library(most_of_title, most_of_body)
    link = "https://oncall.example.com/a/ImluY18wMSI.aGVsbG8.c2ln"

    await Apprise(library).send(a_page(URL, an_item(title="x" * 900, why="w" * 900), headline="h" * 900))

    [told] = library.told
    assert len(told["title"]) <= (most_of_title or most_of_body)
    assert len(told["title"]) + 2 + len(told["body"]) <= most_of_body
    assert link in told["body"]


@pytest.mark.parametrize(
    ("kind", "severity", "type_"),
    [
        (MessageKind.PAGE, "high", "warning"),
        (MessageKind.PAGE, "triage", "info"),
        (MessageKind.POST, "critical", "info"),
        (MessageKind.RESOLVED, "critical", "success"),
    ],
)
async def test_the_type_follows_from_what_is_asked(kind: MessageKind, severity: str, type_: str) -> None:
    library = Library()

    await Apprise(library).send(a_page(URL, an_item(severity=severity), kind=kind))

    assert library.told[0]["notify_type"] == type_


async def test_markup_and_mentions_in_an_alert_are_neither() -> None:
    library = Library()

    await Apprise(library).send(a_page(URL, an_item(title=HOSTILE, remark="[x](https://evil) @everyone <@U1>")))

    [told] = library.told
    assert not set("<>[]`\x1b\x00\u202e") & set(told["title"] + told["body"])
    assert "@everyone" not in told["body"]


@dataclass
class Receiver:
    """What Apprise's own plugin for JSON posts to: https://appriseit.com/services/json/."""

    requests: list[Request] = field(default_factory=list)
    status: int = 200

    def __call__(self, request: Request) -> Response:
        body: Mapping[str, object] = json.loads(request.get_data())
        if not {"version", "title", "message", "type"} <= body.keys():
            return Response(status=400)
        self.requests.append(request)
        return Response(status=self.status)

    def received(self) -> Iterator[Received]:
        for request in self.requests:
            body = request.get_json()
            yield Received(read=f"{body['title']}\n{body['message']}", raw=request.get_data(as_text=True))


@pytest.fixture
def receiver(httpserver: HTTPServer) -> Receiver:
    receiver = Receiver()
    httpserver.expect_request("/hook", method="POST").respond_with_handler(receiver)
    return receiver


@pytest.fixture
def rig(receiver: Receiver, httpserver: HTTPServer) -> RemoteRig:
    if not module.IS_INSTALLED:
        pytest.skip("the optional extra apprise is not installed")
    library = importlib.import_module("apprise")
    library.Apprise.instantiate("json://localhost")  # The first time it reads all its plugins.
    channel = Apprise(library, patience=QUICK * 2)

    def address(port: int) -> str:
        return f"json://asha:hunter2@127.0.0.1:{port}/hook?+x-token=s3cr3t"

    def at_port(port: int) -> tuple[Channel, str]:
        return channel, address(port)

    return RemoteRig(
        channel=channel,
        address=address(httpserver.port),
        received=lambda: list(receiver.received()),
        live=("<", ">", "](", "```", "\\u001b", "\\u202e"),
        secrets=("hunter2", "s3cr3t"),
        at_port=at_port,
    )


@pytest.mark.server
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
class TestApprise(RemoteContract):
    """Every promise that the library leaves to be kept: its yes or no says nothing of statuses and waits."""

    provider_knows_repeats = False
    may_count_what_is_left_off = True

    async def test_a_no_is_tried_again_and_prints_no_secret(
        self,
        rig: RemoteRig,
        receiver: Receiver,
        caplog: pytest.LogCaptureFixture,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        caplog.set_level("DEBUG")
        receiver.status = 403

        outcome = await rig.channel.send(a_page(rig.address))

        assert isinstance(outcome, Retry)
        assert_no_secret(rig, rig.channel, outcome, caplog, capsys)
