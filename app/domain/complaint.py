"""What is wrong with a file of the user's and where, kept as a value until somebody shows it."""

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
