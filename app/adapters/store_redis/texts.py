"""How small facts are written down on the server: instants as whole microseconds, names with a NUL between parts."""

from datetime import UTC, datetime, timedelta

from app.domain.incident import KnownKey

NUL = "\0"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def ticks(at: datetime) -> int:
    """An instant as whole microseconds since 1970; a score holds them exactly until the year 2255."""
    return (at - _EPOCH) // _MICROSECOND


def ticks_or_none(at: datetime | None) -> int | None:
    return None if at is None else ticks(at)


def instant(ticks: float) -> datetime:
    return _EPOCH + timedelta(microseconds=int(ticks))


def known_text(known: KnownKey) -> str:
    return f"{known.incident} {int(known.firing)} {known.episode}"


def known_key(text: bytes) -> KnownKey:
    incident, firing, episode = text.decode().split(" ")
    return KnownKey(incident, firing == "1", int(episode))
