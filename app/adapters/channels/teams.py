"""Posts an Adaptive Card to a Microsoft Teams chat or channel by the URL of a workflow or incoming webhook.

Source: https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using (28 kB a
message) and https://adaptivecards.io/explorer/. All texts are TextRuns, in which alone Markdown means nothing.
"""

import json
import re

from app.adapters.outbound_http import OutboundHttp, Reply, Unreachable, verdict_of
from app.domain.fitting import Medium, cut, fitted
from app.domain.message import Message, one_line
from app.domain.notification import Rejected, Result, Retry, Sent

PAYLOAD_BYTES = 28_000
"""The documented 28 kB, read as thousands."""

HEADLINE = Medium(limit=600)
SHOWN_OF_LINK = 60
LINK_BEGINS, LINK_ENDS = "\x02", "\x03"
"""Mark a link among the lines of a text; no text from an alert holds a control character."""

LINKS = re.compile(f"{LINK_BEGINS}([^{LINK_ENDS}]*){LINK_ENDS}")
COLOURS = {"critical": "Attention", "high": "Warning"}
RELAYED = re.compile(rb"HTTP error (\d{3})")


class Teams:
    """An address is a workflow's or webhook's URL, which is a secret: only its host is ever named. Teams takes no key
    by which a message sent again could be known."""

    name = "teams"

    def __init__(self, http: OutboundHttp) -> None:
        self._http = http

    async def send(self, message: Message) -> Result:
        try:
            reply = await self._http.post(message.address, json=_payload(message))
        except Unreachable as error:
            return Retry(f"teams: {error.reason}")
        return _outcome(reply)


def _outcome(reply: Reply) -> Result:
    match verdict_of("teams", reply):
        case Sent() if relayed := RELAYED.search(reply.body[:2_000]):
            # An incoming webhook answers 200 to what it then could not post, and only says so.
            return verdict_of("teams", Reply(int(relayed[1]), reply.headers, b""))
        case Rejected(reason) if reply.status in (401, 403, 404, 410):
            return Rejected(f"{reason}: the workflow is off or gone, or its address is not whole")
        case other:
            return other


def _payload(message: Message) -> dict[str, object]:
    """The message with as much text as leaves it within the limit."""
    room = PAYLOAD_BYTES - _bytes_of(_with(message, ""))
    medium = Medium(room, measure=lambda text: _bytes_of(_blocks(text)), link=lambda url: LINK_BEGINS + url + LINK_ENDS)
    return _with(message, fitted(message, medium) if message.has_body() else "")


def _with(message: Message, text: str) -> dict[str, object]:
    card: dict[str, object] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [_headline(message), *_blocks(text)],
        "msteams": {"width": "Full"},
    }
    link = message.link()
    if link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": message.button(), "url": link}]
    return {
        "type": "message",
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}],
    }


def _headline(message: Message) -> dict[str, object]:
    run: dict[str, object] = {"type": "TextRun", "text": cut(message.headline, HEADLINE), "weight": "Bolder"}
    colour = COLOURS.get(message.severest(), "Default")
    return {"type": "RichTextBlock", "inlines": [run | {"size": "Large", "color": colour}]}


def _blocks(text: str) -> list[dict[str, object]]:
    """A block a line; an empty line is the space before the next."""
    blocks: list[dict[str, object]] = []
    is_apart = True
    for line in text.split("\n"):
        if line:
            blocks.append(_block(line, is_apart))
        is_apart = not line
    return blocks


def _block(line: str, is_apart: bool) -> dict[str, object]:
    pieces = LINKS.split(line)
    runs = [_link(piece) if place % 2 else _text(piece) for place, piece in enumerate(pieces) if piece]
    return {"type": "RichTextBlock", "spacing": "Default" if is_apart else "None", "inlines": runs}


def _text(text: str) -> dict[str, object]:
    return {"type": "TextRun", "text": text}


def _link(url: str) -> dict[str, object]:
    return {**_text(one_line(url, SHOWN_OF_LINK)), "selectAction": {"type": "Action.OpenUrl", "url": url}}


def _bytes_of(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
