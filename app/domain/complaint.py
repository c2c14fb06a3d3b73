"""What is wrong with a file of the user's and where, kept as a value until somebody shows it."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple


class Place(NamedTuple):
    """Where something is written, for example `routing_rules.yaml:41`. Line 0: the file as a whole."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


NOWHERE = Place("")


class Complaint(NamedTuple):
    """What is wrong at a place; `key` is a dotted path, empty where it would say nothing."""

    place: Place
    reason: str
    key: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.place), f"{self.key}:" if self.key else "", self.reason) if part)


def quoted(text: object) -> str:
    """`text` in quotes, cut to a length that a message can bear."""
    flat = " ".join(str(text).split())
    return f'"{flat}"' if len(flat) <= 60 else f'"{flat[:59]}…"'


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant; empty where none is near."""
    by_lower = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[near[0]] if near else ""


def suggestion(word: str, known: Iterable[str]) -> str:
    """` (did you mean "primary"?)`, or nothing when no known word is near."""
    near = nearest(word, known)
    return f' (did you mean "{near}"?)' if near else ""
