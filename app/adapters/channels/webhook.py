"""Posts messages as JSON to a URL of the reader's choice, signed by Standard Webhooks.

Source: https://www.standardwebhooks.com. The body is documented in docs/channels.md.
"""

import json
from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC
from urllib.parse import quote, urlsplit

from standardwebhooks import Webhook as Signer

from app.adapters.outbound_http import OutboundHttp, Unreachable, outcome_of, place_of
from app.domain.errors import AppError
from app.domain.message import Item, Message
from app.domain.notification import Rejected, Result, Retry, Sent
from app.service.ports import Clock

VERSION = "1"
SECRET_BYTES = 24
"""The shortest secret that Standard Webhooks allows."""


class InvalidWebhookSecret(AppError):
    """A signing secret that Standard Webhooks cannot use; the message never repeats it."""


class Webhook:
    """`secret` is `whsec_` and base64, or empty: then every message is refused, since an unsigned page proves nothing.

    An address is an http(s) URL. Only its host is ever named in a reason. Raises `InvalidWebhookSecret`.
    """

    name = "webhook"

    def __init__(self, http: OutboundHttp, secret: str, clock: Clock) -> None:
        self._http = http
        self._signer = _signer(secret.strip())
        self._clock = clock

    async def send(self, message: Message) -> Result:
        if self._signer is None:
            return Rejected("webhook has no signing secret: set ONCALL_WEBHOOK_SECRET (whsec_…)")
        if not _is_http_url(message.address):
            return Rejected("webhook address is not an http(s) URL")
        place, body = place_of(message.address), _body(message)
        try:
            headers = self._signed_headers(self._signer, message.key, body)
            reply = await self._http.post(message.address, content=body.encode(), headers=headers)
        except Unreachable as error:
            return Retry(f"webhook: {error.reason}")
        match outcome_of(reply.status, reply.headers):
            case Sent() as sent:
                return sent
            case Retry(reason, after):
                return Retry(f"webhook: {place} {reason}", after)
            case Rejected(reason):
                return Rejected(f"webhook: {place} {reason}")

    def _signed_headers(self, signer: Signer, key: str, body: str) -> Mapping[str, str]:
        now, webhook_id = self._clock.now().astimezone(UTC), _webhook_id(key)
        return {
            "content-type": "application/json",
            "webhook-id": webhook_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signer.sign(webhook_id, now, body),
        }


def _signer(secret: str) -> Signer | None:
    if not secret:
        return None
    try:
        key = b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith("whsec_") or len(key) < SECRET_BYTES:
        raise InvalidWebhookSecret("ONCALL_WEBHOOK_SECRET must be whsec_ and the base64 of at least 24 random bytes")
    return Signer(key)


def _webhook_id(key: str) -> str:
    """The key, percent-encoded to be a header; full stops too, since the signature joins its parts by them."""
    return quote(key, safe="/:#@+=~", errors="replace").replace(".", "%2E")


def _is_http_url(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and address.isprintable()


def _body(message: Message) -> str:
    body = {
        "version": VERSION,
        "kind": message.kind,
        "key": message.key,
        "reader": message.reader,
        "headline": message.headline,
        "items": [_item(item) for item in message.items],
        **({"lines": message.notice.lines, "link": message.notice.link} if message.notice else {}),
    }
    # A lone surrogate is no character and no JSON reader need take it.
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace").decode()


def _item(item: Item) -> dict[str, object]:
    return {
        "incident": item.incident,
        "severity": item.severity,
        "title": item.title,
        "squad": item.squad,
        "since": item.since.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "count": item.count,
        "status": item.status,
        "why": item.why,
        "runbook": item.runbook,
        "link": item.link,
        "remark": item.remark,
        "call": item.call,
        "ticket": item.ticket,
    }
