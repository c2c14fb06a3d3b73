"""What the OpenAPI document says of the Alert API: bodies, replies and refusals in Opsgenie's shapes."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Query

from app.entrypoints.http.opsgenie.face import UNPROCESSABLE
from app.entrypoints.http.replies import GuardedJson

REQUEST = "43a29c5c-3dbf-4fa4-9c26-f4f71023e120"
_END = {"took": 0.012, "requestId": REQUEST}
_ALERT = {
    "id": "06bf80f9c0000001",
    "tinyId": "486206137081266177",
    "alias": "payments-api-down",
    "message": "Payments API is down",
    "status": "open",
    "acknowledged": False,
    "isSeen": False,
    "tags": ["database"],
    "snoozed": False,
    "count": 1,
    "lastOccurredAt": "2026-11-22T03:00:00.000Z",
    "createdAt": "2026-11-22T03:00:00.000Z",
    "updatedAt": "2026-11-22T03:00:00.000Z",
    "source": "opsgenie",
    "owner": "",
    "priority": "P1",
    "teams": [],
    "responders": [],
    "integration": {"id": "opsgenie", "name": "opsgenie", "type": "API"},
    "report": {},
}
_STATUS = {
    "success": True,
    "action": "Create",
    "processedAt": "2026-11-22T03:00:00.000Z",
    "integrationId": "opsgenie",
    "isSuccess": True,
    "status": "Created alert",
    "alertId": "06bf80f9c0000001",
    "alias": "payments-api-down",
}
_CREATE = {"message": "Payments API is down", "alias": "payments-api-down", "priority": "P1", "tags": ["database"]}

_MESSAGES = {
    400: "the body is not JSON (line 1, column 2)",
    401: "Could not authenticate: send the secret of a source as `Authorization: GenieKey <key>`",
    403: "token 'grafana' lacks the scope 'respond'",
    404: "Alert does not exist",
    413: "the body is larger than 1048576 bytes",
    415: "content-type 'text/xml' is not understood here; send application/json",
    422: UNPROCESSABLE,
    429: "TooManyRequests",
    503: "the disk is full",
}
_ALWAYS = (401, 403, 503)
_WITH_BODY = (400, *_ALWAYS, 413, 415, 422)
_REPORTING = (*_WITH_BODY, 429)

Search = Annotated[str, Query(description="Opsgenie's search language.", examples=["status: open AND tag: database"])]
"""Not held to a length here, so that the refusal has one shape only."""

_Documented = dict[str, Any]


def creating() -> _Documented:
    return {"status_code": 202, **_replies(202, {"result": "Request will be processed"}, _REPORTING), **_body(_CREATE)}


def acting(example: Mapping[str, object] | None, named: bool = False) -> _Documented:
    """`example` is of the body; None: it has none. `named`: the path names an action too."""
    more = _body(example) if example is not None else {"openapi_extra": {}}
    if named:
        more["openapi_extra"]["parameters"] = [
            {"name": "actionName", "in": "path", "required": True, "schema": {"type": "string"}, "example": "Restart"}
        ]
    return {"status_code": 202, **_replies(202, {"result": "Request will be processed"}, _REPORTING), **more}


def pinging(result: str) -> _Documented:
    name = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}, "example": "nightly-backup"}
    return {
        "status_code": 202,
        **_replies(202, {"result": result}, _WITH_BODY),
        "openapi_extra": {"parameters": [name]},
    }


def status() -> _Documented:
    return _replies(200, {"data": _STATUS}, (*_ALWAYS, 404, 422))


def listing() -> _Documented:
    paging = {"first": "https://oncall.example.com/v2/alerts?offset=0&limit=20"}
    return _replies(200, {"data": [_ALERT], "paging": paging}, (*_ALWAYS, 422))


def counting() -> _Documented:
    return _replies(200, {"data": {"count": 7}}, (*_ALWAYS, 422))


def one() -> _Documented:
    full = {**_ALERT, "actions": [], "entity": "", "description": "", "details": {"region": "eu"}}
    return _replies(200, {"data": full}, (*_ALWAYS, 404, 422))


def _body(example: Mapping[str, object]) -> _Documented:
    content = {"application/json": {"schema": {}, "example": dict(example)}}
    return {"openapi_extra": {"requestBody": {"content": content}}}


def _replies(status: int, body: Mapping[str, object], refused: tuple[int, ...]) -> _Documented:
    said = {code: {"message": _MESSAGES[code], **_END} for code in refused}
    if 422 in said:
        said[422]["errors"] = {"message": "Message can not be empty."}
    responses = {code: _said(_MESSAGES[code], example) for code, example in said.items()}
    return {"response_class": GuardedJson, "responses": {**responses, status: _said("Done", {**body, **_END})}}


def _said(description: str, example: Mapping[str, object]) -> _Documented:
    content = {"application/json": {"schema": {"type": "object"}, "example": dict(example)}}
    return {"description": description, "content": content}
