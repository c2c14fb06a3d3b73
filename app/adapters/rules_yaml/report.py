"""Collecting all that is wrong with a file before saying any of it, each with its place and a suggestion."""

from collections.abc import Iterable
from difflib import get_close_matches

from app.domain.complaint import Complaint, Place


class Report:
    """What was found so far: problems refuse the file, doubts are only said."""

    def __init__(self) -> None:
        self._problems: list[Complaint] = []
        self._doubts: list[Complaint] = []

    def refuse(self, place: Place, reason: str, key: str = "") -> None:
        self._problems.append(Complaint(place, reason, key))

    def doubt(self, place: Place, reason: str, key: str = "") -> None:
        self._doubts.append(Complaint(place, reason, key))

    def add(self, complaints: Iterable[Complaint]) -> None:
        self._problems.extend(complaints)

    @property
    def problems(self) -> tuple[Complaint, ...]:
        """In the order of the file, each once."""
        return _in_order(self._problems)

    @property
    def doubts(self) -> tuple[Complaint, ...]:
        return _in_order(self._doubts)


def quoted(text: object) -> str:
    """`text` in quotes, cut to a length that a message can bear."""
    flat = " ".join(str(text).split())
    return f'"{flat}"' if len(flat) <= 60 else f'"{flat[:59]}…"'


def suggestion(word: str, known: Iterable[str]) -> str:
    """` (did you mean "primary"?)`, or nothing when no known word is near."""
    by_lower = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f' (did you mean "{by_lower[near[0]]}"?)' if near else ""


def _in_order(complaints: list[Complaint]) -> tuple[Complaint, ...]:
    return tuple(dict.fromkeys(sorted(complaints, key=lambda complaint: complaint.place)))
