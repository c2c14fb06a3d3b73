"""Opens calls at Zoom, as a Server-to-Server OAuth app.

Source: https://developers.zoom.us/docs/internal-apps/s2s-oauth/ and
https://developers.zoom.us/docs/api/meetings/#tag/meetings/POST/users/{userId}/meetings.
"""

import asyncio
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from app.adapters.outbound_http import OutboundHttp, Reply, Unreachable, object_in, wait_of
from app.domain.errors import OutsideUnavailable
from app.domain.message import is_address, one_line
from app.service.ports import Clock

PATIENCE = timedelta(seconds=5)
"""For all that one call takes: people wait for it, and a standing room is better than a long wait."""

TOPIC_LIMIT = 200
LENGTH_MINUTES = 60
SCHEDULED = 2
"""The type of meeting that people can join although its host is not there."""

EARLY = timedelta(minutes=1)
"""How long before its end a token is no longer used."""


@dataclass(frozen=True, slots=True)
class ZoomApp:
    """The app's credentials, and where Zoom is."""

    account_id: str
    client_id: str
    client_secret: str
    api_url: str
    oauth_url: str

    def __repr__(self) -> str:
        return "ZoomApp(…)"


class Zoom:
    """A token serves for a quarter of an hour; one that Zoom takes no more is replaced once. The host's own link, which
    would make anybody the host, is not kept."""

    name = "Zoom"

    def __init__(self, http: OutboundHttp, app: ZoomApp, clock: Clock, patience: timedelta = PATIENCE) -> None:
        self._http = http
        self._app = app
        self._clock = clock
        self._patience = patience
        self._token = ""
        self._token_until = datetime.min.replace(tzinfo=UTC)

    async def open(self, topic: str) -> str:
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                return await self._open(topic)
        except TimeoutError:
            raise OutsideUnavailable("Zoom did not answer in time") from None
        except Unreachable as silent:
            raise OutsideUnavailable(f"Zoom: {silent.reason}") from None

    async def _open(self, topic: str) -> str:
        reply = await self._meeting(topic)
        if reply.status == 401:
            self._token = ""
            reply = await self._meeting(topic)
        url = object_in(reply).get("join_url")
        if reply.status != 201:
            raise OutsideUnavailable(f"Zoom answered {reply.status}")
        if not isinstance(url, str) or not is_address(url):
            raise OutsideUnavailable("Zoom named no address to join at")
        return url

    async def _meeting(self, topic: str) -> Reply:
        body = {
            "topic": one_line(topic, TOPIC_LIMIT),
            "type": SCHEDULED,
            "start_time": f"{self._clock.now().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "duration": LENGTH_MINUTES,
            "settings": {"join_before_host": True, "jbh_time": 0, "waiting_room": False},
        }
        headers = {"authorization": f"Bearer {await self._current_token()}"}
        return await self._http.post(
            f"{self._app.api_url.rstrip('/')}/v2/users/me/meetings", json=body, headers=headers
        )

    async def _current_token(self) -> str:
        if not self._token or self._clock.now() >= self._token_until:
            self._token, self._token_until = await self._fresh_token()
        return self._token

    async def _fresh_token(self) -> tuple[str, datetime]:
        basic = b64encode(f"{self._app.client_id}:{self._app.client_secret}".encode()).decode()
        form = urlencode({"grant_type": "account_credentials", "account_id": self._app.account_id})
        headers = {"authorization": f"Basic {basic}", "content-type": "application/x-www-form-urlencoded"}
        url = f"{self._app.oauth_url.rstrip('/')}/oauth/token"
        reply = await self._http.post(url, content=form.encode(), headers=headers)
        given = object_in(reply)
        token = given.get("access_token")
        if reply.status != 200 or not isinstance(token, str) or not token:
            raise OutsideUnavailable(
                f"Zoom gave no token (it answered {reply.status}): check ONCALL_ZOOM_CLIENT_SECRET"
            )
        return token, self._clock.now() + (wait_of(given.get("expires_in")) or EARLY) - EARLY
