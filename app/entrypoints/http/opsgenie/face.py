"""What every reply of Opsgenie's paths has in common: Opsgenie's headers, and refusals in its shape.

It also keeps the path as it was sent: an alias may hold a slash, which is part of it while it is percent-encoded.
"""

import json
from dataclasses import dataclass
from time import perf_counter
from urllib.parse import quote
from uuid import uuid4

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.entrypoints.http.replies import json_text
from app.entrypoints.http.request_log import HEADER

ALERTS, HEARTBEATS = "/v2/alerts", "/v2/heartbeats"
PREFIXES = (ALERTS, HEARTBEATS)
UNPROCESSABLE = "Request body is not processable. Please check the errors."

_KEY = "opsgenie"
_PROBLEM = b"application/problem+json"
_CODES = {403: 40301}
"""Their finer codes, where the kind of refusal has one of its own."""

_SHORTEST = 0.001


@dataclass(slots=True)
class Face:
    """One request: its id, under which its status is found later, when it began, and whose key it had. `may_stop`: it
    may make an incident quiet, as a token of somebody's may, and a tool's key where its source is set so."""

    id: str
    start: float
    source: str = "unknown"
    may_stop: bool = False

    def took(self) -> float:
        """Seconds; never none at all, for a client takes zero for an answer that is missing."""
        return max(_SHORTEST, round(perf_counter() - self.start, 3))

    def signed(self, body: dict[str, object]) -> dict[str, object]:
        """A reply's body with what each of them ends with."""
        return {**body, "took": self.took(), "requestId": self.id}


def face_of(request: Request) -> Face:
    found: Face = request.scope[_KEY]
    return found


class OpsgenieFace:
    """Plain ASGI around all that is served; it only looks at what is below Opsgenie's paths."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"] if scope["type"] == "http" else ""
        if not any(path == prefix or path.startswith(f"{prefix}/") for prefix in PREFIXES):
            await self._app(scope, receive, send)
            return
        face = Face(str(uuid4()), perf_counter())
        structlog.contextvars.bind_contextvars(request_id=face.id)
        shown = _as_sent(scope).rstrip("/")
        await self._app({**scope, "path": shown, _KEY: face}, receive, _Reply(send, face).send)


def _as_sent(scope: Scope) -> str:
    raw: bytes = scope.get("raw_path") or b""
    path = raw.partition(b"?")[0].decode("ascii", "replace")
    return path if path.startswith(PREFIXES) else quote(scope["path"], errors="replace")


class _Reply:
    """Adds the headers; holds a refusal back until it has been put into Opsgenie's shape."""

    def __init__(self, send: Send, face: Face) -> None:
        self._send = send
        self._face = face
        self._held: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *self._headers(message["status"])]
            if any(name == b"content-type" and value == _PROBLEM for name, value in message["headers"]):
                self._held = message
                return
        elif self._held:
            self._body += message.get("body", b"")
            if message.get("more_body"):
                return
            body = json_text(refusal(json.loads(self._body), self._face)).encode("utf-8", "replace")
            changed = {b"content-type": b"application/json", b"content-length": str(len(body)).encode()}
            headers = [(name, changed.get(name, value)) for name, value in self._held["headers"]]
            await self._send({**self._held, "headers": headers})
            message = {**message, "body": body}
        await self._send(message)

    def _headers(self, status: int) -> list[tuple[bytes, bytes]]:
        return [
            (HEADER, self._face.id.encode()),
            (b"x-response-time", f"{self._face.took():.3f}".encode()),
            (b"x-ratelimit-state", b"THROTTLED" if status == 429 else b"OK"),
            (b"x-ratelimit-reason", b"ACCOUNT"),
            (b"x-ratelimit-period-in-sec", b"60"),
        ]


def refusal(problem: dict[str, object], face: Face) -> dict[str, object]:
    """Problem details as Opsgenie would say them."""
    status, detail = problem["status"], str(problem["detail"])
    said: dict[str, object] = {"message": UNPROCESSABLE if status == 422 else detail}
    if status == 422:
        said["errors"] = _errors(problem, detail)
    if isinstance(status, int) and status in _CODES:
        said["code"] = _CODES[status]
    return face.signed(said)


def _errors(problem: dict[str, object], detail: str) -> dict[str, str]:
    found = problem.get("errors")
    if isinstance(found, list):
        return {one["field"] or "body": one["reason"] for one in found}
    field = str(problem.get("field") or "body")
    return {field: detail.removeprefix(f"{field}: ")}
