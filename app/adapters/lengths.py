"""Lengths of time as people write them: in the rules file, to the API and on the command line."""

import re
from datetime import timedelta

LONGEST = timedelta(days=366)

_WORDS = {
    timedelta(seconds=1): "s sec secs second seconds",
    timedelta(minutes=1): "m min mins minute minutes",
    timedelta(hours=1): "h hr hrs hour hours",
    timedelta(days=1): "d day days",
    timedelta(weeks=1): "w week weeks",
}
_UNITS = {word: unit for unit, words in _WORDS.items() for word in words.split()}
_AMOUNT = re.compile(r"(\d{1,6})\s*([a-z]+)\s*")
_SHOWN = 60


def parse_length(text: str) -> timedelta:
    """`90m`, `1h30m`, `2 hours`, `1 day`, at most a year. Raises `ValueError` that shows the right form."""
    shown = " ".join(text.split())[:_SHOWN]
    amounts = amounts_in(text)
    if not amounts:
        raise ValueError(f'"{shown}" is not a length of time; write it as "90m", "1h" or "2 days"')
    total = sum(amounts, timedelta(0))
    if total > LONGEST:
        raise ValueError(f'"{shown}" is longer than a year')
    return total


def amounts_in(text: str) -> list[timedelta]:
    """What a text adds up: an hour and thirty minutes for `1h 30m`; nothing where any part of it is something else."""
    written = text.strip().lower()
    found: list[timedelta] = []
    at = 0
    while at < len(written):
        amount = _AMOUNT.match(written, at)
        unit = _UNITS.get(amount[2]) if amount else None
        if amount is None or unit is None:
            return []
        found.append(int(amount[1]) * unit)
        at = amount.end()
    return found
