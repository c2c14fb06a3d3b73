"""Reads values out of an export without trusting their types, so that a reader of one system never raises."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_LONGEST = 200
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_EMAIL = re.compile(r"[\w.+%'-]+@[\w-]+(\.[\w-]+)*", re.ASCII)
_PHONE = re.compile(r"\+[1-9]\d{7,14}")
_DIALLED = re.compile(r"\+?[\d ().-]+", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?")

Fields = Mapping[str, object]


def dig(value: object, *path: str) -> object:
    """What lies under nested keys, or None."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def word(value: object, *path: str) -> str:
    """A text or number under nested keys as one printable line; empty for anything else."""
    found = dig(value, *path)
    if isinstance(found, bool) or not isinstance(found, str | int):
        return ""
    printable = "".join(c if c.isprintable() else " " for c in str(found)[: 4 * _LONGEST])
    return " ".join(printable.split())[:_LONGEST]


def first_word(value: object, *names: str) -> str:
    """The first of these fields that says something."""
    return next((found for name in names if (found := word(value, name))), "")


def items(value: object, *path: str) -> list[object]:
    """The list under nested keys, or an empty one."""
    found = dig(value, *path)
    return found if isinstance(found, list) else []


def number(value: object, *path: str) -> int | None:
    """A whole number of a sensible size, also when it is written as text."""
    found = word(value, *path)
    return int(found) if re.fullmatch(r"-?\d{1,9}", found) else None


def instant(value: object, *path: str, zone: ZoneInfo | None = None) -> datetime | None:
    """An aware UTC time of this century; one without an offset is in `zone`, or else UTC."""
    try:
        found = datetime.fromisoformat(word(value, *path))
        aware = found if found.tzinfo else found.replace(tzinfo=zone or UTC)
        at = aware.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if _EARLIEST <= at < _LATEST else None


def zone_named(value: object, *path: str) -> ZoneInfo | None:
    """A time zone by its IANA name."""
    name = word(value, *path)
    return ZoneInfo(name) if name in _zones() else None


def minutes_of(text: str) -> int | None:
    """Minutes after midnight of a clock time such as `09:00` or `17:30:00`."""
    found = _CLOCK.fullmatch(text)
    return int(found[1]) * 60 + int(found[2]) if found else None


def email_in(text: str) -> str:
    """One e-mail address, or nothing."""
    return text if _EMAIL.fullmatch(text) else ""


def slack_in(text: str) -> str:
    """A Slack member id, or nothing."""
    return text if re.fullmatch(r"[A-Z0-9]{5,20}", text) else ""


def phone_in(text: str, country: str = "") -> str:
    """A number in international form, or nothing: one without a plus needs its country's code."""
    if not _DIALLED.fullmatch(text):
        return ""
    digits = re.sub(r"\D", "", text)
    international = f"+{digits}" if text.startswith("+") else f"+{country}{digits.lstrip('0')}" if country else ""
    return international if _PHONE.fullmatch(international) else ""


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
