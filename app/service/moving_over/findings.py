"""What became of each thing in an export: nothing of it may disappear without a word."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.errors import AppError


class Outcome(StrEnum):
    """Carried as it was, carried as something near it, or not carried."""

    CARRIED = "carried"
    CHANGED = "changed"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of `subject`, why, and what the reader of the report has to do about it (empty: nothing)."""

    outcome: Outcome
    subject: str
    reason: str
    todo: str = ""


class CannotImport(AppError):
    """An export of which no rules file can be made, or one that cannot be read; the message says what to do."""


def carried(subject: str, reason: str, todo: str = "") -> Finding:
    return Finding(Outcome.CARRIED, subject, reason, todo)


def changed(subject: str, reason: str, todo: str = "") -> Finding:
    return Finding(Outcome.CHANGED, subject, reason, todo)


def left_out(subject: str, reason: str, todo: str = "") -> Finding:
    return Finding(Outcome.LEFT_OUT, subject, reason, todo)
