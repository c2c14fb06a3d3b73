"""Pushes to a topic of an ntfy server, the public one or one's own.

Source: https://docs.ntfy.sh/publish/#publish-as-json. A server takes twice its message size as JSON, 8 kB as it comes.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from app.adapters.outbound_http import OutboundHttp, Reply, Unreachable, object_in, verdict_of
from app.domain.errors import AppError
from app.domain.fitting import Medium, cut, fitted
from app.domain.message import Message, MessageKind, one_line
from app.domain.notification import Rejected, Result, Retry, Sent

TITLE = Medium(limit=250)
MESSAGE_BYTES = 4_000
BODY_BYTES = 8_000
LONGEST_IN_BUTTON = 1_500
LONGEST_IN_CLICK = 4_000
PRIORITIES = {"critical": 5, "high": 4}
NORMAL = 3
EMOJIS = {"critical": "rotating_light", "high": "warning"}
CURES = {
    401: "check ONCALL_NTFY_TOKEN",
    403: "let ONCALL_NTFY_TOKEN write to this topic",
    404: "is there an ntfy server at ONCALL_NTFY_URL?",
}


class InvalidNtfyUrl(AppError):
    """An ONCALL_NTFY_URL that is no server's address; the message never repeats it, for it may hold a topic."""


class Ntfy:
    """`url` is the server's address; `token` an access token (`tk_…`), `user:password`, or empty. An address is a
    topic. Raises `InvalidNtfyUrl`.

    A message sent again has the same `sequence_id`, by which newer servers and apps put it in place of the earlier one.
    """

    name = "ntfy"

    def __init__(self, http: OutboundHttp, url: str, token: str = "") -> None:
        self._http = http
        self._url = _server(url.strip())
        self._headers = _authorization(token.strip())

    async def send(self, message: Message) -> Result:
        try:
            reply = await self._http.post(self._url, json=_payload(message), headers=self._headers)
        except Unreachable as error:
            return Retry(f"ntfy: {error.reason}")
        return _outcome(reply)


def _server(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_server = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.path in {"", "/"}
    except ValueError:
        is_server = False
    if not is_server or "?" in url or "@" in url:
        raise InvalidNtfyUrl("ONCALL_NTFY_URL must be a server's address without a topic, such as https://ntfy.sh")
    return url.rstrip("/")


def _authorization(token: str) -> Mapping[str, str]:
    if ":" in token:
        return {"authorization": f"Basic {base64.b64encode(token.encode()).decode()}"}
    return {"authorization": f"Bearer {token}"} if token else {}


def _outcome(reply: Reply) -> Result:
    match verdict_of("ntfy", reply):
        case Sent():
            return Sent(reference=one_line(str(object_in(reply).get("id", "")), 100))
        case Rejected(reason) if reply.status in CURES:
            return Rejected(f"{reason}: {CURES[reply.status]}")
        case other:
            return other


def _payload(message: Message) -> dict[str, object]:
    link = message.link()
    payload: dict[str, object] = {
        "topic": message.address,
        "title": cut(message.headline, TITLE),
        "priority": PRIORITIES.get(message.severest(), NORMAL) if message.asks_for_somebody() else NORMAL,
        "tags": [_emoji(message)],
        "sequence_id": hashlib.sha256(message.key.encode("utf-8", "replace")).hexdigest()[:32],
        **_opening(link, message.button()),
    }
    room = min(MESSAGE_BYTES, BODY_BYTES - _bytes_of(payload))
    text = fitted(message, Medium(limit=room, measure=_bytes_of), link_elsewhere="click" in payload)
    return payload | {"message": text}


def _emoji(message: Message) -> str:
    """The short name of the emoji that ntfy puts before the title."""
    if message.kind is MessageKind.RESOLVED:
        return "white_check_mark"
    return EMOJIS.get(message.severest(), "memo")


def _opening(link: str, label: str) -> dict[str, object]:
    """What a tap opens, and the button. A link too long for both is for the tap; one too long for that, in the text."""
    if not 0 < len(link) <= LONGEST_IN_CLICK:
        return {}
    button = {"action": "view", "label": label, "url": link}
    return {"click": link} | ({"actions": [button]} if len(link) <= LONGEST_IN_BUTTON else {})


def _bytes_of(value: object) -> int:
    """What a value takes in the request, escapes included."""
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
