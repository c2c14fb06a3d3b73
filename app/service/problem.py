"""What a check finds: something wrong with the user's files, and whether that fails the check."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.domain.complaint import Complaint


class Weight(StrEnum):
    """An error fails the check; a warning is only said."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong and where, and whether that fails the check."""

    complaint: Complaint
    weight: Weight = Weight.ERROR

    def __str__(self) -> str:
        return str(self.complaint)


def errors_first(found: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each once, otherwise in the order in which they were found."""
    return tuple(sorted(dict.fromkeys(found), key=lambda problem: problem.weight is Weight.WARNING))
