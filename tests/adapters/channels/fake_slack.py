"""A Slack that takes chat.postMessage only as Slack publishes it, and says which field is wrong.

Written from https://docs.slack.dev/reference/methods/chat.postMessage/ and https://docs.slack.dev/reference/block-kit/.
It is stricter than Slack, which ignores an unknown argument and cuts a long text: here both are refused.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape

from werkzeug import Request, Response

from tests.contracts.channel_rig import Received

ARGUMENTS: Mapping[str, type] = {
    "channel": str,
    "text": str,
    "blocks": list,
    "attachments": list,
    "as_user": bool,
    "client_msg_id": str,
    "icon_emoji": str,
    "icon_url": str,
    "link_names": bool,
    "markdown_text": str,
    "metadata": dict,
    "mrkdwn": bool,
    "parse": str,
    "reply_broadcast": bool,
    "thread_ts": str,
    "unfurl_links": bool,
    "unfurl_media": bool,
    "username": str,
}
BUTTON = {"action_id", "url", "value", "style", "confirm", "accessibility_label"}


class Refused(Exception):
    """One of Slack's error codes, and the place in the request that earned it."""

    def __init__(self, code: str, where: str) -> None:
        super().__init__(code, where)
        self.code, self.where = code, where


@dataclass
class FakeSlack:
    """Answers like Slack: status 200 and `ok`, unless `status` or `error` says otherwise."""

    token: str
    channels: frozenset[str] = frozenset({"C0123456789"})
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    requests: list[Request] = field(default_factory=list)
    taken: list[dict[str, object]] = field(default_factory=list)

    def __call__(self, request: Request) -> Response:
        if self.status != 200:
            return Response("not Slack's JSON", self.status, self.headers)
        if self.error:
            return self._reply({"ok": False, "error": self.error})
        try:
            body = self._read(request)
        except Refused as refused:
            metadata = {"messages": [refused.where]}
            return self._reply({"ok": False, "error": refused.code, "response_metadata": metadata})
        self.requests.append(request)
        self.taken.append(body)
        message = {"type": "message", "text": body.get("text", ""), "blocks": body.get("blocks", [])}
        return self._reply({"ok": True, "channel": body["channel"], "ts": "1503435956.000247", "message": message})

    def received(self) -> list[Received]:
        """What was taken; `read` is what a person sees, entities and buttons included."""
        return [
            Received(
                read=unescape("\n".join(_strings(body["blocks"]))),
                raw=request.get_data(as_text=True),
                key=str(body.get("client_msg_id", "")),
            )
            for request, body in zip(self.requests, self.taken, strict=True)
        ]

    def _reply(self, body: Mapping[str, object]) -> Response:
        return Response(json.dumps(body), 200, self.headers, content_type="application/json; charset=utf-8")

    def _read(self, request: Request) -> dict[str, object]:
        if "authorization" not in request.headers:
            raise Refused("not_authed", "authorization")
        _need(request.headers["authorization"] == f"Bearer {self.token}", "invalid_auth", "authorization")
        _need(request.mimetype == "application/json", "invalid_post_type", request.mimetype)
        body = json.loads(request.get_data())
        if not isinstance(body, dict):
            raise Refused("json_not_object", "body")
        for name, value in body.items():
            _need(name in ARGUMENTS, "invalid_arg_name", name)
            _need(isinstance(value, ARGUMENTS[name]), "invalid_arguments", name)
        _need(body.get("channel") in self.channels, "channel_not_found", "channel")
        _need(bool(body.get("text") or body.get("blocks")), "no_text", "text")
        _need(len(body.get("text", "")) <= 40_000, "msg_too_long", "text")
        _need(_is_uuid(body.get("client_msg_id", str(uuid.uuid4()))), "invalid_arguments", "client_msg_id")
        check_blocks(body.get("blocks", []))
        return body


def check_blocks(blocks: list[object]) -> None:
    """Raises `Refused` for blocks that Block Kit's reference does not allow."""
    _need(len(blocks) <= 50, "invalid_blocks", f"{len(blocks)} blocks")
    for number, block in enumerate(blocks):
        where = f"blocks[{number}]"
        match block:
            case {"type": "section", "text": dict() as text, **others}:
                _need(others.keys() <= {"block_id", "fields", "accessory", "expand"}, "invalid_blocks", where)
                _check_text(text, 3_000, {"plain_text", "mrkdwn"}, where)
            case {"type": "header", "text": dict() as text, **others}:
                _need(others.keys() <= {"block_id"}, "invalid_blocks", where)
                _check_text(text, 150, {"plain_text"}, where)
            case {"type": "actions", "elements": list() as elements, **others}:
                _need(others.keys() <= {"block_id"} and 1 <= len(elements) <= 25, "invalid_blocks", where)
                for element in elements:
                    _check_button(element, where)
            case _:
                raise Refused("invalid_blocks", where)


def _check_button(element: object, where: str) -> None:
    match element:
        case {"type": "button", "text": dict() as text, **others}:
            _need(others.keys() <= BUTTON, "invalid_blocks", where)
            _check_text(text, 75, {"plain_text"}, where)
            _need(0 < len(str(others.get("url", "x"))) <= 3_000, "invalid_blocks", f"{where} url")
            _need(len(str(others.get("action_id", ""))) <= 255, "invalid_blocks", f"{where} action_id")
            _need(others.get("style", "primary") in {"primary", "danger"}, "invalid_blocks", f"{where} style")
        case _:
            raise Refused("invalid_blocks", where)


def _check_text(text: dict[str, object], limit: int, types: set[str], where: str) -> None:
    allowed = {"type", "text", "verbatim"} if text.get("type") == "mrkdwn" else {"type", "text", "emoji"}
    _need(text.get("type") in types and text.keys() <= allowed, "invalid_blocks", f"{where} text")
    words = text.get("text")
    _need(isinstance(words, str) and 1 <= len(words) <= limit, "invalid_blocks", f"{where} length")


def _need(condition: bool, code: str, where: str) -> None:
    if not condition:
        raise Refused(code, where)


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def _strings(value: object) -> list[str]:
    match value:
        case str():
            return [value]
        case list():
            return [text for item in value for text in _strings(item)]
        case dict():
            return [text for item in value.values() for text in _strings(item)]
    return []
