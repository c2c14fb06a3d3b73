"""What the OpenAPI document says of refusals: every route lists the statuses that it can answer with."""

from typing import Any

from fastapi import FastAPI

from app.entrypoints.http.errors import Problem

_EXAMPLES: dict[int, tuple[str, str]] = {
    400: ("The request cannot be understood", "the body is not JSON (line 1, column 2)"),
    401: ("No valid credential", "send a token with scope read as `Authorization: Bearer <token>`"),
    403: ("Not allowed", "token 'grafana' lacks the scope 'respond'"),
    404: ("Not found", "there is no incident 06bf80f9c0000001"),
    405: ("Method Not Allowed", "source 'grafana' is posted to, and asked nothing beforehand"),
    409: ("Not possible in this state", "incident 06bf80f9c0000001 is resolved: park is not possible"),
    413: ("Too large", "the body is larger than 1048576 bytes"),
    415: ("Unsupported media type", "content-type 'text/xml' is not understood here; send application/json"),
    422: ("A value cannot be", "by: no person 'ahsa' in the rules file (did you mean 'asha'?)"),
    503: ("Cannot promise to keep it now", "the disk is full"),
}

READING = (401, 403, 503)
"""What any route that reads may answer."""

WRITING = (400, *READING[:2], 409, 413, 415, 422, 503)
"""What any route that takes a body may answer; 409 also for an Idempotency-Key that was used for something else."""


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: _refusal(status) for status in sorted(set(statuses))}


def example(value: object, description: str = "Done") -> dict[str, Any]:
    """The entry of a successful reply, with an example of its body."""
    return {"description": description, "content": {"application/json": {"example": value}}}


def _refusal(status: int) -> dict[str, Any]:
    title, detail = _EXAMPLES[status]
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": title, "content": {"application/problem+json": {"schema": schema, "example": body}}}


class DocumentedApi(FastAPI):
    """Its document holds the schema of problem details, to which all refusals refer."""

    def openapi(self) -> dict[str, Any]:
        if not self.openapi_schema:
            found = super().openapi()
            schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            parts = schema.pop("$defs", {})
            _without_foreign_refusals(found)
            found["components"]["schemas"].update({**parts, "Problem": schema})
        return super().openapi()


def _without_foreign_refusals(document: dict[str, Any]) -> None:
    """FastAPI says that whatever takes a parameter may answer 422, in a shape of its own; ours are listed by route."""
    for operations in document["paths"].values():
        for operation in operations.values():
            content = operation["responses"].get("422", {}).get("content", {})
            if content.get("application/json", {}).get("schema", {}).get("$ref", "").endswith("/HTTPValidationError"):
                del operation["responses"]["422"]
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)
