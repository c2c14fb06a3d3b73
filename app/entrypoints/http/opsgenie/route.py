"""Who may use the Alert API, and how a body of it is refused."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request, Response, Security
from fastapi.routing import APIRoute
from fastapi.security import APIKeyHeader, HTTPBearer

from app.adapters.sources.body import parse_object
from app.adapters.sources.fields import Fields
from app.adapters.sources.opsgenie import Opsgenie
from app.domain.classify import SourceSettings
from app.domain.errors import AppError, InvalidPayload, Unauthorised, UnsupportedMedia
from app.entrypoints.http.assembled import application_of
from app.entrypoints.http.bodies import plain_request
from app.entrypoints.http.errors import problem_of
from app.entrypoints.http.opsgenie.face import face_of
from app.service.source_ports import Request as PlainRequest
from app.service.tokens import Scope

_KEY = APIKeyHeader(
    name="Authorization",
    scheme_name="GenieKey",
    auto_error=False,
    description="`GenieKey <key>`: the secret of a source of type opsgenie.",
)
_BEARER = HTTPBearer(
    auto_error=False, description="An API token of ours: ingest to report, read to look, respond to act."
)
_Given = Annotated[str | None, Security(_KEY)]


def _asking(scope: Scope) -> Callable[[Request, str | None, object], Awaitable[SourceSettings]]:
    async def ask(request: Request, given: _Given, bearer: Annotated[object, Security(_BEARER)]) -> SourceSettings:
        """The instance whose secret the key is; with a token, the one that is called like the type."""
        receiver = application_of(request).receiver
        scheme, _, key = (given or "").partition(" ")
        held = receiver.holder(Opsgenie.type, key.strip()) if scheme.lower() == "geniekey" else None
        if held is None:
            if scheme.lower() != "bearer":
                raise Unauthorised(
                    "Could not authenticate: send the secret of a source as `Authorization: GenieKey <key>`"
                )
            await application_of(request).tokens.ask(key.strip(), scope)
            held = receiver.find(Opsgenie.type)[0]
        face = face_of(request)
        face.source, face.may_stop = held.name, held.acknowledge or scheme.lower() == "bearer"
        return held

    return ask


Reporting = Annotated[SourceSettings, Depends(_asking(Scope.INGEST))]
Looking = Annotated[SourceSettings, Depends(_asking(Scope.READ))]
Acting = Annotated[SourceSettings, Depends(_asking(Scope.RESPOND))]


class OpsgenieRoute(APIRoute):
    """A body that cannot be read is 400; a value in it that cannot be, which has a field, is 422."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def refusing(request: Request) -> Response:
            try:
                return await handle(request)
            except AppError as refused:
                application_of(request).metrics.refused.labels(face_of(request).source, type(refused).__name__).inc()
                return problem_of(refused, is_value=isinstance(refused, InvalidPayload) and bool(refused.field))

        return refusing


async def sent(request: Request) -> PlainRequest:
    application = application_of(request)
    return await plain_request(request, application.settings.max_body, application.clock.now())


def fields_of(plain: PlainRequest) -> Fields:
    """The object in a body; none at all is an empty one. Whatever can be read is, whatever it calls itself."""
    if not plain.body.strip():
        return {}
    try:
        return parse_object(plain.body)
    except InvalidPayload as refused:
        raise media_or(refused, plain) from None


def media_or(refused: InvalidPayload, plain: PlainRequest) -> AppError:
    """Why a body could not be read: that it says itself that it is something else comes first."""
    media = plain.headers.get("content-type", "").partition(";")[0].strip().lower()
    if refused.field or not media or media.endswith("json"):
        return refused
    return UnsupportedMedia(f"content-type {media[:80]!r} is not understood here; send application/json")
