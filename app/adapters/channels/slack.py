"""Posts to a Slack channel or person, and keeps true what it has posted.

Source: https://docs.slack.dev/reference/methods/chat.postMessage/ and https://docs.slack.dev/reference/methods/chat.update/.
"""

import uuid
from collections.abc import Sequence

from app.adapters.channels.slack_api import SlackApi
from app.adapters.channels.slack_blocks import blocks_of, fallback_of, lines_of
from app.domain.message import Message, one_line
from app.domain.notification import Rejected, Result

MESSAGE_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:oncall-router:slack")
"""Namespace of our `client_msg_id`s: the same message sent again is the same id, and Slack posts it once."""


class Slack:
    """Needs the scope chat:write; an address is a channel id or a member id, a reference `channel/ts`.

    Text from alerts is escaped, and blocks are marked verbatim, so that it can neither mention anybody nor become a
    link. Links are never unfurled, so that Slack's crawler does not open signed ones.
    """

    name = "slack"

    def __init__(self, api: SlackApi, answerable: bool = False) -> None:
        """`answerable`: clicks reach this server, so that there are buttons to click."""
        self._api = api
        self._answerable = answerable

    async def send(self, message: Message) -> Result:
        return await self._api.call("chat.postMessage", payload_of(message, self._answerable))

    async def update(self, reference: str, message: Message) -> Result:
        """Show `message` in place of the one that was posted."""
        channel, _, ts = reference.partition("/")
        if not ts:
            return Rejected("slack gave no reference of the message, so it cannot be changed")
        shown = {"text": fallback_of(message), "blocks": blocks_of(message, self._answerable)}
        return await self._api.call("chat.update", {"channel": channel, "ts": ts, "parse": "none", **shown})

    async def reply(self, reference: str, key: str, lines: Sequence[str]) -> Result:
        """Post into the thread of the message that was posted."""
        channel, _, ts = reference.partition("/")
        if not ts:
            return Rejected("slack gave no reference of the message, so it has no thread")
        text, blocks = lines_of(lines)
        return await self._api.call("chat.postMessage", {**_posting(channel, key, text, blocks), "thread_ts": ts})


def payload_of(message: Message, answerable: bool) -> dict[str, object]:
    """The arguments of chat.postMessage."""
    return _posting(one_line(message.address, 255), message.key, fallback_of(message), blocks_of(message, answerable))


def _posting(channel: str, key: str, text: str, blocks: list[dict[str, object]]) -> dict[str, object]:
    return {
        "channel": channel,
        "text": text,
        "blocks": blocks,
        "client_msg_id": str(uuid.uuid5(MESSAGE_IDS, key)),
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }
