"""How a request names an alert, and the plain replies that all routes share."""

from typing import Annotated
from urllib.parse import unquote

from fastapi import Path, Query, Request, Response

from app.adapters.sources.body import clean
from app.domain.classify import SourceSettings
from app.domain.errors import InvalidPayload
from app.entrypoints.http.opsgenie.face import face_of
from app.entrypoints.http.replies import GuardedJson
from app.service.opsgenie.alerts import By, Named
from app.service.opsgenie.desk import Desk
from app.wiring import Application

RETRY_SECONDS = "2"
"""Clients ask again for some fourteen seconds."""

Identifier = Annotated[
    str, Path(description="What `identifierType` says it is, percent-encoded.", examples=["payments-api-down"])
]
IdentifierType = Annotated[
    str, Query(alias="identifierType", description="`id`, `alias` or `tiny` (the id as a decimal number).")
]


def name_of(instance: SourceSettings, identifier: str, type: str) -> Named:
    """Raises `InvalidPayload` for a type that there is not, and for what is no text."""
    try:
        by = By(type.lower())
    except ValueError:
        raise InvalidPayload("must be id, alias or tiny", "identifierType") from None
    name = decoded(identifier, "identifier").strip()
    if not name:
        raise InvalidPayload("is empty", "identifier")
    return Named(instance.name, by, name)


def decoded(encoded: str, name: str) -> str:
    """A part of the path, which comes as it was sent."""
    try:
        return clean({name: unquote(encoded, errors="strict")}, name)[name]
    except (UnicodeDecodeError, InvalidPayload):
        raise InvalidPayload("is not text in UTF-8", name) from None


def desk_of(application: Application) -> Desk:
    return Desk(
        application.receiver,
        application.store,
        application.in_force,
        application.applier,
        application.clock,
        application.new_id,
    )


def accepted(request: Request) -> Response:
    return GuardedJson(face_of(request).signed({"result": "Request will be processed"}), 202)


def throttled(request: Request) -> Response:
    return GuardedJson(face_of(request).signed({"message": "TooManyRequests"}), 429, {"retry-after": RETRY_SECONDS})


def shown(request: Request, data: object, **more: object) -> Response:
    return GuardedJson(face_of(request).signed({"data": data, **more}))
