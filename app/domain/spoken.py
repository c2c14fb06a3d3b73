"""Instants as people say them, in the zone of the rules."""

from datetime import datetime, tzinfo


def spoken(at: datetime, zone: tzinfo) -> str:
    """For example "Mon 23 Nov 09:00 GMT"."""
    return f"{at.astimezone(zone):%a %d %b %H:%M %Z}"
