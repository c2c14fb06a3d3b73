"""What is to be done after an incident, so that it does not happen again: whose it is, by when, and how it stands."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from app.domain.errors import InvalidPayload

LONGEST_TEXT = 500
YEARS = range(2000, 2200)
"""In which something can be due."""


class ActionKind(StrEnum):
    NEW_ALERT = "new_alert"
    UPDATED_RUNBOOK = "updated_runbook"
    CODE_CHANGE = "code_change"
    OTHER = "other"

    @property
    def spoken(self) -> str:
        return self.value.replace("_", " ")


class ActionState(StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class ActionItem:
    """`id` is 16 hexadecimal digits, `owner` a person's id or empty, `due` a local date; `tracked` names the squad in
    whose tracker a ticket of it was asked for, empty for none."""

    id: str
    kind: ActionKind
    text: str
    owner: str = ""
    state: ActionState = ActionState.OPEN
    due: date | None = None
    tracked: str = ""

    def is_overdue(self, today: date) -> bool:
        return self.state is ActionState.OPEN and self.due is not None and self.due < today


def one_text(given: str) -> str:
    """What people wrote as the one line that an action item is."""
    return " ".join("".join(c if c.isprintable() else " " for c in given).split())


def check_action(item: ActionItem) -> None:
    """Raises `InvalidPayload` for a text that is none or is too long, and for a date that nobody means."""
    if not item.text or len(item.text) > LONGEST_TEXT:
        raise InvalidPayload(f"must be 1 to {LONGEST_TEXT} characters", "text")
    if item.due and item.due.year not in YEARS:
        raise InvalidPayload(f"must lie between {YEARS.start} and {YEARS.stop}", "due")


def numbered(items: Iterable[ActionItem], new_id: Callable[[], str]) -> tuple[ActionItem, ...]:
    """The same, those without an id with a new one."""
    return tuple(item if item.id else replace(item, id=new_id()) for item in items)
