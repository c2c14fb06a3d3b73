"""What the stand-ins for ticket trackers have alike: the tickets that stand there, and answers that are lost."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

import jsonschema_rs
from werkzeug import Request, Response

from app.adapters.channels.tracker import INVISIBLE
from app.service.ports import Channel
from tests.adapters.channels.strict_vendor import Body, refusal, strings
from tests.contracts.channel_rig import Received, TrackerRig


@dataclass
class FakeTracker:
    """Once `status` is set it gives that, whatever comes. `loses`: the next ticket is opened and its answer lost. A
    ticket's title is plain text everywhere, so whatever stands in it is inert."""

    token: str
    tickets: list[Body] = field(default_factory=list)
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    said: str = "not the provider's own JSON"
    loses: bool = False

    def __call__(self, request: Request) -> Response:
        return Response(self.said, self.status, self.headers) if self.status else self.answer(request)

    def answer(self, request: Request) -> Response:
        raise NotImplementedError

    def opened(self, ticket: Body, answer: Body, status: int = 201) -> Response:
        """The ticket stands from now on."""
        self.tickets.append(ticket)
        if self.loses:
            self.loses = False
            return Response("bad gateway", 502)
        return a_reply(answer, status)

    def received(self) -> list[Received]:
        return [
            Received(read=as_read("\n".join(strings(one))), raw=json.dumps(one | {"title": _shown(one)}))
            for one in self.tickets
        ]

    def will_answer(self, status: int, headers: Mapping[str, str]) -> None:
        self.status, self.headers = status, headers

    def will_say(self, status: int, body: object, headers: Mapping[str, str] | None = None) -> None:
        self.status, self.headers, self.said = status, headers or {}, json.dumps(body)

    def will_lose(self) -> None:
        self.loses = True


def _shown(ticket: Body) -> str:
    return escape(str(ticket.get("title"))).replace("`", "'")


def a_tracker_rig(
    channel: Channel,
    address: str,
    fake: FakeTracker,
    at_port: Callable[[int], tuple[Channel, str]],
    secrets: tuple[str, ...],
    live: tuple[str, ...] = (),
) -> TrackerRig:
    return TrackerRig(
        channel=channel,
        address=address,
        received=fake.received,
        live=("\\u001b", "\\u202e", "\\u0002<", *live),
        secrets=secrets,
        at_port=at_port,
        answer=fake.will_answer,
        lose_the_answer=fake.will_lose,
    )


def as_read(markdown: str) -> str:
    """Markdown as people see it, links being their address."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown).replace(INVISIBLE, "")


def fault(schema: Body, body: Any) -> str:
    """What in a body is not as the vendor's pages say; empty for a good one."""
    return next((error.message for error in jsonschema_rs.validator_for(schema).iter_errors(body)), "")


def a_reply(body: object, status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")


def refused(problem: str, status: int = 400) -> Response:
    found = refusal(problem)
    found.status_code = status
    return found
