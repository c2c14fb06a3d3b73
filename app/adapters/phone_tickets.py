"""What stands on the way back from a telephone: the code in a text message, and the signed ends of Twilio's URLs."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer

from app.adapters.links import ClockedSigner
from app.domain.errors import Unauthorised
from app.domain.message import ASKS_FOR_SOMEBODY, Message, one_line

CODE_DIGITS = 6
MOST_INCIDENTS = 30
"""More of a digest's incidents would make a URL too long. Of those left out no receipt is written down and no key is
taken, so they count as not reached, and are told again."""

SPOKEN_LIMIT = 200
CALL_LASTS = timedelta(hours=1)

_RECEIPT = "oncall-router.phone-receipt"
_CALL = "oncall-router.phone-call"
_CODE = b"oncall-router.phone-code"


@dataclass(frozen=True, slots=True)
class ReceiptTicket:
    """Which message a receipt is of: the incidents in it (or the id of a notice), and its key."""

    incidents: tuple[str, ...]
    key: str


@dataclass(frozen=True, slots=True)
class CallTicket:
    """One call: to whom, about which incidents, what is said, and whether a key may be pressed. `nonce` is of this call
    alone."""

    person: str
    incidents: tuple[str, ...]
    nonce: str
    text: str
    asks: bool


class PhoneTickets:
    """`public_url` is where Twilio reaches this server; empty where it cannot, and then there are no URLs. All is
    signed with `key`."""

    def __init__(self, public_url: str, key: str, now: Callable[[], datetime]) -> None:
        self._base = public_url.rstrip("/")
        self._key = key
        self._receipts = URLSafeSerializer(key, salt=_RECEIPT)
        self._calls = URLSafeTimedSerializer(key, salt=_CALL, signer=ClockedSigner, signer_kwargs={"now": now})

    @property
    def is_public(self) -> bool:
        return bool(self._base)

    def code(self, incident: str, person: str) -> str:
        """Six digits that this person alone is sent for this incident."""
        named = b"\n".join((_CODE, incident.encode(), person.encode()))
        digest = hmac.new(self._key.encode(), named, sha256).digest()
        return f"{int.from_bytes(digest[:8], 'big') % 10**CODE_DIGITS:0{CODE_DIGITS}}"

    def address(self, path: str) -> str:
        """Where Twilio reaches that path, which begins with a slash."""
        return f"{self._base}{path}"

    def receipt_url(self, message: Message) -> str:
        """Where receipts of a message go; the same for the same message."""
        token = self._receipts.dumps([_incidents(message), message.key])
        return self.address(f"/twilio/status/{_text(token)}")

    def call_url(self, message: Message) -> str:
        """Where a call about a message is told what to say; another one for each call."""
        asks = message.kind in ASKS_FOR_SOMEBODY and bool(message.items) and bool(message.person)
        said = one_line(_spoken(message), SPOKEN_LIMIT)
        token = self._calls.dumps([message.person, _incidents(message), token_urlsafe(9), said, asks])
        return self.address(f"/twilio/voice/{_text(token)}")

    def receipt(self, token: str) -> ReceiptTicket:
        """Raises `Unauthorised` for one that is not ours."""
        incidents, key = _loaded(lambda: self._receipts.loads(token))
        return ReceiptTicket(tuple(incidents), key)

    def call(self, token: str) -> CallTicket:
        """Raises `Unauthorised` for one that is not ours, or of a call that is long over."""
        most = int(CALL_LASTS.total_seconds())
        person, incidents, nonce, text, asks = _loaded(lambda: self._calls.loads(token, max_age=most))
        return CallTicket(person, tuple(incidents), nonce, text, asks)


def _incidents(message: Message) -> list[str]:
    return list(message.told_of(MOST_INCIDENTS))


def _spoken(message: Message) -> str:
    if message.notice:
        return ". ".join((message.headline, *message.notice.lines))
    if len(message.items) != 1 or not message.items[0].squad:
        return message.headline
    return f"{one_line(message.headline, SPOKEN_LIMIT - 60)}. Squad {one_line(message.items[0].squad, 40)}"


def _text(token: str | bytes) -> str:
    return token.decode() if isinstance(token, bytes) else token


def _loaded(load: Callable[[], Any]) -> Any:
    try:
        return load()
    except (BadData, ValueError, TypeError):
        raise Unauthorised("this address was not made here, or is too old") from None
