"""Instants as people say them, in the zone of the rules, and how long something has been going on."""

from datetime import datetime, timedelta, tzinfo


def spoken(at: datetime, zone: tzinfo) -> str:
    """For example "Mon 23 Nov 09:00 GMT"."""
    return f"{at.astimezone(zone):%a %d %b %H:%M %Z}"


def lasting(length: timedelta) -> str:
    """In the greatest unit that fits: "12 days", "1 day", "3 h", "5 min"; "0 min" for less than a minute."""
    seconds = max(0, int(length.total_seconds()))
    if days := seconds // 86_400:
        return f"{days} day{'' if days == 1 else 's'}"
    return f"{seconds // 3600} h" if seconds >= 3600 else f"{seconds // 60} min"
