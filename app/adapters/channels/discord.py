"""Posts to a Discord channel by its webhook.

Source: https://discord.com/developers/docs/resources/webhook#execute-webhook, and for the limits of embeds
https://discord.com/developers/docs/resources/message#embed-object-embed-limits.
"""

import re
from datetime import timedelta
from urllib.parse import urlsplit

from app.adapters.outbound_http import OutboundHttp, Reply, Unreachable, object_in, verdict_of, wait_of
from app.domain.fitting import Medium, cut, fitted, utf16_units
from app.domain.message import Message, one_line
from app.domain.notification import Rejected, Result, Retry, Sent

MARKUP = re.compile(r"([\\*_~`|>#\-\[\]()<@:])")
COLOURS = {"critical": 0xB3261E, "high": 0xE8A33D}
GREY = 0x6B7280
LONGEST_TITLE_URL = 2_000


def _escaped(text: str) -> str:
    """Text that Discord shows as it is: a backslash before whatever could be markup, a mention or a link."""
    return MARKUP.sub(r"\\\1", text)


def _link(url: str) -> str:
    """An address that is a link, and is not fetched for a preview."""
    return f"<{url}>" if url else ""


CONTENT = Medium(2_000, utf16_units, _escaped)
DESCRIPTION = Medium(4_096, utf16_units, _escaped, _link)


class Discord:
    """An address is the webhook's URL, which is a secret: only its host is ever named. Nobody is mentioned. Discord
    takes no key of a webhook by which a message sent again could be known."""

    name = "discord"

    def __init__(self, http: OutboundHttp) -> None:
        self._http = http

    async def send(self, message: Message) -> Result:
        try:
            reply = await self._http.post(_waiting(message.address), json=_payload(message))
        except Unreachable as error:
            return Retry(f"discord: {error.reason}")
        return _outcome(reply)


def _waiting(address: str) -> str:
    """The address with `wait`, so that the answer says whether there is a message now."""
    return f"{address}{'&' if urlsplit(address).query else '?'}wait=true"


def _outcome(reply: Reply) -> Result:
    answer = object_in(reply)
    match verdict_of("discord", reply):
        case Sent():
            return Sent(reference=one_line(str(answer.get("id", "")), 100))
        case Retry(reason, after):
            return Retry(reason, _longer(after, wait_of(answer.get("retry_after"))))
        case Rejected(reason) if reply.status in (401, 404):
            return Rejected(f"{reason}: the webhook was deleted, or its address is not whole")
        case other:
            return other


def _longer(one: timedelta | None, other: timedelta | None) -> timedelta | None:
    """The header counts whole seconds, the body fractions."""
    return max((wait for wait in (one, other) if wait is not None), default=None)


def _payload(message: Message) -> dict[str, object]:
    payload: dict[str, object] = {"content": cut(message.headline, CONTENT), "allowed_mentions": {"parse": []}}
    return payload | ({"embeds": [_embed(message)]} if message.has_body() else {})


def _embed(message: Message) -> dict[str, object]:
    link = message.link()
    title = {"title": message.button(), "url": link} if 0 < len(link) <= LONGEST_TITLE_URL else {}
    return title | {"description": fitted(message, DESCRIPTION), "color": COLOURS.get(message.severest(), GREY)}
