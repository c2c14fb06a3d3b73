"""Signed links: whoever holds one may act on one incident as one person, until it expires."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from app.domain.errors import Unauthorised
from app.domain.notification import Notification

SALT = "oncall-router.action-link"


@dataclass(frozen=True, slots=True)
class LinkHolder:
    incident: str
    person: str


class ClockedSigner(TimestampSigner):
    """Signs and judges by the clock of the application, which all replicas share, not by the machine's."""

    def __init__(self, *given: Any, now: Callable[[], datetime], **named: Any) -> None:
        super().__init__(*given, **named)
        self._now = now

    def get_timestamp(self) -> int:
        return int(self._now().timestamp())


class ActionLinks:
    """`base_url` is where people reach this server; `keys` the signing keys, newest last; `max_age` in seconds."""

    def __init__(self, base_url: str, keys: list[str], max_age: int, now: Callable[[], datetime]) -> None:
        self._base_url = base_url.rstrip("/")
        self._serializer = URLSafeTimedSerializer(keys, salt=SALT, signer=ClockedSigner, signer_kwargs={"now": now})
        self._max_age = max_age

    def link(self, notification: Notification) -> str:
        """The reader's own action page; empty for a squad's post, which nobody in particular reads."""
        return "" if notification.squad else self.address(notification.incident, notification.reader)

    def address(self, incident: str, person: str) -> str:
        return f"{self._base_url}/a/{self._serializer.dumps([incident, person])}"

    def read(self, token: str) -> LinkHolder:
        """Raises `Unauthorised` for a link that is forged, damaged or too old."""
        try:
            incident, person = self._serializer.loads(token, max_age=self._max_age)
        except (BadData, ValueError, TypeError):
            raise Unauthorised(
                "this link is not valid or has expired; use the newest message, or the command line"
            ) from None
        return LinkHolder(str(incident), str(person))
