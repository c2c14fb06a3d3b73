"""The one module that speaks HTTP to the outside: leaks, timeouts and a change of library are this file's matter alone.

httpx logs whole URLs, secrets in them included, and its errors carry the request. So its logger is quietened here, and
none of its exceptions leaves this module.
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx

from app.domain.errors import AppError, OutsideUnavailable
from app.domain.notification import Rejected, Result, Retry, Sent

CONNECT_TIMEOUT = timedelta(seconds=3)
TOTAL_TIMEOUT = timedelta(seconds=10)
RETRY_AFTER_LIMIT = timedelta(minutes=15)
BODY_LIMIT = 4 * 1024 * 1024
"""Bytes of a reply that are read: Slack repeats the whole message in its own, and an endless one must end."""

FETCH_LIMIT = 64 * 1024
"""Bytes of something that is fetched to check a request: a certificate has about two thousand."""

_LIMITS = httpx.Limits(max_connections=1_000, max_keepalive_connections=5)
"""Room for the slots of every channel: one that hangs takes no connection from the others. With every request httpcore
looks at each idle connection, which costs a tenth of a sending: what a burst has opened must not slow down all that
comes after it."""

WORTH_RETRYING = frozenset({408, 425, 429})


class Unreachable(AppError):
    """No reply came. The reason names host and port only, never the rest of the URL, which may hold a secret."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. Header names are lower case; the body is cut at `BODY_LIMIT` bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class OutboundHttp:
    """A pooled client: never follows a redirect, always ends within `total`. Honours the usual proxy variables."""

    def __init__(self, connect: timedelta = CONNECT_TIMEOUT, total: timedelta = TOTAL_TIMEOUT) -> None:
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._total = total
        timeout = httpx.Timeout(total.total_seconds(), connect=min(connect, total).total_seconds())
        # No compression: a small reply that unpacks to gigabytes would get past the limit on bodies.
        plain = {"accept-encoding": "identity", "user-agent": "oncall-router"}
        self._client = httpx.AsyncClient(timeout=timeout, follow_redirects=False, headers=plain, limits=_LIMITS)

    async def post(
        self, url: str, *, content: bytes | None = None, json: object = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """POST either raw `content` or `json`. Raises `Unreachable`, and nothing else, when no whole reply came."""
        return await self._ask("POST", url, content, json, headers)

    async def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Reply:
        """GET. Raises `Unreachable`, and nothing else, when no whole reply came."""
        return await self._ask("GET", url, None, None, headers)

    async def fetch(self, url: str) -> bytes:
        """What lies at a public address, or `OutsideUnavailable`; see the port `Outside`."""
        try:
            reply = await self.get(url)
        except Unreachable as error:
            raise OutsideUnavailable(error.reason) from None
        if reply.status != 200:
            raise OutsideUnavailable(f"{place_of(url)} answered {reply.status}")
        if len(reply.body) > FETCH_LIMIT:
            raise OutsideUnavailable(f"{place_of(url)} answered with more than {FETCH_LIMIT} bytes")
        return reply.body

    async def delete(self, url: str, *, headers: Mapping[str, str] | None = None) -> Reply:
        """DELETE. Raises `Unreachable`, and nothing else, when no whole reply came."""
        return await self._ask("DELETE", url, None, None, headers)

    async def aclose(self) -> None:
        """Close the pool; nothing can be sent afterwards."""
        await self._client.aclose()

    async def _ask(
        self, method: str, url: str, content: bytes | None, json: object, headers: Mapping[str, str] | None
    ) -> Reply:
        try:
            async with asyncio.timeout(self._total.total_seconds()):
                return await self._exchange(method, url, content, json, headers)
        except (TimeoutError, httpx.TimeoutException):
            raise Unreachable(f"{place_of(url)} did not answer in time") from None
        except httpx.ConnectError:
            raise Unreachable(f"{place_of(url)} could not be connected to") from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise Unreachable(f"{place_of(url)} could not be talked to ({type(error).__name__})") from None

    async def _exchange(
        self, method: str, url: str, content: bytes | None, json: object, headers: Mapping[str, str] | None
    ) -> Reply:
        async with self._client.stream(method, url, content=content, json=json, headers=headers) as response:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) >= BODY_LIMIT:
                    break
            lower = {name.lower(): value for name, value in response.headers.items()}
            return Reply(response.status_code, lower, bytes(body[:BODY_LIMIT]))


def place_of(url: str) -> str:
    """Host and port of a URL, fit to be shown: no userinfo, no path, no query."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "an address that is no URL"
    if not host:
        return "an address that is no URL"
    return f"{host}:{port}" if port else host


def verdict_of(channel: str, reply: Reply) -> Result:
    """What the status of a channel's reply says of a message, with the channel's name before the reason."""
    match outcome_of(reply.status, reply.headers):
        case Retry(reason, after):
            return Retry(f"{channel} {reason}", after)
        case Rejected(reason):
            return Rejected(f"{channel} {reason}")
        case sent:
            return sent


def object_in(reply: Reply) -> Mapping[str, object]:
    """The JSON object that a reply holds; empty for anything else."""
    found = _json_in(reply)
    return found if isinstance(found, dict) else {}


def objects_in(found: Reply | object) -> list[Mapping[str, object]]:
    """The JSON objects of a reply that holds a list, or of a list in one; empty for anything else."""
    items = _json_in(found) if isinstance(found, Reply) else found
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _json_in(reply: Reply) -> object:
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError):
        return None


def outcome_of(status: int, headers: Mapping[str, str]) -> Result:
    """What a status says of a message: 2xx took it; 408, 425, 429 and 5xx may take it later; the rest never will."""
    if 200 <= status < 300:
        return Sent()
    if status in WORTH_RETRYING or status >= 500:
        return Retry(f"answered {status}", retry_after(headers))
    if 300 <= status < 400:
        return Rejected(f"answered {status}, a redirect, and none is followed: set the final address")
    return Rejected(f"answered {status}")


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """The wait a provider asked for, at most 15 minutes: RFC 9110 section 10.2.3, seconds or an HTTP date.

    A date is measured from the reply's own `date`, so neither clock needs to be right. None when there is none to read.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        # A number too long for an int or a timedelta is over the limit anyway.
        asked = timedelta(seconds=int(value[:9]))
    else:
        until, then = _http_date(value), _http_date(headers.get("date", ""))
        if until is None or then is None:
            return None
        asked = until - then
    return max(timedelta(0), min(asked, RETRY_AFTER_LIMIT))


def wait_until(instant: str, headers: Mapping[str, str]) -> timedelta | None:
    """The wait until `instant`, in seconds since 1970 by the reply's own `date`; at most 15 minutes. None when there is
    none to read."""
    then = _http_date(headers.get("date", ""))
    if then is None or not (instant.isascii() and instant.isdigit()):
        return None
    return max(timedelta(0), min(timedelta(seconds=int(instant[:11]) - then.timestamp()), RETRY_AFTER_LIMIT))


def wait_of(seconds: object) -> timedelta | None:
    """The wait that a provider asked for in its reply's JSON, at most 15 minutes; None where that is no such number."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds >= 0:
        return None
    return timedelta(seconds=min(seconds, RETRY_AFTER_LIMIT.total_seconds()))


def _http_date(value: str) -> datetime | None:
    try:
        instant = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
