"""What the use cases ask of a monitoring tool's webhook; each docstring is a promise that contract tests check."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol, runtime_checkable

from app.domain.alert import Alert
from app.domain.classify import Severity, SourceSettings


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request as a plain value. Header names are lower case; of repeated query names the last one counts.

    `fetched` is what the source asked for to check a proof (see `Fetching`), and empty for all others.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    fetched: bytes = b""


class Verdict(Enum):
    """What a source can say of who sent a request."""

    SIGNED = "signed"
    UNSIGNED = "unsigned"


@dataclass(frozen=True, slots=True)
class Control:
    """A reply to a handshake, a test or a control message: it opens and closes nothing. `note` says what it was.

    `visit` is an address of the tool's own that must be fetched once before this is answered, as a confirmation.
    """

    note: str
    status: int = 202
    body: Mapping[str, object] | str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    visit: str = ""


@dataclass(frozen=True, slots=True)
class Alerts:
    """What was understood in a request, in the sender's order (which may be none at all)."""

    alerts: tuple[Alert, ...]


class Source(Protocol):
    """One monitoring tool's webhook: stateless, synchronous, never raises anything but `AppError`."""

    type: str
    severities: Mapping[str, Severity]
    """The tool's own severity words, lower case, to ours; a file may change it per instance."""

    def verify(self, request: Request, secret: str, now: datetime, instance: SourceSettings) -> Verdict:
        """SIGNED when the tool's own proof is there and right, UNSIGNED when the request carries none (the caller
        then asks for a token). Raises `Unauthorised` when a proof is there and wrong, stale or malformed."""
        ...

    def parse(self, request: Request, instance: SourceSettings) -> Alerts | Control:
        """The alerts in a request. Unknown fields are no error. Raises `InvalidPayload` with field and reason."""
        ...


@runtime_checkable
class Fetching(Protocol):
    """A source whose tool signs with a key of its own, the public half of which must be fetched to check it. That needs
    no secret of ours, so its `verify` is asked about every request."""

    def fetches(self, request: Request) -> str:
        """Where to fetch what `verify` finds in `Request.fetched`; empty where the request carries no proof. Raises
        `Unauthorised` when it names a place that is not the tool's own: then nothing is fetched."""
        ...

    def good_until(self, fetched: bytes) -> datetime | None:
        """Until when this may be kept and used again; None for what is of no use at all."""
        ...


@runtime_checkable
class Configurable(Protocol):
    """A source with options that can be wrong."""

    def problems(self, options: Mapping[str, object]) -> Sequence[str]:
        """What is wrong with an instance's options, for whoever writes the rules file. None of it stops the source."""
        ...


@runtime_checkable
class Handshaking(Protocol):
    """A source whose tool asks with OPTIONS, before it sends anything, whether it may."""

    def handshake(self, request: Request) -> Control:
        """The answer. It gives nobody a right, so no proof is asked for. Raises `InvalidPayload`."""
        ...


class Outside(Protocol):
    """The public addresses that a tool has its keys and confirmations at."""

    async def fetch(self, url: str) -> bytes:
        """The body of a 200 reply, at most 64 KiB of it, within 10 s and without following a redirect. Raises
        `OutsideUnavailable` for anything else, with host and port in its reason and no other part of the URL."""
        ...
