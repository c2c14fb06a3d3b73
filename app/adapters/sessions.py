"""What a browser holds of somebody who has signed in: signed, so that it is believed also while the store is away."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe

from itsdangerous import BadData, BadSignature, Signer, URLSafeTimedSerializer

from app.adapters.links import ClockedSigner
from app.domain.errors import Unauthorised
from app.service.tokens import Scope

SESSION_SALT = "oncall-router.session"
FORM_SALT = "oncall-router.form"
PASSING_SALT = "oncall-router.sign-in"
LONGEST = timedelta(days=30)
"""After that one signs in again, however much the session is used."""

PASSING = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who has signed in. `person` is an id of the rules file, or empty for somebody who is not in it; `name`
    is then what the identity provider calls them. `began` is when they signed in, `seen` when this was last sealed.
    `shows_pay`: it shows the person their own pay, which it does not when it is not sure that it is they."""

    id: str
    person: str
    name: str
    scopes: frozenset[Scope]
    began: datetime
    seen: datetime
    shows_pay: bool = False

    @classmethod
    def begin(
        cls, person: str, name: str, scopes: frozenset[Scope], now: datetime, shows_pay: bool = False
    ) -> "Session":
        return cls(token_urlsafe(16), person, name, scopes, now, now, shows_pay)


class Sessions:
    """`hours` is how long a session lasts without being used. Everything is judged by the clock of the application."""

    def __init__(self, keys: list[str], hours: int, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lasts = timedelta(hours=hours)
        clock = {"now": now}
        self._sealed = URLSafeTimedSerializer(keys, salt=SESSION_SALT, signer=ClockedSigner, signer_kwargs=clock)
        self._passing = URLSafeTimedSerializer(keys, salt=PASSING_SALT, signer=ClockedSigner, signer_kwargs=clock)
        self._form = Signer(keys, salt=FORM_SALT)

    @property
    def lasts(self) -> timedelta:
        return self._lasts

    def seal(self, session: Session) -> str:
        """As it goes into the cookie."""
        scopes = sorted(session.scopes)
        began = int(session.began.timestamp())
        values = [session.id, session.person, session.name, scopes, began, session.shows_pay]
        return str(self._sealed.dumps(values))

    def read(self, sealed: str) -> Session:
        """Raises `Unauthorised` for one that is forged, damaged or over."""
        try:
            value, seen = self._sealed.loads(sealed, int(self._lasts.total_seconds()), return_timestamp=True)
            id, person, name, scopes, began, shows_pay = value
            session = Session(id, person, name, frozenset(map(Scope, scopes)), _instant(began), seen, bool(shows_pay))
        except (BadData, ValueError, TypeError):
            raise Unauthorised("you are not signed in, or no longer") from None
        if self.ends(session) <= self._now():
            raise Unauthorised("you have been signed in for very long: sign in again")
        return session

    def ends(self, session: Session) -> datetime:
        """When it is over if it is not used again."""
        return min(session.seen + self._lasts, session.began + LONGEST)

    def renewed(self, session: Session) -> Session | None:
        """The session as of now, once a quarter of its time is over; None before."""
        now = self._now()
        return replace(session, seen=now) if now - session.seen >= self._lasts / 4 else None

    def form_token(self, session: str) -> str:
        """A proof that a form comes from a page of this session; another text each time, so that compression tells
        nothing of it."""
        salt = token_urlsafe(9)
        return f"{salt}.{self._form.get_signature(f'{salt}.{session}').decode()}"

    def is_form_token(self, token: str, session: str) -> bool:
        salt, _, signature = token.partition(".")
        return self._form.verify_signature(f"{salt}.{session}", signature.encode("utf-8", "replace"))

    def seal_passing(self, value: dict[str, str]) -> str:
        """A few texts that go along with a browser for some minutes, such as what signing in was begun with."""
        return str(self._passing.dumps(value))

    def read_passing(self, sealed: str) -> dict[str, str]:
        """Raises `Unauthorised`."""
        try:
            value = self._passing.loads(sealed, int(PASSING.total_seconds()))
        except (BadSignature, BadData, ValueError):
            raise Unauthorised("signing in took too long, or was begun in another browser: begin again") from None
        return {str(name): str(text) for name, text in value.items()}


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
