"""The route class of the API: strict JSON in, 400 for what cannot be read, 422 for what can be read but cannot be."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from app.adapters.sources.body import parse_object
from app.domain.errors import InvalidPayload, UnsupportedMedia
from app.entrypoints.http.assembled import application_of
from app.entrypoints.http.bodies import plain_request
from app.entrypoints.http.errors import problem_of

_JSON = (b"content-type", b"application/json")


class ReadRequest(Request):
    """A request whose body was read within the limit and parsed strictly, before FastAPI looks at it."""

    def __init__(self, request: Request, raw: bytes, value: object) -> None:
        headers = [header for header in request.scope["headers"] if header[0] != b"content-type"]
        super().__init__({**request.scope, "headers": [*headers, _JSON]}, request.receive)
        self._raw = raw
        self._value = value

    async def body(self) -> bytes:
        return self._raw

    async def json(self) -> Any:
        return self._value


class ApiRoute(APIRoute):
    """Reading the body raises `InvalidPayload`: 400, by the table of errors. Whatever raises it after that speaks of a
    value (a person nobody knows, an instant in the past): 422."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        takes_body, may_have_body = self.body_field is not None, "POST" in (self.methods or ())

        async def strict(request: Request) -> Response:
            if may_have_body:
                request = await _read(request, takes_body)
            try:
                return await handle(request)
            except InvalidPayload as refused:
                return problem_of(refused, is_value=True)

        return strict


async def _read(request: Request, takes_body: bool) -> ReadRequest:
    """No body at all is an empty object, so that a person's own token can acknowledge without saying anything."""
    application = application_of(request)
    raw = (await plain_request(request, application.settings.max_body, application.clock.now())).body or b"{}"
    if not takes_body:
        return ReadRequest(request, raw, {})
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media and media != "application/json" and not media.endswith("+json"):
        raise UnsupportedMedia(f"content-type {media[:80]!r} is not understood here; send application/json")
    return ReadRequest(request, raw, parse_object(raw))
