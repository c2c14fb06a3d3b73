"""Collecting all that is wrong with a file before saying any of it, each with its place and a suggestion."""

from collections.abc import Iterable

from app.domain.complaint import Complaint, Place, quoted, suggestion

__all__ = ["Report", "quoted", "suggestion"]


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


def _in_order(complaints: list[Complaint]) -> tuple[Complaint, ...]:
    return tuple(dict.fromkeys(sorted(complaints, key=lambda complaint: complaint.place)))
