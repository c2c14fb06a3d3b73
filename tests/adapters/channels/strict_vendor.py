"""A provider that takes only what its pages describe: a JSON Schema says which fields, and what is wrong is refused."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs
from werkzeug import Request, Response

from app.adapters.outbound_http import OutboundHttp
from app.service.ports import Channel
from tests.contracts.channel_rig import HttpRig, Received

Body = dict[str, Any]
LINK = {"type": "string", "pattern": r"^https?://[^\s<>\"]+$"}


def an_object(required: str, optional: str = "", **fields: object) -> Body:
    """The schema of an object that has these fields (named in `required`, or in `optional`) and no others."""
    names = [*required.split(), *optional.split()]
    properties = {name: fields.get(name, True) for name in names}
    return {"type": "object", "required": required.split(), "properties": properties, "additionalProperties": False}


def a_text(longest: int, shortest: int = 1) -> Body:
    return {"type": "string", "minLength": shortest, "maxLength": longest}


def refuses_nothing(request: Request, body: Body) -> str:
    return ""


@dataclass
class StrictVendor:
    """Takes a body that fits `schema` and in which `problem` finds nothing, and answers `answer`; else 400. Once
    `status` is set it gives that, with `said` as its body, whatever comes."""

    schema: Body
    answer: Body
    problem: Callable[[Request, Body], str] = refuses_nothing
    good: int = 200
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    said: str = "not the provider's own JSON"
    requests: list[Request] = field(default_factory=list)
    taken: list[Body] = field(default_factory=list)
    key: Callable[[Body], str] = lambda body: ""
    read: Callable[[Request], Body] = lambda request: json_of(request)
    shown: Callable[[str], str] = str

    def __call__(self, request: Request) -> Response:
        if self.status:
            return Response(self.said, self.status, self.headers)
        try:
            body = self.read(request)
        except ValueError:
            return refusal("the body is not what the pages describe")
        problems = [error.message for error in jsonschema_rs.validator_for(self.schema).iter_errors(body)]
        problem = next(iter(problems), "") or self.problem(request, body)
        if problem:
            return refusal(problem)
        self.requests.append(request)
        self.taken.append(body)
        return Response(json.dumps(self.answer), self.good, content_type="application/json")

    def received(self) -> list[Received]:
        """What was taken; `read` is what a person sees, buttons and what a tap opens included."""
        return [
            Received(
                read=self.shown("\n".join(strings(body))),
                raw=request.get_data(as_text=True),
                key=self.key(body),
            )
            for request, body in zip(self.requests, self.taken, strict=True)
        ]

    def will_answer(self, status: int, headers: Mapping[str, str]) -> None:
        self.status, self.headers = status, headers

    def will_say(self, status: int, body: object, headers: Mapping[str, str] | None = None) -> None:
        self.status, self.headers, self.said = status, headers or {}, json.dumps(body)


def json_of(request: Request) -> Body:
    if request.mimetype != "application/json":
        raise ValueError(request.mimetype)
    found: Body = json.loads(request.get_data())
    return found


def refusal(problem: str) -> Response:
    return Response(json.dumps({"problem": problem}), 400, content_type="application/json")


def strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for one in value:
                yield from strings(one)
        case dict():
            for one in value.values():
                yield from strings(one)


def a_rig(
    channel: Channel,
    address: str,
    vendor: StrictVendor,
    at_port: Callable[[int], tuple[Channel, str]],
    secrets: tuple[str, ...],
    live: tuple[str, ...] = (),
) -> HttpRig:
    """The channel before its vendor. Control characters are live on every channel."""
    return HttpRig(
        channel=channel,
        address=address,
        received=vendor.received,
        live=("\\u001b", "\x1b", "\u202e", "%1B", "%E2%80%AE", *live),
        secrets=secrets,
        at_port=at_port,
        answer=vendor.will_answer,
    )


async def problem_with(
    http: OutboundHttp, url: str, body: object, headers: Mapping[str, str] | None = None
) -> str | None:
    """What the vendor at `url` refuses in this body; None if it takes it."""
    reply = await http.post(url, json=body, headers=headers)
    found = re.fullmatch(r'\{"problem": (".*")\}', reply.body.decode())
    return json.loads(found[1]) if reply.status == 400 and found else None
