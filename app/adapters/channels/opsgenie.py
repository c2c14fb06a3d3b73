"""Forwards to Opsgenie as an alert, for teams that still answer there; Opsgenie itself ends in April 2027.

Source: https://docs.opsgenie.com/docs/alert-api (message 130 characters, description 15,000, a tag 50). Opsgenie reads
HTML in both texts, so their angle brackets become quotation marks that look alike.
"""

from urllib.parse import quote

from app.adapters.outbound_http import OutboundHttp, Reply, Unreachable, object_in, verdict_of
from app.domain.fitting import Medium, cut, fitted
from app.domain.forwarding import forwarding_key
from app.domain.message import Message, MessageKind, one_line
from app.domain.notification import Rejected, Result, Retry, Sent

API_URL = "https://api.opsgenie.com"
PRIORITIES = {"critical": "P1", "high": "P2", "triage": "P4"}
QUIET = "P5"
TAG_LIMIT = 50
SOURCE = "oncall-router"


def _inert(text: str) -> str:
    return text.replace("<", "‹").replace(">", "›")


MESSAGE = Medium(130, text=_inert)
DESCRIPTION = Medium(15_000, text=_inert)


class Opsgenie:
    """An address is the key of an API integration. One incident is one alert there for one reader, however often it is
    told; a message that it is resolved closes that alert."""

    name = "opsgenie"

    def __init__(self, http: OutboundHttp, api_url: str = API_URL) -> None:
        self._http = http
        self._url = f"{api_url.rstrip('/')}/v2/alerts"

    async def send(self, message: Message) -> Result:
        url, body = self._call(message)
        headers = {"authorization": f"GenieKey {message.address}"}
        try:
            reply = await self._http.post(url, json=body, headers=headers)
        except Unreachable as error:
            return Retry(f"opsgenie: {error.reason}")
        return _outcome(reply)

    def _call(self, message: Message) -> tuple[str, dict[str, object]]:
        alias = forwarding_key(message)
        if message.kind is MessageKind.RESOLVED:
            note = cut(message.headline, Medium(limit=600))
            return f"{self._url}/{quote(alias)}/close?identifierType=alias", {"source": SOURCE, "note": note}
        return self._url, _alert(message, alias)


def _outcome(reply: Reply) -> Result:
    match verdict_of("opsgenie", reply):
        case Sent():
            return Sent(reference=one_line(str(object_in(reply).get("requestId", "")), 100))
        case Rejected(reason) if reply.status in (401, 403):
            return Rejected(f"{reason}: check the address, the key of an API integration, and ONCALL_OPSGENIE_API_URL")
        case other:
            return other


def _alert(message: Message, alias: str) -> dict[str, object]:
    priority = PRIORITIES.get(message.severest(), QUIET) if message.asks_for_somebody() else QUIET
    alone = message.items[0] if len(message.items) == 1 else None
    tags = [message.severest(), one_line(alone.squad, TAG_LIMIT) if alone else ""]
    return {
        "message": cut(message.headline, MESSAGE),
        "alias": alias,
        "description": fitted(message, DESCRIPTION),
        "priority": priority,
        "source": SOURCE,
        "tags": [_inert(tag) for tag in tags if tag],
    }
