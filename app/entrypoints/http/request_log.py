"""One line of log for each request, under an id that the caller gave or gets; never a query, never a credential."""

import re
from random import Random
from time import perf_counter

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.entrypoints.http.errors import problem

HEADER = b"x-request-id"
_HIDING = ("/a/", "/t/", "/sign-in/link/", "/ical/", "/twilio/voice/", "/twilio/status/")
"""What follows these is a credential."""

_IDS = Random()  # noqa: S311 - names, no secrets, and without a call of the system each time
_ACCEPTABLE = re.compile(rb"[A-Za-z0-9._~+/=:@-]{1,128}")


class RequestLog:
    """Outermost of all, so that everything below logs with the request's id, and so that what breaks below is
    answered with it. Plain ASGI: on the webhook path each microsecond counts."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._log = structlog.get_logger().bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        id = _request_id(scope)
        reply = _Reply(send, id)
        start = perf_counter()
        bound = structlog.contextvars.bind_contextvars(request_id=id.decode())
        try:
            await self._app(scope, receive, reply.send)
        except ClientDisconnect:
            self._log.info("request.given_up", path=shown_path(scope["path"]))
        except Exception as error:
            self._log.exception("request.failed", path=shown_path(scope["path"]), error=type(error).__name__)
            await _apologise(scope, receive, reply)
        finally:
            say = self._log.debug if _is_routine(scope["path"], reply.status) else self._log.info
            say(
                "request",
                method=scope["method"],
                path=shown_path(scope["path"]),
                status=reply.status,
                ms=round((perf_counter() - start) * 1000, 2),
            )
            structlog.contextvars.reset_contextvars(**bound)


def _is_routine(path: str, status: int) -> bool:
    """An alert that was taken has its line in the timeline and is counted in the figures; in a storm thousands of log
    lines a second would cost more than the decisions, and tell less. Heartbeats come all day long."""
    return status == 202 and path.startswith(("/webhooks/", "/heartbeats/", "/v2/heartbeats/"))


class _Reply:
    """Puts the id on the reply as it leaves, if it has none, and remembers the status (0: none has left)."""

    def __init__(self, send: Send, id: bytes) -> None:
        self._send = send
        self._header = (HEADER, id)
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message.get("headers", ()))
            named = any(name == HEADER for name, _ in headers)
            message["headers"] = headers if named else [*headers, self._header]
        await self._send(message)


async def _apologise(scope: Scope, receive: Receive, reply: _Reply) -> None:
    """A reply that has begun cannot be taken back."""
    if not reply.status:
        said = problem(500, "Internal error", "something broke here; the log of the server says what, by request id")
        await said(scope, receive, reply.send)


def shown_path(path: str) -> str:
    """A path as it may be logged: a signed token in it is a credential."""
    before = next((start for start in _HIDING if path.startswith(start)), "")
    if not before:
        return path
    _, _, action = path.removeprefix(before).partition("/")
    return f"{before}***/{action}" if action else f"{before}***"


def _request_id(scope: Scope) -> bytes:
    given: bytes = next((value for name, value in scope["headers"] if name == HEADER), b"")
    return given if _ACCEPTABLE.fullmatch(given) else b"%016x" % _IDS.getrandbits(64)
