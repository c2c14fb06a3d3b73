"""What a channel's tests stand on: a channel with its peer, a page to send, and peers that misbehave."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.domain.message import Item, Message, MessageKind
from app.service.ports import Channel

HOSTILE_TEXTS = {
    "Slack's mentions": "x <!channel> <!here> <!subteam^S0123456789> <@U0123456789> y",
    "Slack's links": "https://evil.example|x <https://evil.example|click>",
    "other mentions": "x @everyone @here @mallory <@80351110224678912> <at>Mallory</at>",
    "commands": "x /stop /start@bot y",
    "Markdown": "[click](https://evil.example) ![i](https://evil.example/i.png) ```x",
    "HTML": '<script>alert(1)</script><img src=x onerror=alert(2)> " onmouseover="alert(3)',
    "TwiML": "</Say><Hangup/><Dial>+900</Dial><Redirect>https://evil.example</Redirect><Say>",
    "SSML": '</speak><break time="9s"/><audio src="https://evil.example/a.mp3"/><speak>',
    "headers": "x\r\nBcc: mallory@evil.example\r\n\r\nx\nX-Oncall-Kind: resolved",
    "a terminal's escapes": "x\x1b[2J\x1b]8;;https://evil.example\x07x\x9b31m",
    "a text turned around": "x \u202egnp.exe \u2066x\u2069 \u200e",
    "what is no text": "x\x00y\ud800z & \ufffe",
    "a template": "{{7*7}} ${jndi:ldap://evil.example/a} %s %n",
}
"""What an alert may hold, by what it would do where it is not escaped."""

HOSTILE = " ".join(HOSTILE_TEXTS.values())
QUICK = timedelta(seconds=1)
"""The total timeout of a rig's channel, so that a silent peer does not make a slow test."""


@dataclass(frozen=True)
class FixedClock:
    """A clock that stands still."""

    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass(frozen=True)
class Received:
    """One message as the peer got it: as a person reads it, as it came, and by which key it would be recognised."""

    read: str
    raw: str
    key: str = ""


@dataclass
class Rig:
    """A channel and its peer. `live` is what hostile text looks like on this channel when it is not inert."""

    channel: Channel
    address: str
    received: Callable[[], list[Received]]
    live: tuple[str, ...]
    secrets: tuple[str, ...] = ()


@dataclass
class RemoteRig(Rig):
    """`at_port` is the same channel with its peer at another port, and the address that leads there."""

    at_port: Callable[[int], tuple[Channel, str]] = field(kw_only=True)


@dataclass
class HttpRig(RemoteRig):
    """`answer` makes the peer give that status and those headers from now on."""

    answer: Callable[[int, Mapping[str, str]], None] = field(kw_only=True)


@dataclass
class TrackerRig(HttpRig):
    """`lose_the_answer` makes the peer open the next ticket and answer 502 all the same."""

    lose_the_answer: Callable[[], None] = field(kw_only=True)


def an_item(**changes: object) -> Item:
    item = Item(
        incident="inc_01",
        severity="critical",
        title="Checkout answers 500",
        squad="payments",
        since=datetime(2026, 7, 5, 2, 4, tzinfo=UTC),
        count=12,
        why="You are primary this week (rule 3, out of hours).",
        runbook="https://wiki.example.com/checkout",
        link="https://oncall.example.com/a/ImluY18wMSI.aGVsbG8.c2ln",
        status="triggered",
    )
    return replace(item, **changes)  # type: ignore[arg-type]


def a_page(address: str, *items: Item, **changes: object) -> Message:
    message = Message(
        key="inc_01/1/1/0/asha#1.webhook",
        kind=MessageKind.PAGE,
        channel="any",
        address=address,
        reader="Asha",
        headline="CRITICAL Checkout answers 500",
        items=items or (an_item(),),
    )
    return replace(message, **changes)  # type: ignore[arg-type]


def shown_in_docs(opening: str, page: str = "channels.md") -> str:
    """The fenced block of that page that begins with `opening`."""
    docs = Path(__file__).parents[2].joinpath("docs", page).read_text(encoding="utf-8")
    return docs.partition(f"```{opening}")[2].partition("```")[0]


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def a_silent_peer() -> AsyncIterator[int]:
    """A port that takes connections and never says a word."""
    done = asyncio.Event()

    async def keep_silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await done.wait()
        writer.close()

    server = await asyncio.start_server(keep_silent, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        done.set()
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0)
