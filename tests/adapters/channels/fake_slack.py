"""A Slack that takes a call only as Slack publishes it, and says which field is wrong.

Written from the pages named beside each method, and from https://docs.slack.dev/reference/block-kit/.
It is stricter than Slack, which ignores an unknown argument and cuts a long text: here both are refused.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from werkzeug import Request, Response

from tests.contracts.channel_rig import Received

STRING = (str,)
CALLS: Mapping[str, Mapping[str, tuple[type, ...]]] = {
    # https://docs.slack.dev/reference/methods/chat.postMessage/
    "chat.postMessage": {
        "channel": STRING,
        "text": STRING,
        "blocks": (list,),
        "attachments": (list,),
        "as_user": (bool,),
        "client_msg_id": STRING,
        "icon_emoji": STRING,
        "icon_url": STRING,
        "link_names": (bool,),
        "markdown_text": STRING,
        "metadata": (dict,),
        "mrkdwn": (bool,),
        "parse": STRING,
        "reply_broadcast": (bool,),
        "thread_ts": STRING,
        "unfurl_links": (bool,),
        "unfurl_media": (bool,),
        "username": STRING,
    },
    # https://docs.slack.dev/reference/methods/chat.update/
    "chat.update": {
        "channel": STRING,
        "ts": STRING,
        "text": STRING,
        "blocks": (list,),
        "attachments": (list,),
        "as_user": (bool,),
        "file_ids": (list, str),
        "link_names": (bool,),
        "markdown_text": STRING,
        "metadata": (dict,),
        "parse": STRING,
        "reply_broadcast": (bool,),
        "unfurled_attachments": (list,),
    },
    # https://docs.slack.dev/reference/methods/views.open/
    "views.open": {"view": (dict, str), "trigger_id": STRING, "interactivity_pointer": STRING},
    # https://docs.slack.dev/reference/methods/apps.connections.open/
    "apps.connections.open": {},
}
BUTTON = {"action_id", "url", "value", "style", "confirm", "accessibility_label"}
VIEW = {
    "title",
    "blocks",
    "close",
    "submit",
    "private_metadata",
    "callback_id",
    "clear_on_close",
    "notify_on_close",
    "external_id",
    "submit_disabled",
}
"""Fields of a modal beside its type: https://docs.slack.dev/reference/views/modal-views/."""


class Refused(Exception):
    """One of Slack's error codes, and the place in the request that earned it."""

    def __init__(self, code: str, where: str) -> None:
        super().__init__(code, where)
        self.code, self.where = code, where


@dataclass
class FakeSlack:
    """Answers like Slack: status 200 and `ok`, unless `status` or `error` says otherwise.

    `posted` is what stands in each conversation, by its id and the message's `ts`, replies in a thread among them;
    `taken` every body of chat.postMessage, `views` every modal, `ephemeral` what was said to one person through a
    response_url. A message to a member id stands in a conversation of its own, whose id begins with D. `socket` is
    where whoever has the `app_token` may connect.
    """

    token: str
    channels: frozenset[str] = frozenset({"C0123456789"})
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    requests: list[Request] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    posted: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    views: list[dict[str, Any]] = field(default_factory=list)
    ephemeral: list[str] = field(default_factory=list)
    app_token: str = ""
    socket: str = ""

    def __call__(self, request: Request) -> Response:
        if self.status != 200:
            return Response("not Slack's JSON", self.status, self.headers)
        if self.error:
            return self._reply({"ok": False, "error": self.error})
        try:
            return self._reply({"ok": True, **self._answer(request)})
        except Refused as refused:
            metadata = {"messages": [refused.where]}
            return self._reply({"ok": False, "error": refused.code, "response_metadata": metadata})

    def hear(self, request: Request) -> Response:
        """What comes to a response_url: https://docs.slack.dev/interactivity/handling-user-interaction/."""
        body = json.loads(request.get_data())
        allowed = {"text", "blocks", "response_type", "replace_original", "delete_original", "thread_ts"}
        if not body.keys() <= allowed or body.get("response_type") not in ("ephemeral", "in_channel"):
            return Response("invalid_payload", 400)
        self.ephemeral.append(body["text"])
        return Response("ok", 200)

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

    def shown(self, channel: str) -> list[str]:
        """What stands in a conversation now, a text each, replies behind their message's."""
        return [_seen(body) for (place, _), body in self.posted.items() if place == self._conversation(channel)]

    def buttons(self, channel: str) -> list[list[str]]:
        """The `action_id`s below each message that stands there and begins no thread's reply."""
        return [
            [button["action_id"] for block in body["blocks"] for button in block.get("elements", ())]
            for (place, _), body in self.posted.items()
            if place == self._conversation(channel) and "thread_ts" not in body
        ]

    def _reply(self, body: Mapping[str, object]) -> Response:
        return Response(json.dumps(body), 200, self.headers, content_type="application/json; charset=utf-8")

    def _answer(self, request: Request) -> dict[str, Any]:
        method = request.path.rpartition("/")[2]
        body = self._read(request, method)
        match method:
            case "chat.postMessage":
                return self._post(request, body)
            case "chat.update":
                return self._update(body)
            case "apps.connections.open":
                return {"url": self.socket}
            case _:
                _need(bool(body.get("trigger_id") or body.get("interactivity_pointer")), "invalid_arguments", "trigger")
                check_view(body["view"])
                self.views.append(body["view"])
                return {"view": body["view"]}

    def _post(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        _need(body.get("channel") in self.channels, "channel_not_found", "channel")
        _need(_is_uuid(body.get("client_msg_id", str(uuid.uuid4()))), "invalid_arguments", "client_msg_id")
        channel = self._conversation(body["channel"])
        if "thread_ts" in body:
            _need((channel, body["thread_ts"]) in self.posted, "thread_not_found", "thread_ts")
        ts = f"1503435956.{247 + len(self.taken):06d}"
        self.requests.append(request)
        self.taken.append(body)
        self.posted[channel, ts] = body
        return {"channel": channel, "ts": ts, "message": {"type": "message", "text": body.get("text", "")}}

    def _update(self, body: dict[str, Any]) -> dict[str, Any]:
        place = (str(body.get("channel")), str(body.get("ts")))
        _need(not place[0].startswith(("U", "W")), "channel_not_found", "a member id is no conversation")
        _need(place in self.posted, "message_not_found", "ts")
        self.updates.append(body)
        self.posted[place] = {**self.posted[place], "text": body.get("text", ""), "blocks": body.get("blocks", [])}
        return {"channel": place[0], "ts": place[1], "text": body.get("text", "")}

    def _conversation(self, channel: str) -> str:
        return f"D{channel[1:]}" if channel.startswith(("U", "W")) else channel

    def _read(self, request: Request, method: str) -> dict[str, Any]:
        if "authorization" not in request.headers:
            raise Refused("not_authed", "authorization")
        wanted = self.app_token if method == "apps.connections.open" else self.token
        _need(request.headers["authorization"] == f"Bearer {wanted}", "invalid_auth", "authorization")
        _need(request.mimetype == "application/json", "invalid_post_type", request.mimetype)
        body = json.loads(request.get_data())
        if not isinstance(body, dict):
            raise Refused("json_not_object", "body")
        _need(method in CALLS, "unknown_method", method)
        for name, value in body.items():
            _need(name in CALLS[method], "invalid_arg_name", name)
            _need(isinstance(value, CALLS[method][name]), "invalid_arguments", name)
        if method.startswith("chat."):
            _need(bool(body.get("text") or body.get("blocks")), "no_text", "text")
            _need(len(body.get("text", "")) <= 40_000, "msg_too_long", "text")
            check_blocks(body.get("blocks", []))
        return body


def check_view(view: object) -> None:
    """Raises `Refused` for a modal that the reference of views does not allow."""
    match view:
        case {"type": "modal", "title": dict() as title, "blocks": list() as blocks, **others}:
            _need(others.keys() <= VIEW, "invalid_arguments", "view")
            for text in (title, others.get("submit"), others.get("close")):
                if text is not None:
                    _check_text(text, 24, {"plain_text"}, "view")
            _need(len(str(others.get("private_metadata", ""))) <= 3_000, "invalid_arguments", "private_metadata")
            _need(len(str(others.get("callback_id", ""))) <= 255, "invalid_arguments", "callback_id")
            _need(len(blocks) <= 100, "invalid_arguments", "blocks")
            has_input = any(isinstance(block, dict) and block.get("type") == "input" for block in blocks)
            _need(not has_input or "submit" in others, "invalid_arguments", "submit")
            check_blocks(blocks)
        case _:
            raise Refused("invalid_arguments", "view")


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
                ids = [element.get("action_id") for element in elements if isinstance(element, dict)]
                _need(len(ids) == len(set(ids)), "invalid_blocks", f"{where} action_id twice")
            case {"type": "input", "label": dict() as label, "element": dict() as element, **others}:
                _need(others.keys() <= {"block_id", "dispatch_action", "hint", "optional"}, "invalid_blocks", where)
                _check_text(label, 2_000, {"plain_text"}, where)
                _check_input(element, where)
            case _:
                raise Refused("invalid_blocks", where)


def _check_input(element: dict[str, object], where: str) -> None:
    """https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element/ and
    https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element/."""
    match element:
        case {"type": "static_select", **others}:
            allowed = {
                "action_id",
                "options",
                "option_groups",
                "initial_option",
                "confirm",
                "focus_on_load",
                "placeholder",
            }
            _need(others.keys() <= allowed, "invalid_blocks", where)
            _need(("options" in others) is not ("option_groups" in others), "invalid_blocks", f"{where} options")
            _check_options(others, where)
        case {"type": "plain_text_input", **others}:
            allowed = {"action_id", "initial_value", "multiline", "min_length", "max_length", "focus_on_load"}
            _need(others.keys() <= allowed | {"placeholder", "dispatch_action_config"}, "invalid_blocks", where)
            longest = others.get("max_length", 3_000)
            _need(isinstance(longest, int) and 1 <= longest <= 3_000, "invalid_blocks", f"{where} max_length")
        case _:
            raise Refused("invalid_blocks", where)


def _check_options(menu: dict[str, object], where: str) -> None:
    """https://docs.slack.dev/reference/block-kit/composition-objects/option-object/ and option-group-object/."""
    groups = menu.get("option_groups") or [{"label": {"type": "plain_text", "text": "x"}, "options": menu["options"]}]
    assert isinstance(groups, list)
    _need(1 <= len(groups) <= 100, "invalid_blocks", f"{where} option_groups")
    for group in groups:
        _need(group.keys() == {"label", "options"}, "invalid_blocks", f"{where} option_groups")
        _check_text(group["label"], 75, {"plain_text"}, where)
        _need(1 <= len(group["options"]) <= 100, "invalid_blocks", f"{where} options")
        for option in group["options"]:
            _need({"text", "value"} <= option.keys() <= {"text", "value", "description"}, "invalid_blocks", where)
            _check_text(option["text"], 75, {"plain_text"}, where)
            _need(1 <= len(option["value"]) <= 150, "invalid_blocks", f"{where} option value")


def _check_button(element: object, where: str) -> None:
    match element:
        case {"type": "button", "text": dict() as text, **others}:
            _need(others.keys() <= BUTTON, "invalid_blocks", where)
            _check_text(text, 75, {"plain_text"}, where)
            _need(0 < len(str(others.get("url", "x"))) <= 3_000, "invalid_blocks", f"{where} url")
            _need(len(str(others.get("value", ""))) <= 2_000, "invalid_blocks", f"{where} value")
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


def _seen(body: Mapping[str, Any]) -> str:
    return unescape("\n".join(block["text"]["text"] for block in body["blocks"] if "text" in block))
