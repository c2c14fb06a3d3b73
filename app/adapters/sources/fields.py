"""Reads values out of parsed bodies without trusting their types, so that parsers stay short and never raise."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from math import isfinite

import msgspec

from app.domain.alert import Link

Fields = dict[str, object]

_encode = msgspec.json.Encoder().encode
_NO_TIME = "0001-01-01"
_EPOCH_UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""From which size on a number is nano-, micro- or milliseconds; below that it is seconds."""

_FEWEST_UNIX_DIGITS = 9
"""So many digits are Unix time as text: ISO 8601 without marks would take 1712010100000 for a day of the year 1712."""


def fields(value: object) -> Fields:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[object]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def dig(value: object, *path: str) -> object:
    """What lies under nested keys, or None."""
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def text(value: object) -> str:
    """A value as text: numbers and booleans as JSON writes them, objects and lists as JSON, null as nothing."""
    if isinstance(value, str):
        return value
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return ""
    return compact(value)


def word(value: object) -> str:
    """A scalar as text without surrounding blanks; objects, lists and null are nothing."""
    return "" if isinstance(value, dict | list) else text(value).strip()


def first_word(values: Mapping[str, object], *names: str) -> str:
    """The first of these fields that says something."""
    return next((found for name in names if (found := word(values.get(name)))), "")


def flat(value: object) -> dict[str, str]:
    """An object as name to text, nested values as JSON, nulls left out."""
    if not isinstance(value, dict):
        return {}
    for each in value.values():
        if type(each) is not str:
            return {name: text(each) for name, each in value.items() if each is not None}
    return value


def without_blanks(values: Mapping[str, str]) -> dict[str, str]:
    """Only what says something."""
    return {name: value for name, value in values.items() if value}


def words(value: object) -> list[str]:
    """Each scalar of a list that says something; a single value is a list of one."""
    return [found for each in (value if isinstance(value, list) else [value]) if (found := word(each))]


def glimpse(values: Mapping[str, object]) -> str:
    """The first few fields that say something, for a body in which nothing better is found."""
    return ", ".join([f"{name}={first_line(word(value))}" for name, value in values.items() if word(value)][:5])


def event_source(labels: Mapping[str, str]) -> dict[str, str]:
    """The same with `source` renamed: to a matcher that word is the instance's name."""
    return {"event_source" if name == "source" else name: value for name, value in labels.items()}


def number(value: object) -> int:
    """A whole number, also when it was sent as text; 0 where there is none."""
    try:
        return int(word(value))
    except ValueError:
        return 0


def first_line(value: str) -> str:
    """The first line that is not blank."""
    if "\n" not in value:
        return value.strip()
    return next((line.strip() for line in value.splitlines() if line.strip()), "")


def compact(value: object) -> str:
    """JSON text without blanks."""
    return _encode(value).decode()


def digest(*parts: str) -> str:
    """A short stable name for something that has none of its own."""
    return sha256(compact(parts).encode()).hexdigest()[:32]


def link(href: object, what: str = "") -> tuple[Link, ...]:
    """A link if it is an http(s) address, else none: anything else must not become clickable."""
    if isinstance(href, str) and href.startswith(("http://", "https://")):
        return (Link(href, what),)
    return ()


def links(values: Mapping[str, object], names: Mapping[str, str]) -> tuple[Link, ...]:
    """The links in these fields; `names` says what each is."""
    return tuple(found for name, what in names.items() for found in link(values.get(name), what))


def renamed(values: Mapping[str, object], names: Mapping[str, str]) -> dict[str, str]:
    """Those of these fields that say something, under our name for each; a list with commas between."""
    return {ours: ", ".join(each) for theirs, ours in names.items() if (each := words(values.get(theirs)))}


def distinct(values: Iterable[str]) -> tuple[str, ...]:
    """Each once, in the order of first sight, without blanks."""
    return tuple(dict.fromkeys(stripped for value in values if (stripped := value.strip())))


def instant(value: object) -> datetime | None:
    """An aware UTC time from ISO 8601 or Unix time in seconds to nanoseconds; None for garbage and Go's zero time.

    A time without an offset is taken as UTC.
    """
    try:
        if isinstance(value, str):
            if len(value) >= _FEWEST_UNIX_DIGITS and value.isdigit():
                return _unix_text(value)
            return None if value.startswith(_NO_TIME) else _aware(datetime.fromisoformat(value))
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _unix(float(value))
    except (ValueError, OverflowError, OSError):
        return _unix_text(value)
    return None


def _aware(at: datetime) -> datetime:
    if at.tzinfo is UTC:
        return at
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _unix(seconds: float) -> datetime | None:
    if seconds <= 0:
        return None
    unit = next((unit for size, unit in _EPOCH_UNITS if seconds >= size), 1.0)
    return datetime.fromtimestamp(seconds / unit, UTC)


def _unix_text(value: object) -> datetime | None:
    try:
        return _unix(float(value)) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None
