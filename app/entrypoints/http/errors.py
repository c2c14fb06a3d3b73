"""One table from error to status, and the problem details (RFC 9457) that go with it."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from app.domain.errors import (
    AppError,
    Conflict,
    Forbidden,
    IllegalTransition,
    InvalidPayload,
    InvalidRules,
    NotFound,
    OutsideUnavailable,
    PayloadTooLarge,
    StoreUnavailable,
    Unauthorised,
    UnsupportedMedia,
)
from app.entrypoints.http.replies import GuardedJson

UNPROCESSABLE = "A value cannot be"
MOST_FINDINGS = 20
MOST_OF_A_NAME = 200


class FieldProblem(BaseModel):
    """One value that cannot be: where it is, as a dotted path, and why."""

    field: str
    reason: str
    kind: str


class Problem(BaseModel):
    """Problem details (RFC 9457). `detail` says what, where and what to do; `field` and `errors` name values."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    field: str | None = None
    errors: list[FieldProblem] | None = None


STATUSES: dict[type[AppError], tuple[int, str]] = {
    InvalidPayload: (400, "The request cannot be understood"),
    Unauthorised: (401, "No valid credential"),
    Forbidden: (403, "Not allowed"),
    NotFound: (404, "Not found"),
    Conflict: (409, "Conflict"),
    IllegalTransition: (409, "Not possible in this state"),
    PayloadTooLarge: (413, "Too large"),
    UnsupportedMedia: (415, "Unsupported media type"),
    InvalidRules: (422, "The rules file cannot be used"),
    StoreUnavailable: (503, "Cannot promise to keep it now"),
    OutsideUnavailable: (503, "Cannot check it now"),
}


def problem(
    status: int, title: str, detail: str, headers: dict[str, str] | None = None, **more: object
) -> JSONResponse:
    """A problem-details reply; `more` are its extension members."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return GuardedJson(body, status, headers, media_type="application/problem+json")


def problem_of(error: AppError, is_value: bool = False) -> JSONResponse:
    """The reply to one of our own errors, by the nearest class in the table.

    `is_value`: the request was read, so an `InvalidPayload` is about a value in it, which is 422.
    """
    status, title = next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), (500, "Internal error"))
    if isinstance(error, InvalidPayload) and is_value:
        status, title = 422, UNPROCESSABLE
    headers: dict[str, str] = {}
    more: dict[str, object] = {}
    if isinstance(error, StoreUnavailable | OutsideUnavailable):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unauthorised):
        headers["WWW-Authenticate"] = 'Bearer realm="oncall-router"'
    if isinstance(error, InvalidPayload) and error.field:
        more["field"] = error.field
    return problem(status, title, str(error), headers, **more)


def add_error_handlers(app: FastAPI) -> None:
    app.add_exception_handler(AppError, _app_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, http_error)


async def _app_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AppError)  # noqa: S101 - registered for this class only
    return problem_of(error)


async def _validation_error(request: Request, error: Exception) -> JSONResponse:
    """FastAPI's own findings in our shape, the first few; never the input itself."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    found = [_field_problem(one) for one in error.errors()[:MOST_FINDINGS]]
    said = "; ".join(f"{one['field'] or 'body'}: {one['reason']}" for one in found)
    return problem(422, UNPROCESSABLE, said, errors=found)


def _field_problem(found: Mapping[str, Any]) -> dict[str, str]:
    field = ".".join(str(part) for part in found["loc"][1:])
    reason = str(found["msg"]).removeprefix("Value error, ")
    return {"field": field[:MOST_OF_A_NAME], "reason": reason, "kind": str(found["type"])}


async def http_error(request: Request, error: Exception) -> JSONResponse:
    """What the framework refuses by itself, such as a path that there is not."""
    assert isinstance(error, HTTPException)  # noqa: S101
    return problem(error.status_code, str(error.detail), str(error.detail), dict(error.headers or {}))
