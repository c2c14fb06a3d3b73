"""Forwards to a PagerDuty service as an event, for teams that still answer there.

Source: https://developer.pagerduty.com/docs/events-api-v2-overview (512 kB an event; summary 1,024 characters).
"""

from app.adapters.outbound_http import OutboundHttp, Reply, Unreachable, object_in, verdict_of
from app.domain.fitting import Medium, cut, fitted, utf8_bytes
from app.domain.forwarding import forwarding_key
from app.domain.message import Item, Message, MessageKind, is_address, one_line
from app.domain.notification import Rejected, Result, Retry, Sent

API_URL = "https://events.pagerduty.com"
SUMMARY = Medium(limit=1_000)
INCIDENTS = Medium(limit=300_000, measure=utf8_bytes)
SEVERITIES = {"critical": "critical", "high": "error", "triage": "warning"}
CLIENT = "oncall-router"


class PagerDuty:
    """An address is the routing key of an Events API v2 integration. One incident is one alert there for one reader,
    however often it is told; a message that it is resolved resolves that alert."""

    name = "pagerduty"

    def __init__(self, http: OutboundHttp, api_url: str = API_URL) -> None:
        self._http = http
        self._url = f"{api_url.rstrip('/')}/v2/enqueue"

    async def send(self, message: Message) -> Result:
        try:
            reply = await self._http.post(self._url, json=_event(message))
        except Unreachable as error:
            return Retry(f"pagerduty: {error.reason}")
        return _outcome(reply)


def _outcome(reply: Reply) -> Result:
    match verdict_of("pagerduty", reply):
        case Sent():
            return Sent(reference=one_line(str(object_in(reply).get("dedup_key", "")), 100))
        case Rejected(reason) if reply.status == 400:
            return Rejected(f"{reason}: check the address: the 32 characters of an Events API v2 integration key")
        case other:
            return other


def _event(message: Message) -> dict[str, object]:
    event: dict[str, object] = {"routing_key": message.address, "dedup_key": forwarding_key(message)}
    if message.kind is MessageKind.RESOLVED:
        return event | {"event_action": "resolve"}
    return event | {"event_action": "trigger", "client": CLIENT, "payload": _payload(message), **_links(message)}


def _payload(message: Message) -> dict[str, object]:
    alone = message.items[0] if len(message.items) == 1 else None
    severity = SEVERITIES.get(message.severest(), "info") if message.asks_for_somebody() else "info"
    details = _details(alone, message) if alone else {"incidents": fitted(message, INCIDENTS)}
    return {
        "summary": cut(message.headline, SUMMARY),
        "source": (one_line(alone.squad, 200) if alone else "") or CLIENT,
        "severity": severity,
        "custom_details": details,
    }


def _details(item: Item, message: Message) -> dict[str, object]:
    title = {} if message.headline_says_it() else {"title": item.title_line()}
    return {**title, **dict(item.facts(message.timezone))}


def _links(message: Message) -> dict[str, object]:
    """The links of the only item or of a notice; those of a digest are in its text."""
    runbook, call = "", ""
    if len(message.items) == 1:
        [item] = message.items
        runbook, call = item.runbook_address(), item.call if is_address(item.call) else ""
    found = {message.button(): message.link(), "Runbook": runbook, "Call": call}
    links = [{"href": href, "text": text} for text, href in found.items() if href]
    return ({"links": links} if links else {}) | ({"client_url": message.link()} if message.link() else {})
