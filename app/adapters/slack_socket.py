"""Socket Mode: clicks and commands come over a socket that this process opens, where Slack can reach none of ours.

Source: https://docs.slack.dev/apis/events-api/using-socket-mode/.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from app.adapters.channels.slack_api import SlackApi
from app.adapters.sources.body import parse_object
from app.adapters.sources.fields import Fields, fields, word
from app.domain.errors import InvalidPayload

OPEN_SECONDS = 10.0
LARGEST_FRAME = 1_048_576
FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0

Handle = Callable[[str, Fields], Awaitable[Mapping[str, object] | None]]
"""Takes the type and the payload of an envelope; what to answer with it. Never raises."""


class SlackSocket:
    """`said` is told, in a sentence without secrets, why there is no connection."""

    def __init__(
        self, api: SlackApi, handle: Handle, said: Callable[[str], None], first_wait: float = FIRST_WAIT
    ) -> None:
        logging.getLogger("websockets").setLevel(logging.WARNING)  # It would log the address, which is a credential.
        self._api = api
        self._handle = handle
        self._said = said
        self._first_wait = first_wait

    async def run(self) -> None:
        """Until it is cancelled: connected, or trying again ever less often."""
        wait = self._first_wait
        while True:
            if await self._served():
                wait = self._first_wait
                continue
            await asyncio.sleep(wait)
            wait = min(LONGEST_WAIT, wait * 2)

    async def _served(self) -> bool:
        """Whether a connection was one, until Slack ended it. The outermost frame: whatever breaks, there is a next."""
        try:
            return await self._connection()
        except Exception as error:
            self._said(f"slack: the socket broke ({type(error).__name__})")
            return False

    async def _connection(self) -> bool:
        """One connection from its beginning to its end; whether Slack had greeted in it."""
        url = await self._api.open_socket()
        if not isinstance(url, str):
            self._said(url.reason)
            return False
        greeted = False
        try:
            opened = connect(url, open_timeout=OPEN_SECONDS, max_size=LARGEST_FRAME)
            async with opened as socket, asyncio.TaskGroup() as group:
                async for envelope in _envelopes(socket):
                    greeted = greeted or envelope.get("type") == "hello"
                    if word(envelope.get("envelope_id")):
                        group.create_task(self._answer(socket, envelope))
        except (OSError, TimeoutError, WebSocketException) as error:
            self._said(f"slack: the socket ended ({type(error).__name__})")
            return False
        return greeted

    async def _answer(self, socket: ClientConnection, envelope: Fields) -> None:
        """An envelope is acknowledged once it was taken in; Slack sends again what was not."""
        payload = await self._handle(word(envelope.get("type")), fields(envelope.get("payload")))
        body = {"envelope_id": envelope["envelope_id"], **({"payload": payload} if payload else {})}
        try:
            await socket.send(json.dumps(body))
        except ConnectionClosed:
            self._said("slack: the socket ended before an answer; Slack sends it again")


async def _envelopes(socket: ClientConnection) -> AsyncIterator[Fields]:
    """What comes, until Slack says that it will disconnect, or does."""
    with suppress(ConnectionClosed):
        async for frame in socket:
            envelope = _read(frame)
            if envelope.get("type") == "disconnect":
                return
            yield envelope


def _read(frame: str | bytes) -> Fields:
    """A frame that cannot be read asks nothing of us."""
    try:
        return parse_object(frame.encode() if isinstance(frame, str) else frame)
    except (InvalidPayload, UnicodeEncodeError):
        return {}
