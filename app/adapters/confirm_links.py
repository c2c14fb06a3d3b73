"""Signed links by which somebody confirms that a test page has reached them: good for that, and for nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeTimedSerializer

from app.adapters.links import ClockedSigner
from app.domain.errors import Unauthorised

SALT = "oncall-router.confirm-link"
GOOD_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ConfirmHolder:
    """Whose method (`method_id`) a link confirms."""

    person: str
    method: str


class ConfirmLinks:
    """`base_url` is where people reach this server; `key` signs."""

    def __init__(self, base_url: str, key: str, now: Callable[[], datetime]) -> None:
        self._base_url = base_url.rstrip("/")
        self._serializer = URLSafeTimedSerializer(key, salt=SALT, signer=ClockedSigner, signer_kwargs={"now": now})

    def address(self, person: str, method: str) -> str:
        return f"{self._base_url}/t/{self._serializer.dumps([person, method])}"

    def read(self, token: str) -> ConfirmHolder:
        """Raises `Unauthorised` for a link that is forged, damaged or too old."""
        try:
            person, method = self._serializer.loads(token, max_age=int(GOOD_FOR.total_seconds()))
        except (BadData, ValueError, TypeError):
            raise Unauthorised("this link is not valid or has expired; send yourself another test page") from None
        return ConfirmHolder(str(person), str(method))
