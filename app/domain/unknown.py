"""A name that the rules file does not know, and which one was perhaps meant."""

from collections.abc import Iterable
from difflib import get_close_matches

LONGEST = 80


def unknown(noun: str, name: str, known: Iterable[str]) -> str:
    """For example: no person 'ahsa' in the rules file (did you mean 'asha'?)."""
    close = get_close_matches(name, tuple(known), n=1)
    return f"no {noun} {name[:LONGEST]!r} in the rules file" + (f" (did you mean {close[0]!r}?)" if close else "")
