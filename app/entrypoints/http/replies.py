"""JSON replies that cannot fail: what no UTF-8 text can hold is replaced, never a 500."""

import json
from collections.abc import Mapping

from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from app.service.idempotency import Reply

REPLAYED = "Idempotency-Replayed"


class GuardedJson(JSONResponse):
    """Texts come from alerts and files: half of a surrogate pair in one of them becomes a question mark."""

    def render(self, content: object) -> bytes:
        return json_text(content).encode("utf-8", "replace")


def json_text(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def reply_of(model: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A reply that can be kept and sent again as it is."""
    return Reply(status, json_text(model.model_dump(mode="json")), headers or {})


def sent(reply: Reply) -> Response:
    headers = {**reply.headers, REPLAYED: "true"} if reply.replayed else dict(reply.headers)
    return Response(reply.body.encode("utf-8", "replace"), reply.status, headers, media_type="application/json")
